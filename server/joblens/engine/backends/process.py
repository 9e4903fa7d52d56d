"""Runs tasks as child processes of the supervisor, each in a session of its own."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from joblens.engine import processes, secrets
from joblens.engine.backends.base import Note, Task
from joblens.engine.data import links, protection
from joblens.engine.distribution import layout
from joblens.engine.environments import installs, layer, used
from joblens.engine.environments.layer import Base
from joblens.engine.plan import Plan
from joblens.errors import EnvironmentBuildError, MissingToolError

if TYPE_CHECKING:
    from joblens.engine.environments.store import Built

# The shell around the command writes the exit code itself, so that it survives the supervisor's death. It
# needs no other program for that: a file without a number is that of a shell that was killed.
_KEEP_EXIT_CODE = 'joblens_file=$1; shift; "$@"; c=$?; printf %s $c >"$joblens_file"; exit $c'
# One that is held waits for a line; without anybody who could write it, it ends.
_WAIT = "read -r go || exit 1; exec </dev/null; "
_PYTHON_SETTINGS = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "CONDA_PREFIX")
_SHELL_SETTINGS = frozenset({"BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "CDPATH"})
"""What would make the command's shell another one than the cluster's."""


class ProcessBackend:
    """This machine, without anything around the command."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._folder = plan.run_folder
        self._built: Built | None = None
        self._beside: tuple[Path, ...] = ()
        """Folders with programs that neither the environment nor this machine has."""
        self._gate: IO[bytes] | None = None
        """Where the task that is held waits for a word."""

    @functools.cached_property
    def _protects(self) -> bool | None:
        """Whether inputs are made read-only for the command; None where there are none to protect."""
        return protection.possible(self._plan) if protection.protected(self._plan) else None

    def limits(self) -> list[str]:
        """Nodes are processes here, inputs may be unprotected, and installing is for the run alone."""
        found = installs.told(self._plan.command)
        shape = self._plan.layout
        if shape.nodes > 1 or shape.count > 1:
            from joblens.engine.distribution import devices

            what = f"{shape.nodes} nodes of Ray" if shape.framework == "ray" else f"{shape.count} processes"
            if shape.nodes > 1:
                found.append(f"The {shape.nodes} instances are {what} on this machine.")
            found += devices.told(shape)
        if self._protects is False:
            found.append(protection.NOT_HERE)
        return found

    def prepare(self, log: Path, note: Note) -> None:
        """Build the environment unless it is there; say where it differs from the cluster's."""
        needs = self._plan.needs
        if not needs.this_python:
            self._build(log, note)
        if needs.beside:
            from joblens.engine.environments import beside

            here, run = (self._base.programs,), self._folder
            self._beside = beside.programs(needs.beside, here, run.tools_log, note, run.path)

    def _build(self, log: Path, note: Note) -> None:
        from joblens.engine.environments import building

        own_log = self._folder.tools_log
        try:
            self._built = building.build(self._plan.needs, own_log, note, run=self._folder.path)
        except EnvironmentBuildError:
            if own_log.exists():
                shutil.copyfile(own_log, log)
            raise
        if self._built is not None:
            used.write(self._folder, self._built.key, self._built.drift)
            for line in self._built.drift:
                note(line)

    def hosts(self) -> Sequence[str]:
        """All nodes are this machine."""
        return [layout.HOST] * self._plan.layout.nodes

    def ports(self, count: int) -> Sequence[int]:
        """Ports that nobody listens on now."""
        return layout.free_ports(count)

    def start(self, task: Task) -> RunningProcess:
        """Start the task."""
        processes.adopt_orphans(True)
        links.make(self._plan)
        programs = self._programs()
        _find(task, programs, self._base.programs, *self._beside)
        command = _shell(task.command)
        if task.lost_by_shells:
            command = ["env", *task.lost_by_shells, *command]
        if self._protects:
            command = protection.view(self._plan, command)
        if sys.platform != "win32":
            script = (_WAIT if task.held else "") + _KEEP_EXIT_CODE
            command = ["/bin/sh", "-c", script, "joblens", str(task.exit_code), *command]
        task.log.parent.mkdir(parents=True, exist_ok=True)
        with task.log.open("ab", buffering=0) as log:
            child = subprocess.Popen(
                command,
                cwd=self._folder.code,
                env=self._environment(task),
                stdin=subprocess.PIPE if task.held else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._gate = child.stdin
        return RunningProcess(child, task.exit_code, self._plan.life.grace)

    @property
    def holds(self) -> bool:
        """Whether a task can wait for a word: one alone, whose ports nobody else can take meanwhile."""
        return sys.platform != "win32" and self._plan.layout.processes == 1

    def let_go(self) -> None:
        """Let the task begin that was started and held; one that was ended meanwhile needs no word."""
        if self._gate is not None:
            with contextlib.suppress(BrokenPipeError):
                self._gate.write(b"\n")
                self._gate.close()
            self._gate = None

    def gone(self) -> None:
        """Remove what processes had, now that there are none."""
        links.remove(self._folder)
        layer.remove(self._folder)

    def close(self, grace: float | None = None) -> int:
        """End the supervisor's descendants."""
        patience = self._plan.life.grace if grace is None else grace
        strays = processes.end_descendants(self._folder.path, patience)
        processes.adopt_orphans(False)
        return strays

    def recover(self) -> int:
        """End the processes that carry the run's mark."""
        strays = processes.end_run(self._folder.path, self._plan.life.grace)
        self.gone()
        return strays

    def installed(self) -> dict[str, str]:
        """What leads a command to the prepared environment; PATH is what comes before the rest of it."""
        found = layer.variables(self._folder)
        if self._base.prefix is not None:
            found["CONDA_PREFIX"] = str(self._base.prefix)
        return {**found, "PATH": os.pathsep.join([str(self._programs()), str(self._base.programs)])}

    def _programs(self) -> Path:
        """The folder with the run's own `python` and `pip`."""
        return layer.make(self._base, self._folder)

    @functools.cached_property
    def _base(self) -> Base:
        return layer.base_of(self._built)

    def _environment(self, task: Task) -> dict[str, str]:
        variables = secrets.passed(processes.outside_variables(), self._plan.passed)
        for name in [name for name in variables if name in _SHELL_SETTINGS or name.startswith("BASH_FUNC_")]:
            del variables[name]
        for name in _PYTHON_SETTINGS if self._built else ("PYTHONHOME", "__PYVENV_LAUNCHER__"):
            variables.pop(name, None)
        before = variables.get("PATH", os.defpath)
        variables |= self.installed()
        variables["PATH"] = os.pathsep.join([variables["PATH"], before, *map(str, self._beside)])
        mark = {processes.RUN_VARIABLE: str(self._folder.path)}
        return {"PYTHONUNBUFFERED": "1", **variables, **self._folders(), **task.variables, **mark}

    def _folders(self) -> dict[str, str]:
        """Where the run's own folders are, as the cluster's runtime says it."""
        run = self._folder
        folders = {"user_logs": run.log.parent, "outputs": run.outputs, "logs": run.logs}
        return {f"AZUREML_CR_HT_CAP_{name}_PATH": str(path) for name, path in folders.items()}


class RunningProcess:
    """A command that was started."""

    def __init__(self, child: subprocess.Popen[bytes], exit_code: Path, grace: float) -> None:
        self._child = child
        self._grace = grace
        self._exit_code = exit_code

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code; None when `timeout` seconds went by before there is one."""
        try:
            code = self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        if code < 0:  # ended by a signal: said as shells say it
            code = 128 - code
        if sys.platform == "win32":
            self._exit_code.write_text(str(code), encoding="utf-8")
        return code

    def cancel(self) -> None:
        """End the command and all that it started."""
        if self._child.poll() is None:
            processes.end_tree(self._child.pid, self._grace)

    def why(self) -> str:
        """Nothing: the exit code is all that is known."""
        return ""


def _find(task: Task, *programs: Path) -> None:
    """Refuse a task whose program is nowhere."""
    places = os.pathsep.join([*map(str, programs), os.environ.get("PATH", "")])
    if task.program and shutil.which(task.program, path=places) is None:
        raise MissingToolError(
            f"The job's distribution needs '{task.program}', which its environment does not have.",
            hint=f"Add '{task.package}' to the environment's pip section, or install it on this machine.",
        )


def _shell(command: str) -> list[str]:
    if sys.platform == "win32":
        return ["cmd", "/d", "/s", "/c", command]
    shell = shutil.which("bash") or shutil.which("sh")  # the cluster's is bash
    if shell is None:
        raise MissingToolError("The command cannot start: there is no bash and no sh.", hint="Install bash.")
    return [shell, "-c", command]
