"""Definition: the entry that declares the name under the cursor, or the file that a path there leads to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from joblens.checks.subject import Subject
from joblens.features.places import places
from joblens.job.disk import Entry
from joblens.text.document import Document
from joblens.text.nodes import Pair, Span


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a name is declared."""

    document: Document
    """The file that declares it."""
    span: Span
    """The name itself."""
    whole: Span
    """All that is said of it there."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that the text names."""

    path: Path


def definitions(subject: Subject, offset: int) -> list[Definition | File]:
    """Where the name at `offset` is declared: twice where a step and its component both do."""
    found = _file(subject, offset)
    if found is not None:
        return [found]
    return [
        Definition(one.document, one.occurrence.span, _whole(one.occurrence.declared_by))
        for one in places(subject, offset)
        if one.declares or (one.occurrence.declared_by is not None and one.document is subject.document)
    ]


def _file(subject: Subject, offset: int) -> File | None:
    if subject.disk is None:
        return None
    for reference in subject.file_references:
        if reference.span.start <= offset <= reference.span.end:
            path = subject.disk.path(reference.path)
            return File(path) if subject.disk.entry(path) is Entry.FILE else None
    return _script(subject, offset)


def _script(subject: Subject, offset: int) -> File | None:
    """The script that a command runs, where its code is at hand."""
    for launch in subject.launches:
        if not launch.scope.command.span.start <= offset <= launch.scope.command.span.end:
            continue
        for run in launch.reading.runs:
            span = launch.span(run.script)
            path = launch.file(run) if span.start <= offset <= span.end else None
            if path is not None:
                return File(path)
    return None


def _whole(pair: Pair | None) -> Span:
    assert pair is not None
    end = pair.value.span.end if pair.value is not None else pair.key.span.end
    return Span(pair.key.span.start, max(end, pair.key.span.end))
