"""Runs the processes of one job until all have ended; the first failure, or the time limit, ends the rest."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine import records
from joblens.engine.backends.base import Backend, Note, RunningTask, Task

if TYPE_CHECKING:
    from joblens.engine.distribution.ranks import Ends

_ATTEMPTS = 3
"""How often processes are started when another program takes their port meanwhile."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended."""

    status: str
    exit_code: int | None = None
    reason: str = ""
    error_code: int | None = None
    """The exit code of the UserError that kept the command from running."""


def outcome(
    backend: Backend,
    tasks: Callable[[], Sequence[Task]],
    timeout: int | None,
    note: Note = lambda _: None,
    begun: Callable[[], None] = lambda: None,
) -> Outcome:
    """Start all tasks, wait, and say how it ended; `tasks` makes them, each time with free ports.

    `begun` is called once all of them have been started; the `timeout`, in seconds, counts from then.
    """
    end: float | None = None
    for attempt in range(_ATTEMPTS):
        made = tasks()
        running = _start(backend, made)
        if attempt == 0:
            begun()
            end = time.monotonic() + timeout if timeout else None
        found = (
            _alone(made[0], running[0], end, note) if len(made) == 1 else _several(made, running, end, note)
        )
        if found is None:
            return Outcome(records.CANCELED, None, f"The time limit of {timeout} s was reached.")
        if found.status != records.FAILED or attempt == _ATTEMPTS - 1 or not _lost_a_port(made, note):
            return found
    raise AssertionError


def _start(backend: Backend, tasks: Sequence[Task]) -> list[RunningTask]:
    running: list[RunningTask] = []
    try:
        for task in tasks:
            running.append(backend.start(task))  # noqa: PERF401 - those before one that cannot start are ended
    except BaseException:
        for each in running:
            each.cancel()
        raise
    return running


def _alone(task: Task, running: RunningTask, end: float | None, note: Note) -> Outcome | None:
    code = running.wait(max(0.0, end - time.monotonic()) if end is not None else None)
    if code is None:
        running.cancel()
        running.wait()
        return None
    if code == 0:
        return Outcome(records.COMPLETED, 0)
    if task.mpi_processes:
        return _mpi_failure(task, code, note, running.why())
    why = running.why()
    return Outcome(records.FAILED, code, f"{why} Exit code {code}." if why else f"The command {how(code)}.")


def _several(
    tasks: Sequence[Task], running: Sequence[RunningTask], end: float | None, note: Note
) -> Outcome | None:
    from joblens.engine.distribution import ranks

    ends = ranks.wait_for(tasks, running, end, note)
    if ends.timed_out:
        return None
    if not ends.failed:
        return Outcome(records.COMPLETED, 0)
    first = ends.failed[0]
    why = running[first.number].why()
    if tasks[0].mpi_processes and first.number == 0:
        return _mpi_failure(tasks[0], first.code or 1, note, why)
    return _failure(ends, tasks[0].log, note, why)


def _mpi_failure(task: Task, code: int, note: Note, why: str) -> Outcome:
    """The failure of a process that mpirun started, or its own."""
    from joblens.engine.distribution import ranks, verdict

    ends = ranks.of_mpi(task)
    if ends.failed:
        return _failure(ends, ends.all[0].log, note, why)
    said = [line for line in verdict.tail(task.log) if line.strip(" -")]
    for line in said:
        note(f"  mpirun| {line}")
    return Outcome(records.FAILED, code, f"mpirun {how(code)}{f': {said[-1]}' if said else '.'}")


def _failure(ends: Ends, streamed: Path, note: Note, why: str) -> Outcome:
    from joblens.engine.distribution import verdict

    first = ends.failed[0]
    code = first.code or 1
    verdict.show(ends, streamed, note)
    return Outcome(records.FAILED, code, verdict.told(ends, how(code), why))


def _lost_a_port(tasks: Sequence[Task], note: Note) -> bool:
    """Whether it failed because another program took a port meanwhile; then they can start again."""
    if not any(task.ports for task in tasks):
        return False
    from joblens.engine.distribution import verdict

    port = verdict.taken_port(tasks)
    if port is None:
        return False
    note(f"Another program took port {port} meanwhile: the processes start again with other ports.")
    for task in tasks:
        task.exit_code.unlink(missing_ok=True)
    return True


def how(code: int) -> str:
    """How something ended, in words that follow its name."""
    try:
        name = signal.Signals(code - 128).name  # how shells say that a signal ended a command
    except ValueError:
        return f"ended with exit code {code}"
    hint = " (the machine may have run out of memory)" if name == "SIGKILL" else ""
    return f"was ended by {name}{hint}: exit code {code}"
