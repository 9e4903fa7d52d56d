"""JL901-JL904: files to upload that are not there or cannot be read, and uploads that are large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from joblens.azure.preflight.uploads import Upload, upload_of
from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.disk import Entry
from joblens.job.file_references import FileReference
from joblens.text.nodes import Span

MISSING, UNREADABLE, EMPTY, LARGE = "JL901", "JL902", "JL903", "JL904"
_MANY_FILES = 2_000
"""What the same pages name for the number of files."""
_UPLOADED = frozenset(("code", "local_path", "path"))
_COMPONENTS = frozenset(("component", "trial"))


def files(subject: Subject, large: int) -> tuple[list[Problem], list[Upload]]:
    """What is wrong with the files that a job names, and what would be uploaded, each place once."""
    problems: list[Problem] = []
    uploads: dict[Path, Upload] = {}
    for reference, path, entry, span in _references(subject):
        if entry is Entry.MISSING:
            problems.append(_missing(reference, span))
        elif reference.key in _UPLOADED and path not in uploads:
            uploads[path] = upload_of(path)
            problems += _of_upload(reference, uploads[path], span, large)
    return problems, list(uploads.values())


def _references(
    subject: Subject, span: Span | None = None, seen: frozenset[Path] = frozenset()
) -> Iterator[tuple[FileReference, Path, Entry, Span]]:
    """The files that a job and its components name; those of a component are told at its name."""
    if subject.disk is None:
        return
    for reference in subject.file_references:
        path = subject.disk.path(reference.path)
        at = span or reference.span
        yield reference, path, subject.disk.entry(path), at
        if reference.key in _COMPONENTS and path not in seen:
            document = subject.disk.document(path)
            if document is not None:
                yield from _references(subject.neighbour(document), at, seen | {path})


def _missing(reference: FileReference, span: Span) -> Problem:
    what = {Entry.FILE: "file", Entry.FOLDER: "folder", None: "file or folder"}[reference.wants]
    said = f"There is no {what} '{shortened(reference.path)}', so the job cannot be sent."
    return Problem(MISSING, said, span)


def _of_upload(reference: FileReference, upload: Upload, span: Span, large: int) -> Iterator[Problem]:
    place = shortened(reference.path, 30)
    if upload.unreadable:
        yield Problem(UNREADABLE, f"'{place}' cannot be read: {shortened(upload.unreadable, 70)}.", span)
    elif not upload.files:
        why = f": {upload.ignore_file} leaves out all of it" if upload.ignored else ""
        yield Problem(EMPTY, f"There is nothing to upload in '{place}'{why}.", span)
    elif upload.size > large or (reference.key in ("code", "local_path") and upload.files > _MANY_FILES):
        way_out = f"leave files out in {upload.ignore_file or '.amlignore'}"
        said = f"'{place}' has {size(upload.size)} in {upload.files} files to upload"
        yield Problem(LARGE, f"{said}; {way_out}, or refer to data.", span, Severity.WARNING)


def size(count: float) -> str:
    """A number of bytes as people read it."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
