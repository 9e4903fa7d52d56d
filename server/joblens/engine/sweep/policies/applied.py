"""A policy at work: applied when it is due, to all that was reported by then."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Curves: TypeAlias = Mapping[int, Sequence[float]]
"""Of each trial that has reported the primary metric, its values in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """When a policy is applied; each report of the primary metric is one interval of its trial."""

    every: int = 1
    """`evaluation_interval`; 0, which Azure's client sends where it is left out, is as 1."""
    after: int = 0
    """`delay_evaluation`."""

    def due(self, reports: int) -> bool:
        """Whether the policy is applied after that many: at multiples of the one, not below the other."""
        return reports >= max(1, self.after) and reports % max(1, self.every) == 0


class Rule(Protocol):
    """What a policy compares; it keeps sums, so that no decision looks at all reports again."""

    def clear(self) -> None:
        """Forget all."""
        ...

    def add(self, trial: int, value: float) -> None:
        """Take in a trial's next report; larger is better, and what is not a number is minus infinity."""
        ...

    def why(self, trial: int, reports: int, finished: Collection[int]) -> str | None:
        """Why a trial is to be stopped that has reported so many times; None if it is not."""
        ...


class Applied:
    """A rule with its intervals."""

    def __init__(self, rule: Rule, intervals: Intervals, sign: int) -> None:
        self._rule, self._intervals, self._sign = rule, intervals, sign
        self._known: dict[int, Sequence[float]] = {}
        self._counts: dict[int, int] = {}

    def stops(self, trial: int, curves: Curves, finished: Collection[int]) -> str | None:
        """Why the trial is to be stopped after its last report, or None."""
        reports = len(curves[trial])
        if not self._intervals.due(reports):
            return None
        if not self._grew(curves):
            self._rule.clear()
            self._known.clear()
            self._counts.clear()
        self._read(curves)
        why = self._rule.why(trial, reports, finished)
        return why and f"After {'its first report' if reports == 1 else f'{reports} reports'} {why}"

    def _grew(self, curves: Curves) -> bool:
        """Whether all curves are as they were, or longer; not so when a trial began again."""
        return all(
            curves.get(trial) is known and len(known) >= self._counts[trial]
            for trial, known in self._known.items()
        )

    def _read(self, curves: Curves) -> None:
        for trial, curve in curves.items():
            seen = self._counts.get(trial, 0)
            if len(curve) == seen:
                continue
            for value in curve[seen:]:
                self._rule.add(trial, -math.inf if math.isnan(value) else self._sign * value)
            self._known[trial], self._counts[trial] = curve, len(curve)


def is_worse(value: float, other: float) -> bool:
    """Whether a value is worse than another, and by more than sums and quotients are rounded."""
    return value < other and not math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-12)


def told(value: float, sign: int) -> str:
    """A value as the script reported it."""
    return "not a number" if value == -math.inf else f"{sign * value:.6g}"
