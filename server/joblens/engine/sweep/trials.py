"""A sweep on this machine: trials are runs of their own, as many at a time as asked for, below one parent."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import time
from collections import Counter, deque

from joblens.engine import cancellation, records, recovery
from joblens.engine.cancellation import Wish
from joblens.engine.distribution import verdict
from joblens.engine.launch import Outcome
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.sweep import history, keeping, metrics, sampling, trial
from joblens.engine.sweep.crews import Crew, End, Order
from joblens.engine.sweep.curves import Curves
from joblens.engine.sweep.search import Search
from joblens.engine.tracking import direct
from joblens.errors import RunNotFoundError, UserError

_AHEAD = 2
"""How many trials are made ready before there is room for them, where their values are known by then."""
_ATTEMPTS = 3
"""How often a trial is started that goes down with its supervisor."""
_TURN = 0.2
"""Seconds between two looks at what trials report."""
_SHOWN, _LONGEST = 5, 500
"""Lines of the first trial that fails, and letters of a line."""
_STOPPED_WITHIN = 0.3
"""Seconds that a trial which is stopped early has to end by itself."""


def run_trials(plan: Plan, record: Record, crew: Crew) -> tuple[Outcome, dict[str, object]]:
    """Run all trials; how the sweep ended, and its best trial."""
    assert plan.search is not None
    trials = _Trials(plan, record, plan.search, crew)
    try:
        outcome = trials.run()
    finally:
        trials.end()
    best = trials.best()
    if best:
        trials.tell(f"Best trial: {records.best_trial(best)}.")
        for line in keeping.keep(plan.run_folder, str(best["name"])):
            trials.tell(line)
    return outcome, best


class _Trials:
    """The trials of one sweep while it runs."""

    def __init__(self, plan: Plan, record: Record, search: Search, crew: Crew) -> None:
        self._plan, self._record, self._search, self._crew = plan, record, search, crew
        self._folder = plan.run_folder
        self._sampler = sampling.sampler(search)
        self._curves = Curves(record.tracking, search)
        self._ended: dict[int, Record] = {}
        self._running: dict[int, dict[str, object]] = {}
        """The values of trials that somebody is at work on; among them are these:"""
        self._waiting: deque[int] = deque()
        """Made ready, or being made so, for the places that become free next."""
        self._closing: set[int] = set()
        """Those whose processes have ended, so that others have their places."""
        own = not record.tracking or direct.reaches(record.tracking["uri"])  # others take no later start
        self._ahead = _AHEAD if own and not self._sampler.learns else 0
        self._adopted: set[int] = set()
        """Those of them that nobody will tell the end of: begun by an earlier supervisor, or let go of."""
        self._stopped: set[int] = set()
        self._reported = self._failure_shown = False
        self._attempts: Counter[int] = Counter()
        self._refusal: UserError | None = None
        """Why a trial could not get a folder: then no other can."""
        self._ending = False

    def run(self) -> Outcome:
        """Start trials as places become free, until all have ended or the time is up."""
        self._take_up()
        limit = self._search.timeout
        end = time.monotonic() + limit if limit else None
        while self._start() or self._running:
            self._turn()
            if self._refusal is not None:
                raise self._refusal
            if end is not None and time.monotonic() >= end:
                return Outcome(records.CANCELED, None, f"The time limit of {limit} s was reached.")
        if any(each.status == records.COMPLETED or each.metric for each in self._ended.values()):
            return Outcome(records.COMPLETED, 0)
        return Outcome(records.FAILED, 1, f"None of the {len(self._ended)} trials completed.{self._why()}")

    def _why(self) -> str:
        found = [each for each in self._ended.values() if each.reason]
        return f" {found[0].name}: {found[0].reason}" if found else ""

    def _take_up(self) -> None:
        """Go on from what an earlier supervisor of the sweep came to."""
        found = history.clear(self._folder)
        for number, record in found.items():
            self._curves.know(number, record)
            if record.final:
                self._curves.finish(number)
        self._curves.read(until_whole=True)
        log = self._folder.log
        told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        for number, record in found.items():
            if record.final:
                self._conclude(number, record)
                if f"{record.name}: {record.status}." not in told:  # it ended while nobody looked on
                    self._tell_end(self._ended[number])
            else:
                self._running[number] = dict(record.parameters)
                self._adopted.add(number)
                self._sampler.tell(number, self._running[number], None, ended=False)
        if found:
            self.tell(f"The sweep goes on: {len(self._ended)} of {self._search.total} trials have ended.")

    def _start(self) -> bool:
        """Start trials while there is room, and make the next ones ready; answer whether one was started."""
        started = self._give_places()
        while self._room() > 0 and self._prepare():
            started = self._give_places()
        while len(self._waiting) < self._ahead and self._prepare():
            pass
        return started

    def _give_places(self) -> bool:
        """Let as many of those that wait start as there is room for; answer whether one did."""
        given = []
        while self._waiting and self._room() > 0:
            given.append(self._waiting.popleft())
            self._crew.start(given[-1])
        for number in given:
            name = trial.name(self._plan.name, number)
            self.tell(f"{name} started: {records.pairs(self._running[number])}")
        return bool(given)

    def _room(self) -> int:
        """How many more trials may start: ended ones leave their places, unless their books pile up."""
        at_work = len(self._running) - len(self._waiting) - len(self._closing)
        return self._search.concurrent - max(at_work, len(self._closing))

    def _prepare(self) -> bool:
        """Have the next trial made ready; False when there is none."""
        number = self._next()
        point = None if number is None else self._sampler.ask(number)
        if number is None or point is None:
            return False
        self._running[number] = dict(point)
        self._waiting.append(number)
        self._attempts[number] += 1
        self._crew.prepare(Order(number, point, self._record.tracking.get("run_id")))
        return True

    def _next(self) -> int | None:
        """The lowest number that no trial has yet."""
        taken = len(self._ended) + len(self._running)
        if taken >= self._search.total:
            return None
        if taken not in self._ended and taken not in self._running:
            return taken
        return next(
            each for each in itertools.count() if each not in self._ended and each not in self._running
        )

    def _turn(self) -> None:
        """Wait for trials to end, and see what those that run report."""
        said = self._crew.ended(_TURN)
        self._closing |= {each.number for each in said if not each.closed}
        if not self._ending:
            self._give_places()
        closed = {each.number: each for each in said if each.closed}
        # One that was killed seems alive for a moment after its channel has closed: it is looked at again.
        self._adopted |= {number for number, each in closed.items() if each.refusal is None}
        seen = {number: self._record_of(number) for number in self._adopted}
        shown = {number: record for number, record in seen.items() if record.final}
        refused = [each for each in closed.values() if each.refusal is not None]
        ended = [*refused, *map(End, shown)]
        for number, record in shown.items():
            self._curves.know(number, record)
            self._curves.finish(number)
        if ended or self._curves.watched:
            self._read(until_whole=bool(ended))
        for each in ended:
            del self._running[each.number]
            self._adopted.discard(each.number)
            self._closing.discard(each.number)
            self._refusal = self._refusal or each.refusal
        for number, record in shown.items():
            if self._never_began(number, record):
                history.forget(self._folder, number)
                self._curves.forget(number)
            elif not self._is_repeated(number, record):
                self._conclude(number, record)
                self._tell_end(self._ended[number])

    def _never_began(self, number: int, record: Record) -> bool:
        """Whether the sweep ended while the trial still waited for a place: then it is none of its trials."""
        waited = number in self._waiting
        if waited:
            self._waiting.remove(number)
        return waited and self._ending and history.unfinished(record)

    def _record_of(self, number: int) -> Record:
        """The trial's record; one whose supervisor died before it had a folder was never started."""
        folder = trial.folder(self._folder, number)
        try:
            return records.show(folder.path)
        except RunNotFoundError:
            return Record(folder.name, status=records.FAILED, reason=recovery.LOST)

    def _is_repeated(self, number: int, record: Record) -> bool:
        """Whether the trial starts again, as it went down with its supervisor; its remains are removed."""
        if not history.unfinished(record) or self._attempts[number] >= _ATTEMPTS or self._ending:
            return False
        self.tell(f"{record.name}: {record.reason} It starts again.")
        history.forget(self._folder, number)
        self._curves.forget(number)
        return True

    def _read(self, *, until_whole: bool) -> None:
        """Read reports, and stop the trials that the policy gives no hope."""
        for number in self._running.keys() - self._waiting:
            if not self._curves.knows(number):
                with contextlib.suppress(RunNotFoundError):  # its folder is still made
                    self._curves.know(number, records.read(trial.folder(self._folder, number)))
        for number, reason in self._curves.read(until_whole=until_whole).items():
            if number in self._running and number not in self._stopped:
                self._stopped.add(number)
                wish = Wish(f"Stopped early: {reason}", _STOPPED_WITHIN)
                cancellation.cancel(trial.folder(self._folder, number).path, wish)

    def _conclude(self, number: int, record: Record) -> None:
        """Take a trial's end into account: its metric, which its own supervisor knows nothing of."""
        value = self._curves.value(number)
        if value is not None and record.metric != {self._search.metric: value}:
            record = dataclasses.replace(record, metric={self._search.metric: value})
            records.write(trial.folder(self._folder, number), record)
        self._ended[number] = record
        self._sampler.tell(number, dict(record.parameters), value, ended=True)
        if value is None and not self._reported and record.status == records.COMPLETED:
            self.tell(metrics.unreported(self._search.metric, self._curves.names(record)))
        self._reported = True

    def _tell_end(self, record: Record) -> None:
        metric = "".join(f" {name} = {records.number(value)}." for name, value in record.metric.items())
        self.tell(f"{record.name}: {record.status}.{metric} {record.reason}".rstrip())
        if record.status == records.FAILED and record.exit_code and not self._failure_shown:
            self._failure_shown = True  # the others' are alike as a rule
            number = int(record.name.rpartition("_")[2])
            printed = [line for line in verdict.tail(trial.folder(self._folder, number).log) if line.strip()]
            for line in printed[-_SHOWN:]:
                self.tell(f"  {record.name}| {line[:_LONGEST]}")
            self.tell(f"'joblens job stream {record.name}' shows all that it printed.")

    def end(self) -> None:
        """Cancel the trials that still run, and wait for their records."""
        self._ending = True
        asked: set[int] = set()
        while self._running:
            for number in self._running.keys() - asked:
                with contextlib.suppress(
                    RunNotFoundError
                ):  # its folder is still made: asked at the next turn
                    cancellation.cancel(
                        trial.folder(self._folder, number).path, Wish(cancellation.SWEEP_ENDED)
                    )
                    asked.add(number)
            self._turn()

    def best(self) -> dict[str, object]:
        """The trial with the best primary metric; empty when none reported it."""
        search = self._search
        found = [each for _, each in sorted(self._ended.items()) if search.metric in each.metric]
        if not found:
            self.tell(f"No trial reported the primary metric '{search.metric}'.")
            return {}
        sign = 1 if search.goal == "minimize" else -1
        best = min(found, key=lambda each: sign * each.metric[search.metric])  # of equals, the first trial
        return {
            "name": best.name,
            "metric": search.metric,
            "value": best.metric[search.metric],
            "parameters": dict(best.parameters),
            "run_id": best.tracking["run_id"],
        }

    def tell(self, line: str) -> None:
        """Add a line to the sweep's own log."""
        with self._folder.log.open("a", encoding="utf-8") as log:
            log.write(line + "\n")
