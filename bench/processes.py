"""The processes that are measured: the environment they start in, the CPU time and memory that they use."""

from __future__ import annotations

import os
import sys

import psutil


def environment(**more: str) -> dict[str, str]:
    """This process's environment as a user has it, with `more` in it.

    Where bytecode is not kept, each start of Python compiles every module again: no user's machine does.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process and its descendants have used so far; 0 when it is gone."""
    return sum(_own_cpu_seconds(process) for process in _family(pid))


def memory_bytes(pid: int) -> float | None:
    """What a process and its descendants hold in memory; None where only Linux says it."""
    if sys.platform != "linux":
        return None
    return float(sum(_resident_bytes(process) for process in _family(pid)))


def _family(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _own_cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
