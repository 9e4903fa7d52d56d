"""The name under the cursor, and every place of it in the file."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.job.occurrences import Occurrence
from joblens.text.nodes import Span


def occurrences(subject: Subject, offset: int) -> list[Occurrence]:
    """Every place of the name at `offset`, in the order of the text; empty where there is none."""
    here = [one for one in subject.occurrences if one.reach.start <= offset <= one.reach.end]
    if not here:
        return []
    nearest = min(here, key=lambda one: _distance(one, offset))
    return _same(subject.occurrences, nearest)


def at(found: list[Occurrence], offset: int) -> Occurrence:
    """Of the places of one name, the one at `offset`."""
    return min(found, key=lambda one: _distance(one, offset))


def _distance(one: Occurrence, offset: int) -> tuple[int, int]:
    """How far a place is from a cursor; of two as near, the later context (`outputs`, not its step)."""
    return max(one.span.start - offset, offset - one.span.end, 0), -one.span.start


def _same(known: list[Occurrence], first: Occurrence) -> list[Occurrence]:
    """The places of a name, and of those that share a place with it through an anchor."""
    names, size = {first.name}, 0
    spans: set[Span] = set()
    while len(names) > size:
        size = len(names)
        spans = {one.span for one in known if one.name in names}
        names |= {one.name for one in known if one.span in spans}
    by_span = {one.span: one for one in known if one.span in spans}
    return [by_span[span] for span in sorted(spans)]
