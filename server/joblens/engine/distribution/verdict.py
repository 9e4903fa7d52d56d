"""How the end of several processes is told: which failed first, what it said, what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.backends.base import Note, Task

if TYPE_CHECKING:
    from joblens.engine.distribution.ranks import Ends

_SHOWN = 20
"""Lines shown of the log of the process that failed first."""
_NAMED = 8
"""Processes that are named in one sentence."""


def told(ends: Ends, how: str, why: str = "") -> str:
    """Which process failed first, `how` being the words for it, and what became of the others."""
    first, *more = ends.failed
    stopped = sum(end.code is None for end in ends.all)
    others = [
        f"then failed {listed([f'{end.name} ({end.code})' for end in more])}" if more else "",
        f"{stopped} other{'s were' if stopped > 1 else ' was'} stopped" if stopped else "",
    ]
    place = f"{first.log.parent.name}/{first.log.name}"
    last = next((line.strip() for line in reversed(tail(first.log)) if line.strip()), "")
    ending = f"Its log, {place}, ends with: {last[:200]}" if last else f"Its log, {place}, is empty."
    return " ".join(
        filter(None, ["; ".join(filter(None, [f"{first.name} {how}", *others])) + ".", why, ending])
    )


def show(ends: Ends, streamed: Path, note: Note) -> None:
    """Tell the end of the log of the process that failed first, unless all of it was shown already."""
    first = ends.failed[0]
    if first.log == streamed:
        return
    lines = tail(first.log)[-_SHOWN:]
    if lines:
        note(f"{first.name} failed first. Its log, {first.log.parent.name}/{first.log.name}, ends with:")
        for line in lines:
            note(f"  {first.name}| {line}")


def tail(log: Path, size: int = 1 << 16) -> list[str]:
    """The last lines of a log, of its last `size` bytes."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - size))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def listed(names: Sequence[str]) -> str:
    """The names with commas between; of many, the first ones and how many more."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def taken_port(tasks: Sequence[Task]) -> int | None:
    """The port that a process could not listen on because another program does, as its log says."""
    for task in tasks:
        for line in tail(task.log) if task.ports else ():
            if "EADDRINUSE" in line or "ddress already in use" in line:
                for port in task.ports:
                    if str(port) in line:
                        return port
    return None
