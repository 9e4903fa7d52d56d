"""The processes that are measured: the environment they start in, and the CPU time they and theirs use."""

from __future__ import annotations

import os

import psutil


def environment(**more: str) -> dict[str, str]:
    """This process's environment as a user has it, with `more` in it.

    Where bytecode is not kept, each start of Python compiles every module again: no user's machine does.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process and its descendants have used so far; 0 when it is gone."""
    try:
        top = psutil.Process(pid)
        family = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(_own_cpu_seconds(process) for process in family)


def _own_cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
