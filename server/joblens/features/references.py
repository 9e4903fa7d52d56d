"""References: the places that use the name under the cursor."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.features.occurrences import occurrences
from joblens.text.nodes import Span


def references(subject: Subject, offset: int, *, declarations: bool) -> list[Span]:
    """Where the name at `offset` is used, and where it is declared if that is asked for."""
    found = occurrences(subject, offset)
    return [one.span for one in found if declarations or one.declared_by is None]
