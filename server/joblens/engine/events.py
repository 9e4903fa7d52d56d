"""What happened in a run: one JSON object per line, appended by its supervisor, read by anyone."""

from __future__ import annotations

import json
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

    def data(self) -> dict[str, object]:
        """The event as plain data, without what it does not say."""
        values = {
            "kind": self.kind,
            "text": self.text,
            "status": self.status,
            "exit_code": self.exit_code,
            "tracking_url": self.tracking_url,
        }
        return {key: value for key, value in values.items() if value is not None}


class EventLog:
    """The events of one run, in a file that only grows."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def append(self, event: Event) -> None:
        """Add one event; a single write, so that no reader sees half a line of another writer."""
        line = json.dumps({"time": round(time.time(), 3), **event.data()}, ensure_ascii=False) + "\n"
        with self._file.open("ab", buffering=0) as file:
            file.write(line.encode())

    def note(self, text: str) -> None:
        """Add a remark for the user."""
        self.append(Event("note", text))

    def read(self, offset: int) -> tuple[list[Event], int]:
        """The complete events after `offset`, and the offset to go on from."""
        with self._file.open("rb") as file:
            file.seek(offset)
            whole = file.read()
        whole = whole[: whole.rfind(b"\n") + 1]
        return [_event(json.loads(line)) for line in whole.splitlines()], offset + len(whole)


def _event(data: dict[str, object]) -> Event:
    data.pop("time", None)
    return Event(**data)  # type: ignore[arg-type]
