"""What the trials of a sweep have reported of the primary metric, and which of them that condemns."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from joblens.engine.records import Record
from joblens.engine.sweep import metrics, termination
from joblens.engine.sweep.search import Search

_PATIENCE = 60.0
"""Seconds to wait for what trials that have ended reported."""
_PAUSE = 0.1


class Curves:
    """The reports of all trials, read while they come."""

    def __init__(self, tracking: Mapping[str, str], search: Search) -> None:
        self._search = search
        self._reports = metrics.reports(tracking, search.metric) if tracking else None
        self._policy = termination.policy(search.early_termination, search.goal)
        self._runs: dict[str, int] = {}
        self._curves: dict[int, list[float]] = {}
        self._finished: set[int] = set()
        self._whole: set[str] = set()
        """The runs of finished trials whose reports have all been read."""

    @property
    def watched(self) -> bool:
        """Whether a policy has to see reports while trials run."""
        return self._reports is not None and bool(self._search.early_termination)

    def knows(self, number: int) -> bool:
        """Whether it is known which run in MLflow the trial is."""
        return number in self._runs.values()

    def know(self, number: int, record: Record) -> None:
        """Remember which run in MLflow the trial is, once it is one."""
        run_id = record.tracking.get("run_id")
        if run_id is not None:
            self._runs[run_id] = number

    def read(self, *, until_whole: bool = False) -> dict[int, str]:
        """See what has been reported since the last time; answer which trials the policy stops, and why.

        `until_whole` waits a while for a store that is locked, or a server that is silent.
        """
        end = time.monotonic() + _PATIENCE
        if self._reports is None:
            return {}
        stopped: dict[int, str] = {}
        asked = {run_id: each for run_id, each in self._runs.items() if run_id not in self._whole}
        new = self._reports.new(asked)
        while until_whole and self._reports.behind and time.monotonic() < end:
            time.sleep(_PAUSE)
            new += self._reports.new(asked)
        if not self._reports.behind:
            self._whole |= {run_id for run_id, each in asked.items() if each in self._finished}
        for number, value in new:
            self._curves.setdefault(number, []).append(value)
            if number not in self._finished and number not in stopped:
                reason = self._policy.stops(number, self._curves, self._finished)
                if reason is not None:
                    stopped[number] = reason
        return stopped

    def finish(self, number: int) -> None:
        """The trial has ended: its curve counts, and is stopped no more."""
        self._finished.add(number)

    def forget(self, number: int) -> None:
        """The trial starts again: what it reported counts no more."""
        self._finished.discard(number)
        self._curves.pop(number, None)
        self._runs = {run_id: each for run_id, each in self._runs.items() if each != number}

    def value(self, number: int) -> float | None:
        """The trial's primary metric as it stands; None when it has not reported any."""
        curve = self._curves.get(number)
        value = metrics.decisive(curve, self._search.goal) if curve else math.nan
        return None if math.isnan(value) else value

    def names(self, record: Record) -> list[str]:
        """All metrics that the trial logged."""
        run_id = record.tracking.get("run_id")
        return list(self._reports.names(run_id)) if self._reports is not None and run_id else []
