"""What `joblens check` finds in a file, in numbers and words alone: processes send it, formats print it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from joblens import checks
from joblens.checks.problem import Problem
from joblens.checks.settings import Settings
from joblens.checks.subject import Subject
from joblens.engine import files
from joblens.errors import JobFileError
from joblens.text.document import Document


class Finding(NamedTuple):
    """A problem; lines and columns count from 1, columns in code points."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: str
    code: str
    message: str


class Checked(NamedTuple):
    """A file and its problems, or why it cannot be read (with a hint)."""

    path: str
    findings: tuple[Finding, ...] = ()
    is_ours: bool = True
    """Whether it is an Azure ML file: others are not looked at."""
    unreadable: tuple[str, str] | None = None


def checked_file(path: Path, settings: Settings) -> Checked:
    """Check a file on disk."""
    try:
        text = files.text_of(path)
    except JobFileError as error:
        return Checked(str(path), unreadable=(str(error), error.hint))
    return checked_text(text, str(path), path, settings)


def checked_text(text: str, shown: str, path: Path | None, settings: Settings) -> Checked:
    """Check a text as if it stood at `path`, which is `shown` to the user."""
    subject = Subject(Document(text, path.absolute() if path is not None else None))
    found = checks.check(subject, settings)
    findings = tuple(_finding(shown, subject.document, problem) for problem in found)
    return Checked(shown, findings, subject.kind is not None)


def _finding(path: str, document: Document, problem: Problem) -> Finding:
    line, column = document.position(problem.span.start)
    end_line, end_column = document.position(problem.span.end)
    place = (line + 1, column + 1, end_line + 1, end_column + 1)
    return Finding(path, *place, problem.severity.value, problem.code, problem.message)
