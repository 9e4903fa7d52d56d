"""Which run may begin: each takes one of this machine's places, in the order in which they came.

A place is a held file, and so is a ticket of one that waits: who dies loses both without leaving a trace.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from joblens.engine import folders, locks
from joblens.engine.locks import Held

_TURN = 0.1
"""Seconds between two looks at the places."""


def take(limit: int, waiting: Callable[[], None]) -> Held | None:
    """A place among `limit` (0: as many as are wanted), held until this process ends.

    `waiting` is called once when there is none yet. None where places cannot be kept: nobody waits then.
    """
    folder = folders.home() / "queue"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not limit or not _tickets(folder):
            place = _free(folder, limit)
            if place is not None:
                return place
        ticket = _ticket(folder)
    except OSError:  # a home that nobody can write to: records are not kept there either
        return None
    try:
        waiting()
        return _turn_of(ticket, folder, limit)
    finally:
        ticket.release()
        ticket.file.unlink(missing_ok=True)


def _free(folder: Path, limit: int) -> Held | None:
    for number in range(limit) if limit else count():
        place = locks.hold(folder / f"place-{number}")
        if place is not None:
            return place
    return None


def _turn_of(ticket: Held, folder: Path, limit: int) -> Held:
    while True:
        if _first(folder, ticket):
            place = _free(folder, limit)
            if place is not None:
                return place
        time.sleep(_TURN)


def _first(folder: Path, ticket: Held) -> bool:
    """Whether nobody who is alive came before; tickets of the dead are thrown away."""
    counter = locks.hold(folder / "counter")
    if counter is None:
        return False
    try:
        for file in _tickets(folder):
            if file.name == ticket.file.name:
                return True
            left = locks.hold(file)
            if left is None:
                return False
            left.release()
            file.unlink(missing_ok=True)
        return True
    finally:
        counter.release()


def _tickets(folder: Path) -> list[Path]:
    return sorted(folder.glob("ticket-*"))


def _ticket(folder: Path) -> Held:
    """The next number; a clock that jumps does not change who came first."""
    while (counter := locks.hold(folder / "counter")) is None:
        time.sleep(_TURN / 10)
    try:  # only the counter's holder makes tickets and judges them: no new one is taken for a dead
        last = max((int(file.name.removeprefix("ticket-")) for file in _tickets(folder)), default=0)
        made = locks.hold(folder / f"ticket-{last + 1:09}")
        assert made is not None, "nobody else makes tickets"
        return made
    finally:
        counter.release()
