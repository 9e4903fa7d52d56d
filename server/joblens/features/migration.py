"""Migration in the editor: the lines of a preview file that today's format changes, and what was guessed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from joblens.checks.subject import Subject
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
    if subject.kind is None or (subject.kind.dialect is not Dialect.PREVIEW and subject.older is None):
        return None
    migrated = migrate(subject.document)
    if migrated is None:
        return None
    return Migration(_edits(subject.document, Document(migrated.text)), migrated.notes)


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
