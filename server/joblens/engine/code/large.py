"""Large code folders: recognised when unchanged, and kept once for all runs of the same code.

`.joblens/code/trees/<hash>` holds such code; a run's `code` is a link to it, and its command works on a
view or a copy of its own (`working.py`). `.joblens/code/seen` holds how files looked when they were read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from joblens.engine.code import copying, places, sharing
from joblens.engine.code.scan import File, Listing, listing
from joblens.engine.folders import RunFolder

_TURNS = 3
_TICK = 20_000_000
"""Nanoseconds in which a file can change twice without its times showing it; coarse disks count seconds."""
_COARSE = 2_100_000_000


@dataclass
class _Seen:
    """A code folder as it was read last."""

    signature: str = ""
    tree: str = ""
    young: list[tuple[str, str]] = field(default_factory=list)
    """Files (and their hash) that had changed so shortly before that they may have changed again unseen."""


def take(code: Path, found: Listing, run: RunFolder) -> tuple[str, list[str], Listing]:
    """Make the run's `code` a link to kept code: its hash, files that kept changing, and what was found."""
    from filelock import FileLock

    store = run.code_store
    seen_file = store / "seen" / hashlib.sha256(os.fsencode(code)).hexdigest()[:20]
    seen_file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{seen_file}.lock"):
        signature = signature_of(found.files)
        seen = _read(seen_file)
        unsteady: list[str] = []
        if not (
            seen.signature == signature and (store / "trees" / seen.tree).is_dir() and _steady(seen, code)
        ):
            seen, unsteady, found = _keep(code, found, store, seen_file)
        elif seen.young:
            _write(seen_file, _Seen(seen.signature, seen.tree, []))
        with contextlib.suppress(OSError):
            os.utime(sharing.mark_of(store / "trees" / seen.tree))
    _copy_own(found, run)
    run.code.symlink_to(os.path.relpath(store / "trees" / seen.tree, run.path), target_is_directory=True)
    return seen.tree, unsteady, found


def signature_of(files: list[File]) -> str:
    """All that tells whether one of the files was changed, as a hash."""
    text = "\0".join([f"{name}\0{a} {b} {c} {d} {e}" for name, _, a, b, c, d, e in files])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _steady(seen: _Seen, code: Path) -> bool:
    """Whether files that may have changed unseen are what they were."""
    with contextlib.suppress(OSError):
        return all(copying.hash_of(str(code / name)).hex() == known for name, known in seen.young)
    return False


def _keep(code: Path, found: Listing, store: Path, seen_file: Path) -> tuple[_Seen, list[str], Listing]:
    """Read the folder and keep what is in it as a tree; files known from last time are not read again."""
    from joblens.engine.code.snapshot import total

    last = store / "trees" / _read(seen_file).tree
    known = _hashes(seen_file) if whole(last) else {}
    made = store / "trees" / f".unfinished-{os.getpid()}-{time.time_ns()}"
    try:
        building = _Building(made, last, known)
        for _ in range(_TURNS):
            building.fill(found.files)
            again = listing(code)
            steady, found = again.files == found.files and not building.unsteady, again
            if steady:
                break
        unsteady = [] if steady else building.unsteady_of(found.files)
        tree = total({name: one for name, (_, one, _) in building.done.items()})
        _settle(made, store / "trees" / tree)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    seen = _Seen("" if unsteady else signature_of(found.files), tree, building.young())
    sharing.prune(store.parent)
    _write_hashes(seen_file, building)
    _write(seen_file, seen)
    return seen, unsteady, found


class _Building:
    """A tree in the making."""

    def __init__(self, made: Path, last: Path, known: dict[str, tuple[str, bytes]]) -> None:
        self._made, self._last, self._known = str(made), str(last), known
        self._folders: set[str] = set()
        self.done: dict[str, tuple[File, bytes, int]] = {}
        """Each file as it was listed, the hash of what was kept, and when it was read."""
        self.unsteady: set[str] = set()
        os.makedirs(made)

    def fill(self, files: list[File]) -> None:
        """Hold the files as they are listed now."""
        before, self.done, self.unsteady = self.done, {}, set()
        for file in files:
            name = file.relative
            held = before.pop(name, None)
            if held is not None and held[0] == file:
                self.done[name] = held
                continue
            try:
                self._add(file)
            except FileNotFoundError:
                if os.path.lexists(file.source):
                    raise
                self.unsteady.add(name)
        for name in before:
            with contextlib.suppress(OSError):
                os.unlink(f"{self._made}/{name}")

    def _add(self, file: File) -> None:
        place = f"{self._made}/{file.relative}"
        folder = place.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)
            self._folders.add(folder)
        known = self._known.get(file.relative)
        now = time.time_ns()
        if known is not None and known[0] == _looks(file):
            with contextlib.suppress(OSError):  # of another disk, or a tree that was removed: read it again
                os.link(f"{self._last}/{file.relative}", place)
                self.done[file.relative] = file, known[1], now
                return
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place)  # never write into what another tree shares
        one = copying.copy(file, place)
        if one is None:
            self.unsteady.add(file.relative)
            one = copying.hash_of(place)
            file = file._replace(inode=-1)  # unlike any listing: read again at the next turn
        self.done[file.relative] = file, one, now

    def unsteady_of(self, files: list[File]) -> list[str]:
        """The files that are not held as they are listed."""
        listed = {file.relative: file for file in files}
        names = {name for name, (file, _, _) in self.done.items() if listed.get(name) != file}
        return sorted(names | (listed.keys() - self.done.keys()))

    def young(self) -> list[tuple[str, str]]:
        """Files that were read so soon after a change that another one may not show."""
        return [(name, one.hex()) for name, (file, one, read) in self.done.items() if _is_young(file, read)]


def _is_young(file: File, read: int) -> bool:
    latest = max(file.modified, file.changed)
    return latest > read - (_COARSE if file.modified % 1_000_000_000 == 0 else _TICK)


def _looks(file: File) -> str:
    return f"{file.size} {file.modified} {file.changed} {file.inode} {file.mode}"


def _settle(made: Path, tree: Path) -> None:
    """Put a finished tree in its place; the folders that are each run's own are no part of it."""
    for name in places.OWN:
        if (made / name).is_dir():
            shutil.rmtree(made / name)
    listed = listing_of(made)
    mark = sharing.mark_of(tree)
    if tree.is_dir() and whole(tree):
        shutil.rmtree(made)
        return
    shutil.rmtree(tree, ignore_errors=True)
    mark.write_text(listed, encoding="utf-8")
    made.rename(tree)


def whole(tree: Path) -> bool:
    """Whether a kept tree is as it was made: nobody has written to its files."""
    mark = sharing.mark_of(tree)
    with contextlib.suppress(OSError):
        return mark.read_text(encoding="utf-8") == listing_of(tree)
    return False


def listing_of(tree: Path) -> str:
    """What tells whether somebody wrote into a kept tree; links to its files do not count."""
    digest = hashlib.sha256()
    _add_folder(str(tree), digest)
    return digest.hexdigest()


def _add_folder(folder: str, digest: hashlib._Hash) -> None:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    lines = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            lines.append(f"{entry.name}/")
            _add_folder(entry.path, digest)
        else:
            about = entry.stat(follow_symlinks=False)
            lines.append(f"{entry.name}\0{about.st_size} {about.st_mtime_ns} {about.st_ino}")
    digest.update("\0".join(lines).encode("utf-8", "surrogateescape"))


def _copy_own(found: Listing, run: RunFolder) -> None:
    """Put what the code has in its own `outputs` and `logs` into the run's."""
    for file in found.files:
        top, slash, _ = file.relative.partition("/")
        if slash and top in places.OWN:
            place = run.path / file.relative
            place.parent.mkdir(parents=True, exist_ok=True)
            copying.copy(file, str(place))


def _read(file: Path) -> _Seen:
    with contextlib.suppress(OSError, ValueError, TypeError):
        found = json.loads(file.read_text(encoding="utf-8"))
        return _Seen(found["signature"], found["tree"], [(name, one) for name, one in found["young"]])
    return _Seen(tree="none")


def _write(file: Path, seen: _Seen) -> None:
    text = json.dumps({"signature": seen.signature, "tree": seen.tree, "young": seen.young})
    _replace(file, text.encode())


def _hashes(file: Path) -> dict[str, tuple[str, bytes]]:
    """How each file looked when it was read, and its hash."""
    with contextlib.suppress(OSError, ValueError):
        fields = file.with_suffix(".files").read_bytes().decode("utf-8", "surrogateescape").split("\0")
        names, looks, hashes = fields[0:-1:3], fields[1::3], fields[2::3]
        return {
            name: (look, bytes.fromhex(one)) for name, look, one in zip(names, looks, hashes, strict=True)
        }
    return {}


def _write_hashes(file: Path, building: _Building) -> None:
    young = {name for name, _ in building.young()}
    parts = [
        f"{name}\0{_looks(listed)}\0{one.hex()}\0"
        for name, (listed, one, _) in building.done.items()
        if name not in young
    ]
    _replace(file.with_suffix(".files"), "".join(parts).encode("utf-8", "surrogateescape"))


def _replace(file: Path, content: bytes) -> None:
    unfinished = file.with_name(f".{file.name}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(file)
