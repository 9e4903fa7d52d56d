"""Truncation selection: a trial ends when it is among the worst so many percent at its interval."""

from __future__ import annotations

from collections.abc import Collection

from joblens.engine.sweep.policies.applied import told


class TruncationSelection:
    """Ranks, at interval N, the best of each trial's first N reports, among trials that have come to N.

    So none is ended for having run less long, and one that was ended before N is not counted among the
    ended ones once more. A trial that is as good as one outside of the percentage is not among the worst.
    """

    def __init__(self, sign: int, percentage: float, *, exclude_finished: bool) -> None:
        self._sign, self._percentage, self._exclude_finished = sign, percentage, exclude_finished
        self._bests: dict[int, list[float]] = {}
        """The best value of each trial by each interval."""

    def clear(self) -> None:
        """Forget all."""
        self._bests.clear()

    def add(self, trial: int, value: float) -> None:
        """Take in a trial's next report."""
        bests = self._bests.setdefault(trial, [])
        bests.append(max(value, bests[-1]) if bests else value)

    def why(self, trial: int, reports: int, finished: Collection[int]) -> str | None:
        """Why the trial is to be stopped; None if it is not."""
        excluded = set(finished) - {trial} if self._exclude_finished else ()
        own = self._bests[trial][reports - 1]
        ranked = [
            each[reports - 1]
            for number, each in self._bests.items()
            if len(each) >= reports and number not in excluded
        ]
        if sum(value <= own for value in ranked) * 100 > self._percentage * len(ranked):
            return None
        return (
            f"its best value, {told(own, self._sign)}, is among the worst {self._percentage:g} % "
            f"of {len(ranked)} trials (truncation_selection)."
        )
