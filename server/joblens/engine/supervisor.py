"""The process that owns one run, from its preparation to its record.

It belongs to nobody: neither a closed editor nor a killed reader ends it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from joblens.engine import (
    cancellation,
    disk,
    files,
    folders,
    launch,
    log_limit,
    queue,
    reasons,
    records,
    secrets,
)
from joblens.engine.backends import choose
from joblens.engine.backends.base import Backend, Task
from joblens.engine.data import outputs
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.launch import Outcome
from joblens.engine.locks import Held
from joblens.engine.plan import Plan, read
from joblens.engine.records import Record
from joblens.engine.tasks import tasks_of
from joblens.engine.tracking import beginning, owed, recorder
from joblens.engine.tracking.recorder import Recorder
from joblens.engine.watch import Watch
from joblens.errors import UserError

_PATIENCE = 150.0
"""Seconds that the start of a record may take: a little more than the start of its server."""
_PAUSE = 1.0
"""Seconds between two attempts to write to a disk that is full."""


class Canceled(BaseException):
    """Somebody asked for the end of the run."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Supervise the run whose folder is the first argument."""
    folder = RunFolder(Path((arguments or sys.argv[1:])[0]))
    plan = read(folder.plan)
    plan = dataclasses.replace(plan, variables=secrets.taken_over(plan.variables))
    if secrets.PERMITS in os.environ:
        from joblens.engine.data import permits

        permits.take_over()
    if plan.search is not None:
        from joblens.engine.sweep import crews
        from joblens.engine.sweep.supervisors import SweepSupervisor

        crew = crews.crew(plan)  # while this process has one thread
        SweepSupervisor(plan, choose.backend_for(plan), crew).supervise()
    else:
        Supervisor(plan, choose.backend_for(plan)).supervise()


def warm_up(*, sweep: bool = False) -> None:
    """Import what any run needs, while there is none yet; or what a sweep needs, too."""
    import ctypes  # noqa: F401 - adopts orphans

    from joblens.engine import secrets
    from joblens.engine.backends import process  # noqa: F401

    secrets.masked({"TOKEN": "a"})  # its patterns are compiled at first need
    if sweep:
        from joblens.engine.sweep import search, supervisors, trials  # noqa: F401


class Supervisor:
    """One run of a command and where it stands."""

    def __init__(self, plan: Plan, backend: Backend) -> None:
        self._plan = plan
        self._backend = backend
        self._grace: float | None = None
        self._folder = folder = plan.run_folder
        self._record: Record = records.read(folder)
        self._events = EventLog(folder.events)
        self._recorder: Recorder | None = None
        self._best: dict[str, object] = {}
        self._place: Held | None = None
        self._began: float | None = None
        # A sweep's processes are its trials', which are sampled themselves.
        self._watch = Watch(folder, plan.life, self._tell, samples=plan.search is None)
        # Set while nobody is at work on the start of the record (a thread's join does not survive a signal).
        self._recorded = threading.Event()
        self._recorded.set()

    def supervise(self) -> None:
        """Prepare, run, and close the books, whatever happens."""
        # What is started detached ignores this signal, and so would the command.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, self._hear)
        try:
            self._make_code()
            self._watch.start()
            if self._folder.cancel_request.exists():
                self._stop()
            outcome = self._run()
        except Canceled:
            self._update(status=records.CANCEL_REQUESTED)
            wish = cancellation.asked(self._folder) or cancellation.Wish()
            self._grace = wish.grace
            outcome = Outcome(records.CANCELED, None, wish.reason)
        except UserError as error:
            outcome = Outcome(records.FAILED, None, f"{error} {error.hint}".strip(), error.exit_code)
        except OSError as error:
            traceback.print_exc()
            refusal = reasons.no_process(error) or files.refused(
                "The run could not be prepared", error, hint=self._way_out(error)
            )
            outcome = Outcome(records.FAILED, None, f"{refusal} {refusal.hint}", refusal.exit_code)
        except Exception as error:  # noqa: BLE001 - the edge: a bug of ours must not leave the run open
            traceback.print_exc()
            known = reasons.no_process(error)
            reason = f"Joblens itself failed ({error!r}); more in {self._folder.supervisor_log}."
            reason = f"{known} {known.hint}" if known else reason
            outcome = Outcome(records.FAILED, None, reason)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._finish(outcome)
        self._watch.close()

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        """Somebody asked for the end."""
        self._stop()

    def _stop(self) -> NoReturn:
        """Go to the end of the run; whoever asks for it from now on asks in vain."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Canceled

    def _make_code(self) -> None:
        """Give the command code that it may write to, while this process has one thread."""
        if self._folder.code.is_symlink():
            from joblens.engine.code import working

            working.make(self._folder, view=self._plan.backend == choose.PROCESS)

    def _way_out(self, error: OSError) -> str:
        if Path(str(error.filename)).is_relative_to(folders.cache()):
            return f"Make {folders.cache()} writable, or set JOBLENS_CACHE to another folder."
        return f"More in {self._folder.supervisor_log}."

    def _enter(self) -> None:
        """Wait for a place on this machine."""
        limit = self._plan.life.concurrency
        if limit is not None:
            self._place = queue.take(limit, lambda: self._update(status=records.QUEUED))

    def _leave(self) -> None:
        """Give the place to the next run, now that nothing of this one uses the machine."""
        if self._place is not None:
            self._place.release()
            self._place = None

    def _run(self) -> Outcome:
        """All between the first and the last lines of the books."""
        self._enter()
        self._update(status=records.PREPARING)
        self._prepare()
        self._running()
        return self._attempts()

    def _attempts(self, held: bool = False, begun: Callable[[], None] = lambda: None) -> Outcome:
        """Run the command, and once more as often as is asked for while it fails.

        One that is `held` waits to be let go; `begun` is called when its processes are there.
        """
        outcome = self._attempt(held, begun)
        for left in range(self._plan.life.retries, 0, -1):
            if outcome.status != records.FAILED or outcome.exit_code is None:
                break
            times = "once more" if left == 1 else f"up to {left} times more"
            self._events.note(f"{outcome.reason} It is tried {times}.")
            self._clear()
            outcome = self._attempt()
        return outcome

    def _attempt(self, held: bool = False, begun: Callable[[], None] = lambda: None) -> Outcome:
        variables = self._recorder.variables() if self._recorder else {}

        def tasks() -> list[Task]:
            made = tasks_of(self._plan, self._record, self._backend, variables)
            return [dataclasses.replace(task, held=held) for task in made]

        kills = reasons.kills_for_memory()
        outcome = launch.outcome(
            self._backend,
            tasks,
            self._plan.timeout,
            self._events.note,
            begun,
        )
        return reasons.told(outcome, self._folder.log, kills)

    def _clear(self) -> None:
        """End what a failed attempt left, forget how it ended, and prepare the place anew."""
        self._backend.close()
        self._backend.gone()
        self._backend = choose.backend_for(self._plan)
        self._backend.prepare(self._folder.build_log, self._events.note)
        for code in self._folder.path.glob("exit-code-*"):
            code.unlink()
        self._record = dataclasses.replace(self._record, attempts=self._record.attempts + 1)

    def _prepare(self) -> None:
        """Environment, inputs and the record in MLflow, which may need its server started meanwhile."""
        for note in (*self._backend.limits(), *self._plan.notes):
            self._events.note(note)
        self._start_record()
        self._backend.prepare(self._folder.build_log, self._events.note)
        for source in self._plan.inputs:
            if source.url is not None:
                from joblens.engine.data import download

                download.fetch(source, self._events.note)
        self._recorded.wait()
        self._remember_environment()
        for output in self._plan.outputs:
            outputs.make_place(output)

    def _remember_environment(self) -> None:
        """Keep in the records which environment it is, and every substitution in it."""
        from joblens.engine.environments import used

        found = used.read(self._folder)
        if found.name:
            self._record = dataclasses.replace(self._record, environment=found.name, drift=found.drift)
            if self._recorder is not None:
                self._recorder.tag(found.tags(), self._events.note)

    def _start_record(self) -> None:
        """Begin the record in MLflow beside what is prepared meanwhile."""
        self._recorded.clear()
        threading.Thread(target=self._write_record).start()

    def _write_record(self) -> None:
        try:
            if self._begin_record() is not None:
                records.write(self._folder, self._record)
        finally:
            self._recorded.set()

    def _begin_record(self, *, waits: bool = False) -> Recorder | None:
        """Begin the record in MLflow; whoever finds this run without a supervisor has to know of it."""
        record = self._record
        begun = recorder.resumed(record.tracking) or beginning.begin(
            self._plan, record.snapshot, record.parent_run_id, self._events.note, waits=waits
        )
        if begun is not None:
            self._recorder = begun
            self._record = dataclasses.replace(record, tracking=begun.data())
        return begun

    def _running(self) -> None:
        self._began = time.monotonic()
        self._update(status=records.RUNNING, started=time.time())
        self._watch.running(self._recorder)

    def _finish(self, outcome: Outcome) -> None:
        self._recorded.wait(_PATIENCE)  # a record that is being made must be closed too
        took = time.monotonic() - self._began if self._began is not None else None
        strays = self._backend.close(self._grace)
        ended = time.time()
        self._leave()
        full = disk.is_full(self._folder.path)
        self._folder.reserve.unlink(missing_ok=True)
        self._keep_code()
        if strays and outcome.status == records.COMPLETED:
            what, were = ("process", "was") if strays == 1 else ("processes", "were")
            self._tell(f"{strays} {what} that the command left running {were} ended.")
        if outcome.status == records.COMPLETED and self._plan.search is None:
            for line in outputs.missing(self._plan.outputs):
                self._tell(line)
        reason = f"{outcome.reason} {disk.FULL}".strip() if full else outcome.reason
        if self._record.status == records.RUNNING:
            self._update(status=records.FINALIZING)
        whole = self._keep(outcome.status, ended)
        self._backend.gone()
        self._update(
            status=outcome.status,
            exit_code=outcome.exit_code,
            reason=reason,
            error_code=outcome.error_code,
            ended=ended,
            duration=took,
            best=self._best,
        )
        if not whole:
            owed.owe(self._folder)
        owed.settle()

    def _keep_code(self) -> None:
        """Let the run share its code with others, now that nobody works in it."""
        from joblens.engine.code import sharing, working

        with contextlib.suppress(OSError):
            working.tidy(self._folder)
            sharing.share(self._folder, self._record.created)

    def _keep(self, status: str, ended: float) -> bool:
        """Complete the logs, on the disk and in MLflow; answer whether MLflow has all of the run."""
        self._watch.end()
        with contextlib.suppress(OSError):
            for log in self._folder.log.parent.iterdir():
                log_limit.close(log, self._plan.life.log_limit)
        whole = self._recorder is not None and self._recorder.finish(
            status, self._folder, self._tell, recorder.last_tags(self._best), ended=ended
        )
        disk.sync(self._folder)
        return whole

    def _tell(self, text: str) -> None:
        """Say something at the end of a run, whose record matters more."""
        with contextlib.suppress(OSError):
            self._events.note(text)

    def _update(self, **changes: object) -> None:
        """Write the record, then tell that it changed; its end is written as soon as there is room for it."""
        self._record = record = dataclasses.replace(self._record, **changes)  # type: ignore[arg-type]
        event = Event("status", record.reason, record.status, record.exit_code, record.tracking_url)
        end = time.monotonic() + (_PATIENCE if record.final else 0)
        while not self._written(event) and time.monotonic() < end:
            time.sleep(_PAUSE)

    def _written(self, event: Event) -> bool:
        """Whether the record could be written; a folder that is gone needs none."""
        try:
            records.write(self._folder, self._record, for_good=self._record.final)
            self._events.append(event)
        except OSError:
            traceback.print_exc()
            return not self._folder.path.exists()
        return True


if __name__ == "__main__":
    main()
