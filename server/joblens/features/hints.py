"""Inlay hints: what the file implies without saying it, shown in the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.implied import implied
from joblens.features.trials import grid, most_trials
from joblens.job.fields import Fields
from joblens.text.nodes import Mapping


@dataclass(frozen=True, slots=True)
class Hint:
    """A text to show behind an offset."""

    text: str
    offset: int


def hints(subject: Subject) -> list[Hint]:
    """How many trials each grid search comes to, and the defaults that hold where nothing is said."""
    grids = (hint for sweep in _sweeps(subject) for hint in _of_grid(subject, sweep))
    return [*grids, *(Hint(one.text, one.offset) for one in implied(subject))]


def _sweeps(subject: Subject) -> Iterator[Fields]:
    root = subject.tree.resolved(subject.tree.root)
    if subject.kind is None or not isinstance(root, Mapping):
        return
    fields = Fields(root, subject.tree)
    if subject.kind.name == "sweepJob":
        yield fields
    for entry in fields.below("jobs") or ():
        step = fields.of(entry.value)
        if step is not None and "search_space" in step:
            yield step


def _of_grid(subject: Subject, sweep: Fields) -> Iterator[Hint]:
    found = grid(subject, sweep)
    if found is None or not found.size:
        return
    most = most_trials(subject, sweep)
    text = f"{found.size} combination{'s' if found.size > 1 else ''}"
    if most is not None and most < found.size:
        text += f", {most} of them tried"
    yield Hint(text, found.end)
