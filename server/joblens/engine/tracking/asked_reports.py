"""Reports of a metric, asked of an MLflow server while runs go on."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from joblens.engine.tracking import client
from joblens.engine.tracking.client import Client, Metric, RunState, TrackingError, UnavailableError
from joblens.engine.tracking.stored_reports import finite_or_not

_T = TypeVar("_T")
_TIMEOUT = 5.0
"""Seconds for an answer: who asks also has trials to start."""
_PAUSES = (0.5, 2.0, 5.0, 10.0)
"""Seconds without a question after one, two, ... that had no answer."""
_SURELY = 2.0
"""Seconds after which a history is read although its newest report is as it was: steps may go back."""
_AT_ONCE = 100
"""Runs in one question."""


@dataclass(slots=True)
class _Followed:
    """What is known of a run."""

    state: RunState | None = None
    read: float = 0.0
    answered: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    """How often a report with that value, time and step was answered."""


class AskedReports:
    """Asks for all runs at once how they stand, and for the history of those where something has changed."""

    def __init__(self, uri: str, experiment: str, metric: str) -> None:
        self.behind = False
        """Whether the last call of `new` could not see all."""
        self._client = Client(uri, timeout=min(_TIMEOUT, client.patience()))
        self._experiment, self._metric = experiment, metric
        self._followed: dict[str, _Followed] = {}
        self._failures = 0
        self._not_before = 0.0
        self._searches = True

    def new(self, runs: Mapping[str, int]) -> list[tuple[int, float]]:
        """Reports since the last call, in the order in which they came: (trial number, value)."""
        if time.monotonic() < self._not_before:
            return []
        self._followed = {run_id: self._followed.get(run_id, _Followed()) for run_id in runs}
        found: list[tuple[int, str, float]] = []
        try:
            for run_id, state in self._states():
                found += [(at, run_id, value) for value, at in self._news(run_id, state)]
            self.behind, self._failures = False, 0
        except TrackingError:
            self.behind = True
            pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
            self._failures += 1
            self._not_before = time.monotonic() + pause
        found.sort(key=lambda each: each[0])
        return [(runs[run_id], value) for _, run_id, value in found]

    def names(self, run_id: str) -> Sequence[str]:
        """All metrics that a run has logged."""
        with contextlib.suppress(TrackingError):
            return sorted(self._client.metrics(run_id))
        return []

    def _states(self) -> Iterator[tuple[str, RunState]]:
        asked = list(self._followed)
        for start in range(0, len(asked), _AT_ONCE):
            yield from self._some(asked[start : start + _AT_ONCE]).items()

    def _some(self, run_ids: Sequence[str]) -> dict[str, RunState]:
        if self._searches:
            try:
                return self._client.states(self._experiment, run_ids, self._metric)
            except UnavailableError:
                raise
            except TrackingError:  # not every service can look for several
                self._searches = False
        one_by_one = {run_id: self._unless_refused(self._client.state, run_id) for run_id in run_ids}
        return {run_id: state for run_id, state in one_by_one.items() if state is not None}

    def _unless_refused(self, ask: Callable[[str, str], _T], run_id: str) -> _T | None:
        """An answer; none about a run that was deleted, and the like: the others must not suffer for it."""
        try:
            return ask(run_id, self._metric)
        except UnavailableError:
            raise
        except TrackingError:
            return None

    def _news(self, run_id: str, state: RunState) -> list[tuple[float, int]]:
        """Values that were not answered yet, and the time of each."""
        followed, now = self._followed[run_id], time.monotonic()
        if state == followed.state and (state.newest is None or now < followed.read + _SURELY):
            return []
        history = self._unless_refused(self._client.history, run_id) if state.newest is not None else []
        followed.state, followed.read = state, now
        return list(_unanswered(history or [], followed.answered))


def _unanswered(
    history: Sequence[Metric], answered: Counter[tuple[str, int, int]]
) -> Iterator[tuple[float, int]]:
    seen: Counter[tuple[str, int, int]] = Counter()
    for _, value, at, step in history:
        key = (repr(value), at, step)
        seen[key] += 1
        if seen[key] > answered[key]:
            answered[key] += 1
            yield finite_or_not(value), at
