"""Runs a task as a child process in a session of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from joblens.engine import processes
from joblens.engine.backends.base import Task
from joblens.engine.plan import Plan
from joblens.errors import MissingToolError

# The shell around the command writes the exit code itself, so that it survives the supervisor's death.
_KEEP_EXIT_CODE = 'f=$1; shift; "$@"; c=$?; printf %s $c >"$f.tmp" && mv "$f.tmp" "$f"; exit $c'
_PYTHON_SETTINGS = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "CONDA_PREFIX")


class ProcessBackend:
    """This machine, without anything around the command."""

    def limits(self, plan: Plan) -> list[str]:
        """Nodes are processes here."""
        if plan.layout.nodes == 1:
            return []
        count = plan.layout.nodes * plan.layout.per_node + plan.layout.parameter_servers
        return [f"The {plan.layout.nodes} instances are {count} processes on this machine."]

    def start(self, task: Task) -> RunningProcess:
        """Start the task."""
        command = [*task.launcher, *_shell(task.command)]
        if sys.platform != "win32":
            command = ["/bin/sh", "-c", _KEEP_EXIT_CODE, "joblens", str(task.exit_code), *command]
        task.log.parent.mkdir(parents=True, exist_ok=True)
        with task.log.open("ab", buffering=0) as log:
            child = subprocess.Popen(
                command,
                cwd=task.folder,
                env=_environment(task),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return RunningProcess(child, task.exit_code)


class RunningProcess:
    """A command that was started."""

    def __init__(self, child: subprocess.Popen[bytes], exit_code: Path) -> None:
        self._child = child
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
            processes.end_tree(self._child.pid)


def _shell(command: str) -> list[str]:
    if sys.platform == "win32":
        return ["cmd", "/d", "/s", "/c", command]
    shell = shutil.which("bash") or shutil.which("sh")  # the cluster's is bash
    if shell is None:
        raise MissingToolError("The command cannot start: there is no bash and no sh.", hint="Install bash.")
    return [shell, "-c", command]


def _environment(task: Task) -> dict[str, str]:
    variables = processes.outside_variables()
    if task.private_python:
        for name in _PYTHON_SETTINGS:
            variables.pop(name, None)
    if task.programs is not None:
        variables["PATH"] = os.pathsep.join([str(task.programs), variables.get("PATH", os.defpath)])
    return {"PYTHONUNBUFFERED": "1", **variables, **task.variables}
