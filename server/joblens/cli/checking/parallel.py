"""Many files checked at once, over as many processes as pay for themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from joblens.checks.settings import Settings
from joblens.cli.checking.finding import Checked, checked_file

Task: TypeAlias = tuple[Path, Settings]

_CHUNK = 16
"""Files that a process takes at a time: few enough that none is left with the long ones at the end."""

# A forked process has all modules at once, one that is spawned imports them anew; forks are safe on Linux.
_METHOD, _WORTH = ("fork", 200) if sys.platform == "linux" else ("spawn", 800)


def check_all(tasks: Sequence[Task], jobs: int | None = None) -> list[Checked]:
    """What is found in each file, in the order of the tasks; `jobs` processes, or as many as are worth it."""
    jobs = jobs or (_processors() if len(tasks) >= _WORTH else 1)
    if jobs == 1 or len(tasks) < 2:
        return _check(tasks)
    import multiprocessing
    import signal

    chunks = [tasks[start : start + _CHUNK] for start in range(0, len(tasks), _CHUNK)]
    # Ctrl-C ends this process, and this process the others.
    quiet = (signal.signal, (signal.SIGINT, signal.SIG_IGN))
    with multiprocessing.get_context(_METHOD).Pool(min(jobs, len(chunks)), *quiet) as pool:
        return list(chain.from_iterable(pool.imap(_check, chunks)))


def _processors() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check(tasks: Sequence[Task]) -> list[Checked]:
    return [checked_file(path, settings) for path, settings in tasks]
