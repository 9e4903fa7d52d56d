"""Document highlight: the places of the name under the cursor, to be marked in the text."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.occurrences import occurrences
from joblens.text.nodes import Span


@dataclass(frozen=True, slots=True)
class Highlight:
    """One place to mark."""

    span: Span
    declares: bool
    """Whether the name gets its meaning here, rather than being used."""


def highlights(subject: Subject, offset: int) -> list[Highlight]:
    """Every place of the name at `offset`."""
    return [Highlight(one.span, one.declared_by is not None) for one in occurrences(subject, offset)]
