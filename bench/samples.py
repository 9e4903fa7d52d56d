"""What was measured: one series of times per measure, and how many of the answers were right."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median


@dataclass(slots=True)
class Series:
    """The repetitions of one measure; a wrong answer counts as asked and gives no time."""

    seconds: list[float] = field(default_factory=list)
    """Or bytes, for what is no time."""
    asked: int = 0
    cpu: list[float] = field(default_factory=list)
    """CPU seconds per repetition, one number per round."""

    def add(self, seconds: float | None, right: bool = True) -> None:
        """Note one repetition; None is an answer that did not come."""
        self.asked += 1
        if right and seconds is not None:
            self.seconds.append(seconds)

    @property
    def median(self) -> float:
        """The median of the right answers; there must be one."""
        return median(self.seconds)

    @property
    def p95(self) -> float:
        """The time that 95 of 100 right answers stay below, between the two nearest."""
        ordered = sorted(self.seconds)
        place = 0.95 * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


class Samples(defaultdict[str, Series]):
    """A series per measure, in the order in which they were first taken."""

    def __init__(self) -> None:
        super().__init__(Series)
