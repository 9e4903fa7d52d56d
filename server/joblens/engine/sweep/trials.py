"""A sweep on this machine: trials are runs of their own, as many at a time as asked for, below one parent."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from joblens.engine import plan as plans
from joblens.engine import records, run
from joblens.engine.backends import choose
from joblens.engine.data import outputs as data
from joblens.engine.folders import RunFolder
from joblens.engine.launch import Outcome
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.sweep import space
from joblens.engine.sweep.search import Search
from joblens.engine.tracking import recorder
from joblens.job.expressions import substitute

_TURN = 0.1
"""Seconds between two looks at the trials."""


def run_trials(plan: Plan, record: Record) -> tuple[Outcome, dict[str, object]]:
    """Run all trials; how the sweep ended, and its best trial."""
    assert plan.search is not None
    trials = _Trials(plan, record, plan.search)
    try:
        outcome = trials.run()
    finally:
        trials.end()
    best = trials.best()
    if best:
        trials.tell(f"Best trial: {records.best_trial(best)}.")
    return outcome, best


class _Trials:
    """The trials of one sweep while it runs."""

    def __init__(self, plan: Plan, record: Record, search: Search) -> None:
        self._plan, self._record, self._search = plan, record, search
        self._running: list[Path] = []
        self._ended: list[Record] = []

    def run(self) -> Outcome:
        """Start trials as places become free, until all have ended or the time is up."""
        search = self._search
        source = self._plan.run_folder.job.read_text(encoding="utf-8")
        points = itertools.islice(space.points(search.space, search.sampling, search.seed), search.total)
        waiting = enumerate(points)
        end = time.monotonic() + search.timeout if search.timeout else None
        while self._start(waiting, source) or self._running:
            time.sleep(_TURN)
            self._collect()
            if end is not None and time.monotonic() >= end:
                return Outcome(records.CANCELED, None, f"The time limit of {search.timeout} s was reached.")
        if any(trial.status == records.COMPLETED for trial in self._ended):
            return Outcome(records.COMPLETED, 0)
        return Outcome(records.FAILED, 1, f"None of the {len(self._ended)} trials completed.")

    def _start(self, waiting: Iterator[tuple[int, space.Point]], source: str) -> bool:
        """Start as many trials as there is room for; answer whether one was started."""
        room = self._search.concurrent - len(self._running)
        started = [self._trial(number, point, source) for number, point in itertools.islice(waiting, room)]
        self._running += started
        return bool(started)

    def _trial(self, number: int, point: space.Point, source: str) -> Path:
        plan = trial_plan(self._plan, number, point)
        record = Record(
            plan.name,
            parent=self._plan.name,
            parent_run_id=self._record.tracking.get("run_id"),
            parameters=point,
        )
        folder = run.start(plan, source, record=record).folder
        self.tell(f"{plan.name} started: " + records.pairs(point))
        return folder

    def _collect(self) -> None:
        for folder in list(self._running):
            record = records.show(folder)
            if record.final:
                self._running.remove(folder)
                record = self._measured(folder, record)
                self._ended.append(record)
                metric = "".join(
                    f" {name} = {records.number(value)}." for name, value in record.metric.items()
                )
                self.tell(f"{record.name}: {record.status}.{metric} {record.reason}".rstrip())

    def _measured(self, folder: Path, record: Record) -> Record:
        """The trial's record with its primary metric, which its own supervisor knows nothing of."""
        metric = self._search.metric
        value = recorder.metric(record.tracking, metric) if record.tracking else None
        if value is None:
            return record
        record = dataclasses.replace(record, metric={metric: value})
        records.write(RunFolder(folder), record)
        return record

    def end(self) -> None:
        """Cancel the trials that still run, and wait for their records."""
        for folder in self._running:
            run.cancel(folder)
        while self._running:
            self._collect()
            time.sleep(_TURN)

    def best(self) -> dict[str, object]:
        """The completed trial with the best primary metric; empty when none reported it."""
        search = self._search
        found = [trial for trial in self._ended if search.metric in trial.metric]
        if not found:
            self.tell(f"No trial reported the primary metric '{search.metric}'.")
            return {}
        choose = min if search.goal == "minimize" else max
        best = choose(found, key=lambda trial: (trial.metric[search.metric], trial.name))
        return {
            "name": best.name,
            "metric": search.metric,
            "value": best.metric[search.metric],
            "parameters": dict(best.parameters),
            "run_id": best.tracking["run_id"],
        }

    def tell(self, line: str) -> None:
        """Add a line to the sweep's own log."""
        with self._plan.run_folder.log.open("a", encoding="utf-8") as log:
            log.write(line + "\n")


def trial_plan(plan: Plan, number: int, point: space.Point) -> Plan:
    """The plan of one trial: a command job whose search space has values."""
    folder = RunFolder(Path(plan.folder).with_name(f"{plan.name}_{number}"))
    places = choose.places(plan.backend, folder)
    outputs = tuple(data.replaced(each, folder, places) for each in plan.outputs)
    values = {("search_space", name): str(value) for name, value in point.items()}
    values |= {("outputs", each.name): each.path for each in outputs}
    search = plan.search
    return dataclasses.replace(
        plan,
        name=folder.name,
        folder=str(folder.path),
        display_name=None,
        command=substitute(plan.command, values, plans.dialect(plan)),
        outputs=outputs,
        parameters={**plan.parameters, **{name: str(value) for name, value in point.items()}},
        timeout=search.trial_timeout if search else None,
        notes=(),
        search=None,
    )
