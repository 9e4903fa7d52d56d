"""What supervisors of sweeps and of trials do in other ways than that of a single command."""

from __future__ import annotations

from types import FrameType

from joblens.engine import cancellation, records
from joblens.engine.backends.base import Backend
from joblens.engine.launch import Outcome
from joblens.engine.plan import Plan
from joblens.engine.supervisor import Canceled, Supervisor
from joblens.engine.sweep import trials
from joblens.engine.sweep.crews import Crew
from joblens.engine.sweep.trial import Signals


class SweepSupervisor(Supervisor):
    """Runs no command of its own: its crew runs the trials."""

    def __init__(self, plan: Plan, backend: Backend, crew: Crew) -> None:
        super().__init__(plan, backend)
        self._crew = crew

    def _make_code(self) -> None:
        """Nobody writes to the code that trials share."""

    def _run(self) -> Outcome:
        """It takes no place on this machine, its trials do."""
        self._update(status=records.PREPARING)
        self._prepare()
        self._running()
        outcome, self._best = trials.run_trials(self._plan, self._record, self._crew)
        return outcome

    def _finish(self, outcome: Outcome) -> None:
        self._crew.dismiss()
        super()._finish(outcome)


class TrialSupervisor(Supervisor):
    """Makes a trial ready, waits until it may begin, and says when its place is free again."""

    def __init__(self, plan: Plan, backend: Backend, signals: Signals) -> None:
        super().__init__(plan, backend)
        self._signals = signals
        self._waits = True
        """Whether the command may not begin yet."""
        self._recording = False

    def _hear(self, number: int, frame: FrameType | None) -> None:
        """It may be the trial that this process supervised before whose end is asked for."""
        if not self._recording and self._folder.cancel_request.exists():
            super()._hear(number, frame)

    def _run(self) -> Outcome:
        """The command first, as its place is waited for, its record in MLflow then."""
        self._prepare()  # which takes no place yet
        held = self._backend.holds
        if not held:
            self._wait()
        try:
            return self._attempts(held, begun=lambda: self._begins(held=held))
        except BaseException as error:
            # A record is owed to a command that could not be started, too; not to one that nobody let start.
            if self._began is None and not (self._waits and isinstance(error, Canceled)):
                self._begins()
            raise

    def _wait(self) -> None:
        """Wait until the command may begin; without anybody who could say so, the trial is of no use."""
        if not self._signals.go():
            cancellation.ask(self._folder, cancellation.Wish(cancellation.SWEEP_ENDED))
            self._stop()
        self._enter()
        self._waits = False

    def _begins(self, *, held: bool = False) -> None:
        if held:
            self._wait()
            self._backend.let_go()
        self._running()
        if self._recorder is not None:
            self._recorder.start(self._events.note)

    def _start_record(self) -> None:
        """In this thread, which keeps MLflow's database open."""
        self._recording = True  # whoever ends the trial meanwhile does so once its record is known
        try:
            self._begin_record(waits=True)
            self._update(status=records.PREPARING)
        finally:
            self._recording = False
        if self._folder.cancel_request.exists():
            self._stop()

    def _leave(self) -> None:
        super()._leave()
        self._signals.over()
