"""JL309-JL310: numbers of trials that no sweep can have."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Fix, Problem, Severity
from joblens.checks.subject import Subject
from joblens.job.model import At

TRIALS = "JL309"
CONCURRENT = "JL310"

_MOST = 1000
"""Trials that the service starts for one sweep."""


def problems(subject: Subject) -> Iterator[Problem]:
    """Every number of trials that is out of range, or contradicts the other."""
    for sweep in subject.sweeps:
        if sweep.limits is None:
            continue
        total = sweep.limits.number("max_total_trials")
        concurrent = sweep.limits.number("max_concurrent_trials")
        yield from _at_least_one("max_total_trials", total)
        yield from _at_least_one("max_concurrent_trials", concurrent)
        if total is not None and total.value > _MOST:
            message = f"'max_total_trials' is {total.value:.10g}, but Azure ML starts at most {_MOST} trials."
            yield Problem(TRIALS, message, total.span, Severity.WARNING)
        if total is not None and concurrent is not None and 1 <= total.value < concurrent.value:
            yield _too_many_at_once(total, concurrent)


def _at_least_one(key: str, number: At[float] | None) -> Iterator[Problem]:
    if number is not None and number.value < 1:
        message = f"'{key}' cannot be {number.value:.10g}: a sweep has at least 1 trial."
        yield Problem(TRIALS, message, number.span)


def _too_many_at_once(total: At[float], concurrent: At[float]) -> Problem:
    most = f"{total.value:.10g}"
    message = (
        f"'max_concurrent_trials' is {concurrent.value:.10g}, more than the {most} of 'max_total_trials'."
    )
    fix = Fix(f"Change to {most}", concurrent.span, most)
    return Problem(CONCURRENT, message, concurrent.span, Severity.WARNING, fix)
