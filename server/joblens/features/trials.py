"""How many trials a sweep comes to, as its file says it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from joblens.checks.subject import Subject
from joblens.job.fields import Fields
from joblens.job.model import Dialect
from joblens.job.read_today import word
from joblens.text.nodes import Mapping, Node, Sequence

_MOST = 1000
"""Trials that Azure ML runs of a sweep which names no number."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A search of every combination."""

    size: int
    """How many there are; 0 where that is not certain."""
    end: int
    """Where the file says that it is one."""


def trials(subject: Subject) -> int | None:
    """How many trials the file's sweep runs; None where the file does not tell for certain."""
    root = subject.tree.resolved(subject.tree.root)
    if not isinstance(root, Mapping):
        return None
    sweep = Fields(root, subject.tree)
    most = most_trials(subject, sweep)
    found = grid(subject, sweep)
    if found is not None and not found.size:
        return None
    named = [count for count in (most, found.size if found else None) if count]
    return min(named, default=_MOST) if "search_space" in sweep else None


def most_trials(subject: Subject, sweep: Fields) -> int | None:
    """The number of trials that the sweep is limited to, if it names one that can be."""
    limits = sweep if _is_preview(subject) else sweep.below("limits")
    most = limits.integer("max_total_trials") if limits is not None else None
    return most.value if most is not None and most.value > 0 else None


def grid(subject: Subject, sweep: Fields) -> Grid | None:
    """The grid that the sweep searches; None if it samples otherwise."""
    key = "algorithm" if _is_preview(subject) else "sampling_algorithm"
    inner = sweep.below(key)
    sampling = word(inner, "type") if inner is not None else word(sweep, key)
    if sampling is None or sampling.value != "grid":
        return None
    counts = [_count(sweep.of(entry.value)) for entry in sweep.below("search_space") or ()]
    return Grid(prod(counts) if counts else 0, sampling.span.end)


def _is_preview(subject: Subject) -> bool:
    return subject.kind is not None and subject.kind.dialect is Dialect.PREVIEW


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
