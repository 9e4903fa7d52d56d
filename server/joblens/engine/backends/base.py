"""What the engine asks of a place that runs tasks: start, wait, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from joblens.engine.plan import Plan


@dataclass(frozen=True, slots=True)
class Task:
    """One process of a job, complete: inputs bound, paths absolute, environment built."""

    name: str
    command: str
    """A line for the shell, final."""
    folder: Path
    """Where the command runs."""
    log: Path
    """All that the command prints, written as it is printed."""
    exit_code: Path
    """Where the exit code is left, also when nobody waits any more."""
    programs: Path | None = None
    """The folder that stands first on PATH."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What is added to the environment of the backend's own process."""
    private_python: bool = False
    """The environment is the job's own: this process's Python settings are kept from it."""
    launcher: tuple[str, ...] = ()
    """A program and its arguments that start the shell, several times perhaps (`mpirun -n 4`)."""


class RunningTask(Protocol):
    """A task that was started."""

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code, once there is one; None when `timeout` seconds went by before."""
        ...

    def cancel(self) -> None:
        """End the task and all its children; `wait` answers soon after."""
        ...


class Backend(Protocol):
    """A place that runs tasks."""

    def limits(self, plan: Plan) -> list[str]:
        """What of the plan this place does not honour, a line each, said before anything starts."""
        ...

    def start(self, task: Task) -> RunningTask:
        """Start the task; raises a UserError when that cannot be done here."""
        ...
