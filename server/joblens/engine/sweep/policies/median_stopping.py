"""Median stopping: a trial ends when its best value is worse than the median of all running averages."""

from __future__ import annotations

import math
from collections.abc import Collection
from statistics import median

from joblens.engine.sweep.policies.applied import is_worse, told


class MedianStopping:
    """Compares, at interval N, the best value of the trial with averages over intervals 1 to N.

    The averages are those of all trials, its own among them, as the pages say; of a trial that has reported
    less than N times, over what it has reported. Reports that are not a number are in no average.
    """

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._best: dict[int, float] = {}
        self._averages: dict[int, list[float]] = {}
        """Of each trial, the average by each interval."""
        self._sums: dict[int, tuple[float, int]] = {}

    def clear(self) -> None:
        """Forget all."""
        self._best.clear()
        self._averages.clear()
        self._sums.clear()

    def add(self, trial: int, value: float) -> None:
        """Take in a trial's next report."""
        self._best[trial] = max(value, self._best.get(trial, -math.inf))
        total, count = self._sums.get(trial, (0.0, 0))
        if value != -math.inf:
            total, count = total + value, count + 1
            self._sums[trial] = total, count
        self._averages.setdefault(trial, []).append(total / count if count else math.nan)

    def why(self, trial: int, reports: int, finished: Collection[int]) -> str | None:  # noqa: ARG002
        """Why the trial is to be stopped; None if it is not."""
        last = reports - 1
        averages = [each[last] if len(each) > last else each[-1] for each in self._averages.values()]
        averages = [each for each in averages if not math.isnan(each)]
        own = self._best[trial]
        if not averages or not is_worse(own, middle := median(averages)):
            return None
        return (
            f"its best value is {told(own, self._sign)}, worse than {told(middle, self._sign)}, the median "
            f"of {len(averages)} trials' running averages (median_stopping)."
        )
