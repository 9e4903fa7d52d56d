"""Why a command failed, in words: what its exit code and the last that it printed tell, and the way out."""

from __future__ import annotations

import dataclasses
import errno
from pathlib import Path

from joblens.engine.launch import Outcome
from joblens.engine.records import FAILED
from joblens.errors import UserError

_KILLED = 137
_GUESS = " (the machine may have run out of memory)"
_TAIL = 4096
_BY_CODE = {
    126: "126 is how the shell says that what it was to start is no program: a script needs 'chmod +x', "
    "or its language before its name ('bash run.sh').",
    127: "127 is how the shell says that it found no such program: it has to be in the job's environment or "
    "image; one that lies in the code folder is called './name'.",
}
_NO_FORK = (
    "fork: retry: Resource temporarily unavailable",
    "fork: Resource temporarily unavailable",
    "Cannot fork",
    "BlockingIOError: [Errno 11] Resource temporarily unavailable",
    "RuntimeError: can't start new thread",
)
NO_PROCESSES = (
    "This user, or this container, has as many processes as it may: end some, or raise the limit "
    "(ulimit -u, the container's pids limit)."
)


def kills_for_memory() -> int | None:
    """How many processes the kernel has ended for want of memory so far; None where it does not tell."""
    try:
        counts = Path("/proc/vmstat").read_text(encoding="ascii")
        return int(counts.partition("\noom_kill ")[2].split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def told(outcome: Outcome, log: Path, kills_before: int | None = None) -> Outcome:
    """The outcome with more about its reason, where more can be known."""
    if outcome.status != FAILED or outcome.exit_code is None:
        return outcome
    reason = outcome.reason
    if outcome.exit_code == _KILLED:
        reason = _memory(reason, kills_before)
    more = _BY_CODE.get(outcome.exit_code) or _printed(log)
    return dataclasses.replace(outcome, reason=f"{reason} {more}".strip())


def _memory(reason: str, before: int | None) -> str:
    """The kernel counts whom it ends for want of memory: then it is no guess."""
    now = kills_for_memory()
    if before is None or now is None:
        return reason
    reason = reason.replace(_GUESS, "")
    if now == before:
        return reason
    return f"{reason} The machine, or its container, was out of memory: the kernel ended a process for it."


def _printed(log: Path) -> str:
    """What the last lines of a failed command's log mean."""
    try:
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - _TAIL, 0))
            tail = file.read(_TAIL).decode(errors="replace")
    except OSError:
        return ""
    if any(words in tail for words in _NO_FORK):
        return NO_PROCESSES
    last = tail.rstrip().rpartition("\n")[2]
    if last.startswith("MemoryError"):
        return "Python got no more memory: there is a limit (ulimit -v, the container's), or none is left."
    return ""


def no_process(error: BaseException) -> UserError | None:
    """Why no process or thread could be started, when it is that there are too many."""
    known = isinstance(error, OSError) and error.errno == errno.EAGAIN
    known = known or (isinstance(error, RuntimeError) and "can't start new thread" in str(error))
    return UserError("No process could be started.", hint=NO_PROCESSES) if known else None
