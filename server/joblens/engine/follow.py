"""A run as it happens, for any number of readers: its log's lines, its notes, and where it stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from joblens.engine import records
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.tail import Tail
from joblens.errors import RunNotFoundError

_CHECK = 1.0
"""Seconds between two looks at whether the supervisor still lives."""

_EAGER, _EAGER_POLL = 1.0, 0.002
"""Seconds after something happened in which the next is likely, and the pause between two looks then."""


def follow(
    path: Path, *, poll: float = 0.05, until_end: bool = True, live: bool = False, most: int | None = None
) -> Iterator[Event]:
    """All events of the run in `path`; with `until_end`, also each new one until the run has ended.

    A `live` view is told unfinished lines too, and one that shows at `most` so many bytes only the newest.
    """
    folder = RunFolder(path)
    log = EventLog(folder.events)
    prepared, printed = (Tail(file, live=live, most=most) for file in (folder.build_log, folder.log))
    offset, checked, busy = 0, time.monotonic(), 0.0
    while True:
        events, offset = _read(folder, log, offset)
        told = [event.status for event in events if event.status is not None]
        ended = bool(told) and told[-1] in records.FINAL  # a sweep that goes on had ended before
        for event in events:
            if event.kind == "status":  # all that came before the change is told before it
                yield from prepared.lines(last=True)
            if event.status in records.FINAL:
                yield from printed.lines(last=True)
            yield event
        if ended or (not until_end and not events):
            return
        yield from prepared.lines()
        yield from printed.lines()
        now = time.monotonic()
        if events:
            busy = now + _EAGER
        if now - checked > _CHECK:
            record = records.show(path)
            if record.final and not log.read(offset)[0]:  # power failed between its record and its event
                yield from printed.lines(last=True)
                yield Event("status", record.reason, record.status, record.exit_code, record.tracking_url)
                return
            checked = now
        if not printed.behind:
            time.sleep(_EAGER_POLL if now < busy else poll)


def _read(folder: RunFolder, log: EventLog, offset: int) -> tuple[list[Event], int]:
    try:
        return log.read(offset)
    except FileNotFoundError as error:
        raise RunNotFoundError(
            f"The run {folder.name} cannot be followed any more: {folder.events} was moved or deleted.",
            hint="'joblens job list' shows the runs where the project is now.",
        ) from error
