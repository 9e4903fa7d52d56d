"""JL801-JL802: a path that leads to nothing, or to a file where a folder is wanted, or the reverse.

The client looks for code, conda files and components as it reads the job, and for data only once it uploads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import PurePosixPath

from joblens.checks.problem import Fix, Problem, Severity, did_you_mean, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.disk import Disk, Entry
from joblens.job.file_references import FileReference
from joblens.job.model import Dialect

MISSING = "JL801"
OTHER_ENTRY = "JL802"

_NOUN = {Entry.FILE: "file", Entry.FOLDER: "folder", None: "file or folder"}
_ALIKE = 0.65
_DIGITS = re.compile(r"\d+")
_OTHER_TYPE = {"uri_file": "uri_folder", "uri_folder": "uri_file"}


def problems(subject: Subject) -> Iterator[Problem]:
    """Every path beside the file that does not lead where it should."""
    if subject.disk is None:
        return
    for reference in subject.file_references:
        entry = subject.disk.entry(subject.disk.path(reference.path))
        if entry is Entry.MISSING:
            found = _missing(subject, subject.disk, reference)
            if found is not None:
                yield found
        elif reference.wants not in (None, entry) and entry is not Entry.UNKNOWN:
            yield _other(reference, entry)


def _missing(subject: Subject, disk: Disk, reference: FileReference) -> Problem | None:
    assert subject.kind is not None
    if disk.entry(disk.path(reference.base or ".")) is not Entry.FOLDER:
        return None  # Said of the folder itself.
    message = f"There is no {_NOUN[reference.wants]} '{shortened(reference.written)}'"
    meant = _meant(subject, disk, reference)
    if meant is not None:
        message = did_you_mean(f"{message}.", meant)
        return Problem(MISSING, message, reference.span, fix=replacement(meant, reference.span))
    if subject.kind.dialect is Dialect.PREVIEW:
        return (
            None  # Such a file is one to read or to migrate, away from what it once ran: a slip alone counts.
        )
    beside = f"in '{shortened(reference.base, 30)}'" if reference.base else "beside this file"
    severity = Severity.ERROR if _is_certain(subject, disk, reference) else Severity.WARNING
    return Problem(MISSING, f"{message} {beside}. Check the path, or create it.", reference.span, severity)


def _is_certain(subject: Subject, disk: Disk, reference: FileReference) -> bool:
    """Whether what is missing is not just somewhere else: a file may be looked at alone, data made later."""
    assert subject.kind is not None
    if not reference.is_work:
        holder = disk.path(reference.path).parent
        own = holder == disk.folder or not subject.kind.name.endswith("Job")
        if own or disk.entry(holder) is not Entry.FOLDER:
            return False
    return disk.has_more_than_yaml()


def _meant(subject: Subject, disk: Disk, reference: FileReference) -> str | None:
    """The path with its first wrong part mended, where a name like it leads to something of the kind."""
    parts = PurePosixPath(reference.written).parts
    for index, part in enumerate(parts):
        folder = disk.path("/".join((reference.base or ".", *parts[:index])))
        if part == ".." or disk.entry(folder / part) is not Entry.MISSING:
            continue
        wants = reference.wants if index == len(parts) - 1 else Entry.FOLDER
        meant = _like(part, tuple(name.rstrip("/") for name in disk.names(folder) if _fits(name, wants)))
        if meant is None:
            return None
        lead = "./" if reference.written.startswith("./") else ""
        mended = lead + "/".join((*parts[:index], meant, *parts[index + 1 :]))
        return mended if _is_free(subject, disk, reference, mended) else None
    return None


def _fits(name: str, wants: Entry | None) -> bool:
    return wants is None or name.endswith("/") is (wants is Entry.FOLDER)


@lru_cache(maxsize=256)  # each step of a pipeline may name the same folder
def _like(part: str, names: tuple[str, ...]) -> str | None:
    """The name most like a part of a path: of the same ending, and not just one of a numbered series."""
    stem, ending = PurePosixPath(part).stem, PurePosixPath(part).suffix
    best, best_ratio = None, _ALIKE
    for name in names:
        other = PurePosixPath(name)
        if other.suffix != ending or _DIGITS.sub("0", name) == _DIGITS.sub("0", part):
            continue
        ratio = SequenceMatcher(None, stem.lower(), other.stem.lower()).ratio()
        if ratio > best_ratio:
            best, best_ratio = name, ratio
    return best


def _is_free(subject: Subject, disk: Disk, reference: FileReference, mended: str) -> bool:
    """Whether the mended path leads somewhere else than to the file itself or a component of another step."""
    path = disk.path(str(PurePosixPath(reference.base) / mended))
    if path == subject.document.path or disk.entry(path) is Entry.MISSING:
        return False
    taken = [one for one in subject.file_references if one.key == reference.key == "component"]
    return all(disk.path(one.path) != path for one in taken)


def _other(reference: FileReference, entry: Entry) -> Problem:
    shown, is_there = shortened(reference.written, 30), _NOUN[entry]
    if not reference.type:
        message = f"'{reference.key}' takes a {_NOUN[reference.wants]}, but '{shown}' is a {is_there}."
        return Problem(OTHER_ENTRY, message, reference.span)
    meant = _OTHER_TYPE.get(reference.type)
    way_out = f" Write 'type: {meant}'?" if meant else ""
    message = f"'{shown}' is a {is_there}, but its type is '{reference.type}'.{way_out}"
    fix = None
    if meant is not None and reference.type_span is not None:
        fix = Fix(f"Change the type to '{meant}'", reference.type_span, meant)
    # The client uploads it all the same; it is the command that meets what it does not expect.
    return Problem(OTHER_ENTRY, message, reference.span, Severity.WARNING, fix)
