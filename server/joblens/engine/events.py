"""What happened in a run: one JSON object per line, appended by its supervisor, read by anyone."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["line", "status", "note"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. Lines of the log are events too, but live in the log's own file."""

    kind: Kind
    text: str = ""
    """The line without its end, the note, or the reason for the status."""
    status: str | None = None
    exit_code: int | None = None
    tracking_url: str | None = None
    """Where MLflow shows the run."""
    more: bool = False
    """Whether the line goes on in the next event."""

    def data(self) -> dict[str, object]:
        """The event as plain data, without what it does not say."""
        values = {
            "kind": self.kind,
            "text": self.text,
            "status": self.status,
            "exit_code": self.exit_code,
            "tracking_url": self.tracking_url,
            "more": self.more or None,
        }
        return {key: value for key, value in values.items() if value is not None}


class EventLog:
    """The events of one run, in a file that only grows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._torn = False
        """Whether the last line is not whole: the disk was full."""

    def append(self, event: Event) -> None:
        """Add one event; a single write, so that no reader sees half a line of another writer."""
        line = json.dumps({"time": round(time.time(), 3), **event.data()}, ensure_ascii=False) + "\n"
        whole = (b"\n" if self._torn else b"") + line.encode()
        with self._file.open("ab", buffering=0) as file:
            written = file.write(whole)
        self._torn = written != len(whole)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._file))

    def note(self, text: str) -> None:
        """Add a remark for the user."""
        self.append(Event("note", text))

    def read(self, offset: int) -> tuple[list[Event], int]:
        """The complete events after `offset`, and the offset to go on from."""
        with self._file.open("rb") as file:
            file.seek(offset)
            whole = file.read()
        whole = whole[: whole.rfind(b"\n") + 1]
        events = [event for line in whole.split(b"\n") if (event := _event(line)) is not None]
        return events, offset + len(whole)


_FIELDS = frozenset(field.name for field in dataclasses.fields(Event))


def _event(line: bytes) -> Event | None:
    """The event of a line; None for one that a full disk or a power cut left unfinished."""
    try:
        data = json.loads(line)
        return Event(**{key: value for key, value in data.items() if key in _FIELDS})
    except (ValueError, TypeError, AttributeError):
        return None
