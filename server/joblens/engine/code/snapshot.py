"""The code as it was when the run was asked for: kept with the run, with its hash and what to say of it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.engine.code import copying, places, size
from joblens.engine.code.scan import File, Listing, listing, shown
from joblens.engine.folders import RunFolder

_TURNS = 4
"""How often a folder is looked at again that changes while it is copied."""
_PAUSE = 0.1
"""Seconds between two turns."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was kept."""

    hash: str
    """The same for the same content in the same places."""
    notes: tuple[str, ...] = ()
    """What the user should know of it, a line each."""


def take(code: Path | None, run: RunFolder) -> Snapshot:
    """Keep the folder or file `code` with the run, as its `code` folder."""
    if code is None:
        run.code.mkdir()
        places.link(run.code, run)
        return Snapshot(total({}))
    found = listing(code)
    if size.is_large(found.files):
        from joblens.engine.code import large

        kept, unsteady, found = large.take(code, found, run)
    else:
        run.code.mkdir()
        kept, unsteady, found = copied(code, found, run.code)
        places.link(run.code, run)
    return Snapshot(kept, (*_notes(found), *size.notes(found.files), *_unsteady(unsteady)))


def hash_of(code: Path) -> str:
    """The hash that a snapshot of `code` would have."""
    return total({file.relative: copying.hash_of(file.source) for file in listing(code).files})


def total(hashes: Mapping[str, bytes]) -> str:
    """The hash of a snapshot, from those of its files in their order."""
    digest = hashlib.sha256()
    for relative, one in hashes.items():
        digest.update(os.fsencode(relative) + b"\0" + one)
    return digest.hexdigest()


def copied(code: Path, found: Listing, target: Path) -> tuple[str, list[str], Listing]:
    """Copy what was found; look again, until nothing has changed meanwhile or patience is at its end."""
    done: dict[str, tuple[File, bytes | None]] = {}
    for turn in range(_TURNS):
        if turn:
            time.sleep(_PAUSE * (turn - 1))
        _copy_changed(found.files, target, done)
        again = listing(code)
        steady = again.files == found.files and all(one for _, one in done.values())
        found = again
        if steady:
            return total({relative: one or b"" for relative, (_, one) in done.items()}), [], found
    unsteady = [file.relative for file in found.files if not _holds(done.get(file.relative), file)]
    kept = {relative: copying.hash_of(str(target / relative)) for relative in done}
    return total(kept), unsteady, found


def _copy_changed(files: Iterable[File], target: Path, done: dict[str, tuple[File, bytes | None]]) -> None:
    """Make `target` hold the files as they are listed; `done` says what it holds already."""
    before = dict(done)
    done.clear()
    folders: set[str] = set()
    for file in files:
        known = before.pop(file.relative, None)
        if known is not None and _holds(known, file):
            done[file.relative] = known
            continue
        place = f"{target}{os.sep}{file.relative}"
        _make_folder(os.path.dirname(place), folders)
        try:
            done[file.relative] = file, copying.copy(file, place)
        except FileNotFoundError:
            if os.path.lexists(file.source):  # else gone since the folder was listed: seen at the next turn
                raise
    for relative in before:
        (target / relative).unlink(missing_ok=True)


def _holds(known: tuple[File, bytes | None] | None, file: File) -> bool:
    """Whether that very state of the file was copied."""
    return known is not None and known[0] == file and known[1] is not None


def _make_folder(folder: str, made: set[str]) -> None:
    if folder not in made:
        os.makedirs(folder, exist_ok=True)
        made.add(folder)


def _notes(found: Listing) -> list[str]:
    said = [f"{one}: it is not part of the run's code." for one in found.left[:3]]
    if len(found.left) > len(said):
        said.append(f"{len(found.left) - len(said)} more such files and links are left out.")
    if not found.files:
        said.append("The code folder is empty, or all in it is ignored; Azure ML refuses such a job.")
    return said


def _unsteady(names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return [
        f"{shown(names[0])}{more} kept changing while the code was copied: the run may have a mixed state."
    ]
