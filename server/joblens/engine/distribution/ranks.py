"""Several processes as one: when all of them are over, and how each ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from joblens.engine.backends.base import Note, RunningTask, Task
from joblens.engine.distribution.verdict import listed

TURN = 0.05
"""Seconds between two looks at the processes."""
GRACE = 1.0
"""Seconds that the others have to end by themselves once one has failed: they may have more to say."""
PATIENCE = 60.0
"""Seconds after a good end after which it is told who still runs."""
_STOPPED = (128 + 15, 128 + 9)
"""How mpirun ends the others once one has failed."""


@dataclass(frozen=True, slots=True)
class End:
    """How one process ended."""

    number: int
    """Which of the processes it is."""
    name: str
    code: int | None
    """None when it had to be stopped."""
    log: Path
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Ends:
    """How the processes ended."""

    all: tuple[End, ...] = ()
    timed_out: bool = False

    @property
    def failed(self) -> list[End]:
        """Those that failed by themselves, the first one first."""
        return sorted((end for end in self.all if end.code), key=lambda end: end.at)


def wait_for(tasks: Sequence[Task], running: Sequence[RunningTask], end: float | None, note: Note) -> Ends:
    """Wait until all have ended, one has failed, or it is `end`; none runs any more when this answers."""
    codes: dict[int, int] = {}
    good: float | None = None
    try:
        while not _look(running, codes):
            if all(number in codes for number, task in enumerate(tasks) if not task.serves):
                return Ends(_ends(tasks, codes))
            if end is not None and time.monotonic() > end:
                return Ends(_ends(tasks, codes), timed_out=True)
            if good is None and codes:
                good = time.monotonic()
            if good is not None and time.monotonic() - good > PATIENCE:
                note(_waiting(tasks, codes))
                good = float("inf")
            time.sleep(TURN)
        patience = time.monotonic() + GRACE
        while len(codes) < len(tasks) and time.monotonic() < patience:
            time.sleep(TURN)
            _look(running, codes)
        return Ends(_ends(tasks, codes))
    finally:
        stop(each for number, each in enumerate(running) if number not in codes)


def _look(running: Sequence[RunningTask], codes: dict[int, int]) -> bool:
    """Note who has ended; answer whether somebody failed."""
    for number, each in enumerate(running):
        code = each.wait(0) if number not in codes else None
        if code is not None:
            codes[number] = code
    return any(codes.values())


def stop(running: Iterable[RunningTask]) -> None:
    """End them all at once."""
    threads = [threading.Thread(target=_stop, args=(each,)) for each in running]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _stop(running: RunningTask) -> None:
    running.cancel()
    running.wait()


def _ends(tasks: Sequence[Task], codes: dict[int, int]) -> tuple[End, ...]:
    return tuple(
        End(number, task.name, codes.get(number), task.log, _time(task.exit_code))
        for number, task in enumerate(tasks)
    )


def of_mpi(task: Task) -> Ends:
    """How the processes that mpirun started ended, as each has left it beside mpirun's own exit code."""
    from joblens.engine.distribution.members import MPI_ENDS, rank_log

    count = task.mpi_processes
    logs = [task.log.with_name(rank_log(rank, count) if rank else "std_log.txt") for rank in range(count)]
    files = [task.exit_code.with_name(MPI_ENDS) / str(rank) for rank in range(count)]
    ends = [
        End(n, f"rank {n}", _code(file), log, _time(file))
        for n, (file, log) in enumerate(zip(files, logs, strict=True))
    ]
    first = min((end for end in ends if end.code), key=lambda end: end.at, default=None)
    return Ends(
        tuple(replace(end, code=None) if end is not first and end.code in _STOPPED else end for end in ends)
    )


def _code(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _time(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return time.time()


def _waiting(tasks: Sequence[Task], codes: dict[int, int]) -> str:
    there = [task.name for number, task in enumerate(tasks) if number not in codes and not task.serves]
    ended = tasks[next(iter(codes))].name
    return f"{ended} ended well {PATIENCE:.0f} s ago; still running: {listed(there)}."
