"""Definition: the entry that declares the name under the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.occurrences import at, occurrences
from joblens.text.nodes import Pair, Span


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a name is declared."""

    span: Span
    """The name itself."""
    whole: Span
    """All that is said of it there."""
    origin: Span
    """What was asked about."""


def definitions(subject: Subject, offset: int) -> list[Definition]:
    """Where the name at `offset` is declared: twice where a step and its inline component both do."""
    found = occurrences(subject, offset)
    if not found:
        return []
    origin = at(found, offset).span
    return [Definition(one.span, _whole(one.declared_by), origin) for one in found if one.declared_by]


def _whole(pair: Pair) -> Span:
    end = pair.value.span.end if pair.value is not None else pair.key.span.end
    return Span(pair.key.span.start, max(end, pair.key.span.end))
