"""Bandit: a trial ends when its best value is out of the slack that the best trial leaves."""

from __future__ import annotations

import math
from collections.abc import Collection

from joblens.engine.sweep.policies.applied import is_worse, told


class Bandit:
    """Compares, at interval N, the best value of the trial with the best of all trials' first N reports.

    So "the best performing job at interval 10" is never one that only became better later.
    """

    def __init__(self, sign: int, factor: float, amount: float) -> None:
        self._sign, self._factor, self._amount = sign, factor, amount
        self._of_trial: dict[int, float] = {}
        self._of_all: list[float] = []
        """The best value of all trials by each interval."""
        self._counts: dict[int, int] = {}

    def clear(self) -> None:
        """Forget all."""
        self._of_trial.clear()
        self._of_all.clear()
        self._counts.clear()

    def add(self, trial: int, value: float) -> None:
        """Take in a trial's next report."""
        self._of_trial[trial] = max(value, self._of_trial.get(trial, -math.inf))
        interval = self._counts.get(trial, 0)
        self._counts[trial] = interval + 1
        if interval == len(self._of_all):
            self._of_all.append(max(value, self._of_all[-1]) if self._of_all else value)
        while interval < len(self._of_all) and self._of_all[interval] < value:
            self._of_all[interval] = value
            interval += 1

    def why(self, trial: int, reports: int, finished: Collection[int]) -> str | None:  # noqa: ARG002
        """Why the trial is to be stopped; None if it is not."""
        best, own = self._of_all[reports - 1], self._of_trial[trial]
        limit = self._limit(best)
        if not is_worse(own, limit):
            return None
        slack = f"slack_amount {self._amount:g}" if self._amount else f"slack_factor {self._factor:g}"
        return (
            f"its best value is {told(own, self._sign)}; the best trial's {told(best, self._sign)} "
            f"allows {told(limit, self._sign)} (bandit, {slack})."
        )

    def _limit(self, best: float) -> float:
        if self._amount:
            return best - self._amount
        # Azure's pages know positive metrics only, where the limit is best/(1 + factor), or for `minimize`
        # best * (1 + factor). Below zero those would be better than the best: so they change places.
        return best / (1 + self._factor) if best >= 0 else best * (1 + self._factor)
