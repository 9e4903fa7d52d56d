"""A log that grows, read line by line; what has no end, is no text, or was cut out stops no reader."""

from __future__ import annotations

import codecs
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from joblens.engine import log_limit
from joblens.engine.events import Event

BLOCK = 1 << 20
"""Bytes that are read at once."""
_LONGEST = 1 << 14
"""Letters of a line that are told at once; of a longer one piece by piece."""
_PATIENCE = 0.3
"""Seconds that a live view waits for the rest of a line: a progress bar never ends its own."""


class Tail:
    """One reader of one file."""

    def __init__(self, file: Path, *, live: bool = False, most: int | None = None) -> None:
        """With `live`, unfinished lines are told too; of more than `most` bytes at once only the last are."""
        self._path, self._live, self._most = file, live, most
        self._file: BinaryIO | None = None
        self._offset = 0
        self._rest = ""
        self._since = 0.0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def lines(self, *, last: bool = False) -> Iterator[Event]:
        """What came since the last call; a line that has no end yet only when it is the `last` call."""
        while True:
            yield from self._skipped()
            new = self._new()
            yield from self._told(self._rest + self._decoder.decode(new))
            if not new or not last:  # there may be more, and other news
                break
        if self._rest and (last or (self._live and time.monotonic() - self._since > _PATIENCE)):
            yield Event("line", self._rest, more=not last)
            self._rest = ""

    @property
    def behind(self) -> bool:
        """Whether there is more to read at once."""
        return self._file is not None and os.fstat(self._file.fileno()).st_size - self._offset > BLOCK

    def _told(self, text: str) -> Iterator[Event]:
        if text != self._rest:
            self._since = time.monotonic()
        *lines, self._rest = text.split("\n")
        for line in lines:
            *pieces, end = _pieces(line)
            yield from (Event("line", piece, more=True) for piece in pieces)
            yield Event("line", end.removesuffix("\r"))
        *pieces, self._rest = _pieces(self._rest)
        yield from (Event("line", piece, more=True) for piece in pieces)

    def _new(self) -> bytes:
        # Kept open: at the end a log that was cut is replaced by one whose parts lie elsewhere.
        file = self._file = self._file or _opened(self._path)
        if file is None:
            return b""
        file.seek(self._offset)
        new = file.read(BLOCK)
        if b"\0" in new and hasattr(os, "SEEK_HOLE"):
            new = new[: os.lseek(file.fileno(), self._offset, os.SEEK_HOLE) - self._offset]
        self._offset += len(new)
        return new

    def _skipped(self) -> Iterator[Event]:
        """Go on behind what was cut out, or behind what is too much to show."""
        if self._file is None:
            return
        size = os.fstat(self._file.fileno()).st_size
        if size < self._offset:  # cut where there are no holes
            self._offset = 0
        if size == self._offset:
            return
        if self._most is not None and size - self._offset > self._most:
            left, self._offset = size - self._most - self._offset, size - self._most
            yield Event(
                "note", f"{log_limit.words(left)} of output are not shown here; they are in {self._path}."
            )
        found = _data(self._file.fileno(), self._offset)
        if found > self._offset:
            yield Event("note", log_limit.cut(found - self._offset))
            self._offset = found


def _opened(file: Path) -> BinaryIO | None:
    try:
        return file.open("rb")
    except FileNotFoundError:
        return None


def _data(descriptor: int, offset: int) -> int:
    """Where the next bytes are that were not cut out."""
    if not hasattr(os, "SEEK_DATA"):
        return offset
    try:
        return os.lseek(descriptor, offset, os.SEEK_DATA)
    except OSError:  # nothing follows, or a disk that does not tell
        return offset


def _pieces(line: str) -> list[str]:
    if len(line) <= _LONGEST:
        return [line]
    return [line[start : start + _LONGEST] for start in range(0, len(line), _LONGEST)]
