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
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from joblens.engine import files, folders, launch, records, secrets
from joblens.engine.backends import choose
from joblens.engine.backends.base import Backend
from joblens.engine.data import download, outputs
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.launch import Outcome
from joblens.engine.plan import Plan, read
from joblens.engine.records import Record
from joblens.engine.tasks import tasks_of
from joblens.engine.tracking import recorder
from joblens.engine.tracking.recorder import Recorder
from joblens.errors import UserError

_HEARTBEAT = 1.0
"""Seconds between two signs of life."""
_PATIENCE = 150.0
"""Seconds that the start of a record may take: a little more than the start of its server."""


class _Canceled(BaseException):
    """Somebody asked for the end of the run."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Supervise the run whose folder is the first argument."""
    folder = RunFolder(Path((arguments or sys.argv[1:])[0]))
    plan = read(folder.plan)
    plan = dataclasses.replace(plan, variables=secrets.taken_over(plan.variables))
    Supervisor(plan, choose.backend_for(plan)).supervise()


class Supervisor:
    """One run and where it stands."""

    def __init__(self, plan: Plan, backend: Backend) -> None:
        self._plan = plan
        self._backend = backend
        self._folder = folder = plan.run_folder
        self._record: Record = records.read(folder)
        self._events = EventLog(folder.events)
        self._recorder: Recorder | None = None
        self._best: dict[str, object] = {}
        # Set while nobody is at work on the start of the record (a thread's join does not survive a signal).
        self._recorded = threading.Event()
        self._recorded.set()

    def supervise(self) -> None:
        """Prepare, run, and close the books, whatever happens."""
        # What is started detached ignores this signal, and so would the command.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, _cancel)
        try:
            if self._folder.cancel_request.exists():
                raise _Canceled
            self._make_code()
            threading.Thread(target=self._live, daemon=True).start()
            outcome = self._run()
        except _Canceled:
            outcome = Outcome(records.CANCELED, None, "The run was canceled.")
        except UserError as error:
            outcome = Outcome(records.FAILED, None, f"{error} {error.hint}".strip(), error.exit_code)
        except OSError as error:
            traceback.print_exc()
            refusal = files.refused("The run could not be prepared", error, hint=self._way_out(error))
            outcome = Outcome(records.FAILED, None, f"{refusal} {refusal.hint}", refusal.exit_code)
        except Exception as error:  # noqa: BLE001 - the edge: a bug of ours must not leave the run open
            traceback.print_exc()
            reason = f"Joblens itself failed ({error!r}); more in {self._folder.supervisor_log}."
            outcome = Outcome(records.FAILED, None, reason)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._finish(outcome)

    def _make_code(self) -> None:
        """Give the command code that it may write to, while this process has one thread."""
        if self._folder.code.is_symlink() and self._plan.search is None:
            from joblens.engine.code import working

            working.make(self._folder, view=self._plan.backend == choose.PROCESS)

    def _way_out(self, error: OSError) -> str:
        if Path(str(error.filename)).is_relative_to(folders.cache()):
            return f"Make {folders.cache()} writable, or set JOBLENS_CACHE to another folder."
        return f"More in {self._folder.supervisor_log}."

    def _live(self) -> None:
        """Give a sign of life each second, and see whether somebody who cannot signal wants the end."""
        if sys.platform != "win32":  # the main thread is the one that a signal must wake
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        while True:
            time.sleep(_HEARTBEAT)
            with contextlib.suppress(FileNotFoundError):
                os.utime(self._folder.supervisor)
            if self._folder.cancel_request.exists():
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _run(self) -> Outcome:
        self._prepare()
        if self._plan.search is not None:
            from joblens.engine.sweep import trials as sweep

            self._running()
            outcome, self._best = sweep.run_trials(self._plan, self._record)
            return outcome
        variables = self._recorder.variables() if self._recorder else {}
        self._running()
        return launch.outcome(
            self._backend,
            lambda: tasks_of(self._plan, self._record, self._backend, variables),
            self._plan.timeout,
            self._events.note,
        )

    def _prepare(self) -> None:
        """Environment, inputs and the record in MLflow, which may need its server started meanwhile."""
        for note in (*self._backend.limits(), *self._plan.notes):
            self._events.note(note)
        self._recorded.clear()
        threading.Thread(target=self._begin_record).start()
        self._backend.prepare(self._folder.build_log, self._events.note)
        for source in self._plan.inputs:
            if source.url is not None:
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

    def _begin_record(self) -> None:
        """Start the record in MLflow; whoever finds this run without a supervisor has to know of it."""
        record, note = self._record, self._events.note
        try:
            self._recorder = recorder.begin(self._plan, record.snapshot, record.parent_run_id, note)
            if self._recorder is not None:
                self._record = dataclasses.replace(record, tracking=self._recorder.data())
                records.write(self._folder, self._record)
        finally:
            self._recorded.set()

    def _running(self) -> None:
        self._update(status=records.RUNNING, started=time.time())

    def _finish(self, outcome: Outcome) -> None:
        self._recorded.wait(_PATIENCE)  # a record that is being made must be closed too
        strays = self._backend.close()
        self._keep_code()
        if strays and outcome.status == records.COMPLETED:
            self._events.note(f"{strays} processes that the command left running were ended.")
        if outcome.status == records.COMPLETED and self._plan.search is None:
            for line in outputs.missing(self._plan.outputs):
                self._events.note(line)
        if self._recorder is not None:
            tags = {"best_child_run_id": str(self._best["run_id"])} if self._best else {}
            self._recorder.finish(outcome.status, self._folder, self._events.note, tags)
        self._update(
            status=outcome.status,
            exit_code=outcome.exit_code,
            reason=outcome.reason,
            error_code=outcome.error_code,
            ended=time.time(),
            best=self._best,
        )

    def _keep_code(self) -> None:
        """Let the run share its code with others, now that nobody works in it."""
        from joblens.engine.code import sharing, working

        with contextlib.suppress(OSError):
            working.tidy(self._folder)
            sharing.share(self._folder, self._record.created)

    def _update(self, **changes: object) -> None:
        """Write the record, then tell that it changed."""
        self._record = dataclasses.replace(self._record, **changes)  # type: ignore[arg-type]
        records.write(self._folder, self._record)
        record = self._record
        self._events.append(
            Event("status", record.reason, record.status, record.exit_code, record.tracking_url)
        )


def _cancel(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Canceled


if __name__ == "__main__":
    main()
