"""A sweep as it stands: its trials with their values and metrics, the best so far."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblens.engine import plan as plans
from joblens.engine import records
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.engine.sweep import history, metrics, space
from joblens.engine.sweep.search import Search
from joblens.engine.tracking import direct
from joblens.errors import UserError

_AHEAD = frozenset({records.NOT_STARTED, records.QUEUED, records.PREPARING})
"""What a trial is while its command has not begun."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial as it stands."""

    number: int
    record: Record
    values: Mapping[str, object]
    """Its hyperparameters; one of an option of a choice is called `model[0].rate`."""
    metric: float | None
    """The best that it reported of the primary metric so far; None where it reported nothing."""

    @property
    def seconds(self) -> float | None:
        """How long its command has run."""
        record = self.record
        if record.started is None or record.duration is not None:
            return record.duration
        return max((record.ended or time.time()) - record.started, 0.0)


@dataclass(frozen=True, slots=True)
class View:
    """A sweep as it stands."""

    record: Record
    search: Search
    trials: Sequence[Trial]
    """By their numbers."""

    @property
    def names(self) -> list[str]:
        """The hyperparameters that any trial has, in the order of the search space."""
        used = {name for trial in self.trials for name in trial.values}
        known = [name for name in space.dimensions(self.search.space) if name in used]
        return [*known, *sorted(used - set(known))]

    @property
    def ended(self) -> list[Trial]:
        """The trials that have ended."""
        return [trial for trial in self.trials if trial.record.final]

    @property
    def running(self) -> list[Trial]:
        """The trials whose command has begun; one that is made ready meanwhile is none."""
        return [trial for trial in self.trials if not (trial.record.final or trial.record.status in _AHEAD)]

    @property
    def superlative(self) -> str:
        """What the best trial is called; where the sweep goes on, or can, another may come."""
        return "Best" if self.record.status == records.COMPLETED else "Best so far"

    @property
    def best(self) -> Trial | None:
        """The best so far."""
        return self.ranked[0] if self.ranked else None

    @property
    def ranked(self) -> list[Trial]:
        """The trials with a metric, the best first."""
        sign = 1 if self.search.goal == "minimize" else -1
        found = [trial for trial in self.trials if trial.metric is not None]
        return sorted(found, key=lambda trial: (sign * (trial.metric or 0.0), trial.number))

    def importances(self) -> Mapping[str, float]:
        """How much of the differences each hyperparameter explains; empty while there is nothing to say."""
        from joblens.engine.sweep import importance

        points = [
            (dict(trial.record.parameters), trial.metric) for trial in self.ranked if trial.record.final
        ]
        return importance.importances(
            [(point, value) for point, value in points if value is not None], self.search.space
        )


def view(folder: Path) -> View:
    """The sweep in `folder`; raises a UserError where it is none."""
    run = RunFolder(folder)
    record = records.show(folder)
    search = plans.kept(run).search if record.type == "sweep" else None
    if search is None:
        raise UserError(
            f"{record.name} is no sweep.",
            hint=f"'joblens sweep show {record.parent}' shows the one that it is a trial of."
            if record.parent
            else "'joblens job show' shows a run.",
        )
    found = history.trials(run)
    unrecorded = _unrecorded(record, search, found)
    trials = [
        Trial(number, each, values(each.parameters), each.metric.get(search.metric, unrecorded.get(number)))
        for number, each in found.items()
    ]
    return View(record, search, trials)


def _unrecorded(sweep: Record, search: Search, trials: Mapping[int, Record]) -> dict[int, float]:
    """What trials have reported that run, or have ended without a sweep that could put it on record.

    Only of our own server, as another may let one wait.
    """
    orphaned = sweep.status == records.FAILED
    running = {
        each.tracking["run_id"]: number
        for number, each in trials.items()
        if "run_id" in each.tracking and (not each.final or (orphaned and each.status == records.COMPLETED))
    }
    if not running or not sweep.tracking or not direct.reaches(sweep.tracking["uri"]):
        return {}
    curves: dict[int, list[float]] = {}
    for number, value in metrics.reports(sweep.tracking, search.metric).new(running):
        curves.setdefault(number, []).append(value)
    best = {number: metrics.decisive(curve, search.goal) for number, curve in curves.items()}
    return {number: value for number, value in best.items() if not math.isnan(value)}


def values(point: Mapping[str, Any]) -> dict[str, object]:
    """A point's values; the entries of an option that is a map each by itself."""
    found: dict[str, object] = {}
    for name, value in point.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{key}": each for key, each in values(value).items()}
        else:
            found[name] = value
    return found
