"""One task in a container that was started: its end, found in its file or told by the engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from joblens.engine.backends.container.client import LostEngineError

_SETTLING = 10.0
"""Seconds that the engine is given to say more of an end that is known already."""


@dataclass(frozen=True, slots=True)
class End:
    """What the engine tells of a task's end."""

    code: int | None
    """None when it cannot know."""
    why: str = ""


class ContainerTask:
    """A command in a container; `watch` waits for the engine's word, `signal` sends a signal to it.

    `grace` is the seconds between the polite signal and the one that cannot be refused.
    """

    def __init__(
        self, exit_code: Path, watch: Callable[[], End], signal: Callable[[str], None], grace: float
    ) -> None:
        self._file = exit_code
        self._signal = signal
        self._grace = grace
        self._end: End | None = None
        self._told = threading.Event()
        self._deadline: float | None = None
        threading.Thread(target=self._watch, args=(watch,), daemon=True).start()

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code; None when `timeout` seconds went by before there is one."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = 0.002
        while (code := self._code()) is None:
            now = time.monotonic()
            if end is not None and now >= end:
                return None
            if self._deadline is not None and now >= self._deadline:
                self._deadline = None
                self._signal("KILL")
            self._told.wait(pause if end is None else min(pause, end - now))
            pause = min(pause * 1.05, 0.1)  # an answer is late by a twentieth of what it took at most
        return code

    def cancel(self) -> None:
        """Ask it to end; `wait` sees to it that it does."""
        if self._code() is None:
            self._deadline = time.monotonic() + self._grace
            self._signal("TERM")

    @property
    def ended(self) -> bool:
        """Whether its end is known."""
        return self._told.is_set() or left_code(self._file) is not None

    def why(self) -> str:
        """What the engine knows of a bad end."""
        self._told.wait(_SETTLING)
        return self._end.why if self._end else ""

    def _code(self) -> int | None:
        told = self._told.is_set()  # before the file is looked at: who writes it ends after that
        left = left_code(self._file)
        if left is not None or not told:
            return left
        assert self._end is not None
        if self._end.code is None:
            raise LostEngineError(self._end.why)
        self._file.write_text(str(self._end.code), encoding="utf-8")
        return self._end.code

    def _watch(self, watch: Callable[[], End]) -> None:
        try:
            self._end = watch()
        except Exception as error:  # noqa: BLE001 - a thread's edge: without it the run would wait for ever
            self._end = End(None, f"The run was lost: {error}")
        self._told.set()


def left_code(file: Path) -> int | None:
    """The exit code that the command's own shell left."""
    try:
        return int(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
