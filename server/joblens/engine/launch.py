"""Runs the processes of one job until all have ended; the first failure, or the time limit, ends the rest."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

from joblens.engine import records
from joblens.engine.backends.base import Backend, RunningTask, Task

_TURN = 0.05
"""Seconds between two looks at several processes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended."""

    status: str
    exit_code: int | None = None
    reason: str = ""
    error_code: int | None = None
    """The exit code of the UserError that kept the command from running."""


def outcome(backend: Backend, tasks: Sequence[Task], timeout: int | None) -> Outcome:
    """Start all tasks, wait, and say how it ended."""
    running = [backend.start(task) for task in tasks]
    failed = running[0].wait(timeout) if len(running) == 1 else None
    if len(running) > 1:
        failed = _first_failure(running, timeout)
    if failed is None:
        _end(running)
        return Outcome(records.CANCELED, None, f"The time limit of {timeout} s was reached.")
    if failed == 0:
        return Outcome(records.COMPLETED, 0)
    return _failure(tasks, running, failed)


def _first_failure(running: Sequence[RunningTask], timeout: int | None) -> int | None:
    """The exit code of the first task that fails, 0 when all end well, None when the time is up."""
    end = time.monotonic() + timeout if timeout else None
    while end is None or time.monotonic() < end:
        codes = [task.wait(0) for task in running]
        failed = next((code for code in codes if code), None)
        if failed is not None:
            return failed
        if None not in codes:
            return 0
        time.sleep(_TURN)
    return None


def _failure(tasks: Sequence[Task], running: Sequence[RunningTask], code: int) -> Outcome:
    if len(tasks) == 1:
        return Outcome(records.FAILED, code, _reason(code, running[0].why()))
    already = [task.wait(0) for task in running]
    _end(running)
    told = [
        f"{task.name} ended with {ended}" if ended is not None else f"{task.name} was stopped"
        for task, ended in zip(tasks, already, strict=True)
    ]
    return Outcome(records.FAILED, code, "; ".join(told) + f". Each has its log beside {tasks[0].log.name}.")


def _reason(code: int, why: str) -> str:
    if why:
        return f"{why} Exit code {code}."
    try:
        name = signal.Signals(code - 128).name  # how shells say that a signal ended a command
    except ValueError:
        return f"The command ended with exit code {code}."
    hint = " (the machine may have run out of memory)" if name == "SIGKILL" else ""
    return f"The command was ended by {name}{hint}: exit code {code}."


def _end(running: Sequence[RunningTask]) -> None:
    for task in running:
        task.cancel()
    for task in running:
        task.wait()
