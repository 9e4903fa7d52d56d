"""What the engine asks of a place that runs the tasks of one run: prepare, start, wait, cancel, tidy up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

Note = Callable[[str], None]
"""Tells the user something about the run, a line."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What POSIX calls a variable's name."""


@dataclass(frozen=True, slots=True)
class Task:
    """One process of a job, complete: inputs bound, paths as the command sees them."""

    name: str
    command: str
    """A line for the shell, final."""
    log: Path
    """All that the command prints, written as it is printed."""
    exit_code: Path
    """Where the exit code is left, also when nobody waits any more."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What is added to the environment that the place itself gives a command."""
    node: int = 0
    """Which of the job's nodes it belongs to, from 0."""
    mpi_processes: int = 0
    """How many processes mpirun starts in the command; 0 without mpirun."""
    ports: tuple[int, ...] = ()
    """Those it may listen on."""
    program: str = ""
    """A program of the environment without which it cannot start."""
    package: str = ""
    """The package that brings the program."""
    serves: bool = False
    """Whether it only serves the others: it is ended once they have ended well."""
    held: bool = False
    """Whether it is started but waits for a word, where its place can do that."""

    @property
    def lost_by_shells(self) -> list[str]:
        """NAME=VALUE of variables that only bash hands on, such as `AZUREML_SWEEP_learning-rate`."""
        return [f"{name}={value}" for name, value in self.variables.items() if not _NAME.fullmatch(name)]


class Places(Protocol):
    """Where the command of a run sees what it works with; known before anything is made."""

    def code(self) -> str:
        """The working directory: the copy of the code."""
        ...

    def input(self, name: str, path: str) -> str:
        """Where it finds the input whose data lie at `path` on this machine."""
        ...

    def output(self, name: str, path: str) -> str:
        """Where it writes the output that is kept at `path` on this machine."""
        ...

    def own(self, path: Path) -> str:
        """Where it sees the run's folder and what is in it."""
        ...


class RunningTask(Protocol):
    """A task that was started."""

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code, once there is one; None when `timeout` seconds went by before."""
        ...

    def cancel(self) -> None:
        """End the task and all its children; `wait` answers soon after."""
        ...

    def why(self) -> str:
        """What the place knows of a bad end besides the exit code, a sentence; empty when nothing."""
        ...


class Backend(Protocol):
    """A place that runs the tasks of one run; made for its plan."""

    def limits(self) -> list[str]:
        """What of the plan this place does not honour, a line each, said before anything starts."""
        ...

    def prepare(self, log: Path, note: Note) -> None:
        """Make the environment present; what tools print goes to `log`. Raises a UserError when it cannot."""
        ...

    def hosts(self) -> Sequence[str]:
        """The name of each node, under which the others reach it."""
        ...

    def ports(self, count: int) -> Sequence[int]:
        """Ports that nobody listens on, on each node."""
        ...

    def start(self, task: Task) -> RunningTask:
        """Start the task, inputs being present; raises a UserError when that cannot be done here."""
        ...

    @property
    def holds(self) -> bool:
        """Whether a task that is `held` is started and waits; elsewhere, none is started before it may."""
        ...

    def let_go(self) -> None:
        """Let the task begin that was started and `held`."""
        ...

    def close(self, grace: float | None = None) -> int:
        """End what the tasks left running, remove what was made for them; how many processes there were.

        `grace` is the seconds between the polite signal and the one that cannot be refused; without it, the
        plan says so. Nothing runs afterwards that could still write; what was made may yet be there.
        """
        ...

    def gone(self) -> None:
        """Wait until all that `close` left to be removed is gone."""
        ...

    def recover(self) -> int:
        """The same for a run whose supervisor is gone, called by another process."""
        ...
