"""Migration in the editor: the lines of a preview file that today's format changes, and what was guessed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from joblens.checks.subject import Subject
from joblens.errors import JobFileError
from joblens.job.migrate import migrate
from joblens.job.model import Dialect
from joblens.text.document import Document
from joblens.text.nodes import Span

TITLE = "Migrate to today's format"


@dataclass(frozen=True, slots=True)
class Migration:
    """Edits of the document, in the order of its text, and a sentence for each guess."""

    edits: tuple[tuple[Span, str], ...]
    notes: tuple[str, ...]


def migration(subject: Subject) -> Migration | None:
    """What migrates the document; None for one of today's format."""
    if not _is_of_preview(subject):
        return None
    try:
        migrated = migrate(subject.document)
    except JobFileError:
        return None
    if migrated is None:
        return None
    return Migration(_edits(subject.document, Document(migrated.text)), migrated.notes)


def why_not(subject: Subject) -> str:
    """Why there is no migration of the document, in one sentence."""
    if subject.kind is None:
        return "Nothing to migrate: this is no file of Azure ML."
    if not _is_of_preview(subject):
        return "Nothing to migrate: the file is in today's format."
    if subject.syntax:
        first = subject.syntax[0]
        line = subject.document.line_of(first.span.start) + 1
        return f"Nothing was migrated: the file is not valid YAML, line {line}: {first.message}"
    try:
        migrate(subject.document)
    except JobFileError as error:
        return f"Nothing was migrated. {error} {error.hint}"
    return f"Nothing was migrated: what this {subject.kind.name} says takes more than one file today."


def _is_of_preview(subject: Subject) -> bool:
    preview = subject.kind is not None and subject.kind.dialect is Dialect.PREVIEW
    return preview or subject.older is not None


def _edits(old: Document, new: Document) -> tuple[tuple[Span, str], ...]:
    """The lines that differ, so that the cursor and the folds of the others stay where they are."""
    matcher = SequenceMatcher(None, _lines(old), _lines(new), autojunk=False)
    return tuple(
        (Span(_offset(old, start), _offset(old, end)), new.text[_offset(new, first) : _offset(new, last)])
        for what, start, end, first, last in matcher.get_opcodes()
        if what != "equal"
    )


def _lines(document: Document) -> list[str]:
    starts = [*document.line_starts, len(document.text)]
    return [document.text[start:end] for start, end in pairwise(starts)]


def _offset(document: Document, line: int) -> int:
    starts = document.line_starts
    return starts[line] if line < len(starts) else len(document.text)
