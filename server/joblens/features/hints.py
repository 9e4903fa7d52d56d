"""Inlay hints: what the file implies without saying it, shown in the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from joblens.checks.subject import Subject
from joblens.features.implied import implied
from joblens.job.fields import Fields
from joblens.job.model import Dialect
from joblens.job.read_today import word
from joblens.text.nodes import Mapping, Node, Sequence


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
    assert subject.kind is not None
    preview = subject.kind.dialect is Dialect.PREVIEW
    key = "algorithm" if preview else "sampling_algorithm"
    inner = sweep.below(key)
    sampling = word(inner, "type") if inner is not None else word(sweep, key)
    if sampling is None or sampling.value != "grid":
        return
    counts = [_count(sweep.of(entry.value)) for entry in sweep.below("search_space") or ()]
    known = [count for count in counts if count]
    if not counts or len(known) < len(counts):
        return
    limits = sweep if preview else sweep.below("limits")
    most = limits.integer("max_total_trials") if limits is not None else None
    total = prod(known)
    text = f"{total} combination{'s' if total > 1 else ''}"
    if most is not None and 0 < most.value < total:
        text += f", {most.value} of them tried"
    yield Hint(text, sampling.span.end)


def _count(settings: Fields | None) -> int:
    """How many values a hyperparameter may take; 0 where that is not certain."""
    kind = word(settings, "type")
    values: Node | None = settings.value("values") if settings is not None else None
    if settings is None or kind is None or kind.value != "choice" or not isinstance(values, Sequence):
        return 0
    counts = [_of_option(settings.of(option)) for option in values.items]
    return sum(counts) if all(counts) else 0


def _of_option(option: Fields | None) -> int:
    """How many values an option comes to: one, unless it is a map with choices of its own."""
    own = (option.of(entry.value) for entry in option) if option is not None else ()
    return prod(_count(settings) for settings in own if settings is not None)
