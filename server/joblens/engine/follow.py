"""A run as it happens, for any number of readers: its log's lines, its notes, and where it stands."""

from __future__ import annotations

import codecs
import time
from collections.abc import Iterator
from pathlib import Path

from joblens.engine import records
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder

_CHECK = 1.0
"""Seconds between two looks at whether the supervisor still lives."""

_BLOCK = 1 << 20
"""Bytes of a log that are read at once."""


def follow(path: Path, *, poll: float = 0.05, until_end: bool = True) -> Iterator[Event]:
    """All events of the run in `path`; with `until_end`, also each new one until the run has ended."""
    folder = RunFolder(path)
    log = EventLog(folder.events)
    prepared, printed = _Tail(folder.build_log), _Tail(folder.log)
    offset, checked = 0, time.monotonic()
    while True:
        events, offset = log.read(offset)
        ended = any(event.status in records.FINAL for event in events)
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
        if time.monotonic() - checked > _CHECK:
            records.show(path)
            checked = time.monotonic()
        time.sleep(poll)


class _Tail:
    """A text file that grows, read line by line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def lines(self, *, last: bool = False) -> Iterator[Event]:
        """The lines since the last call; the one that has no end yet only when it is the `last` call."""
        while new := self._new():
            *lines, self._rest = (self._rest + self._decoder.decode(new)).split("\n")
            for line in lines:
                yield Event("line", line.removesuffix("\r"))
            if not last:  # there may be more, and other news
                return
        if last and self._rest:
            yield Event("line", self._rest)
            self._rest = ""

    def _new(self) -> bytes:
        try:
            with self._file.open("rb") as file:
                file.seek(self._offset)
                new = file.read(_BLOCK)
        except FileNotFoundError:
            return b""
        self._offset += len(new)
        return new
