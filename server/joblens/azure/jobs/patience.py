"""Asks Azure again: after the pause that it wishes, or when the connection broke; until the user ends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from joblens.azure.resource_manager import RefusedError, ThrottledError, UnreachableError
from joblens.errors import CanceledError

T = TypeVar("T")
Note = Callable[[str], None]

SHORT, LONG = 60.0, 900.0
"""Seconds without any answer after which a look, or something that takes long anyway, is given up."""
_FIRST, _LONGEST = 0.5, 30.0


class Patience:
    """How long one undertaking waits for Azure, and what ends it before."""

    def __init__(
        self, canceled: threading.Event | None = None, *, most: float = SHORT, note: Note = lambda _: None
    ) -> None:
        self._canceled = canceled or threading.Event()
        self._most = most
        self._note = note

    def ask(self, question: Callable[[], T], far: Callable[[], int] = lambda: 0) -> T:
        """The answer, however often it takes; raises the last failure, or CanceledError.

        `far` says how much has come of what is asked for: as long as that grows, nothing is lost.
        """
        lost_at: float | None = None
        pause, seen = _FIRST, far()
        while True:
            self.check()
            began = time.monotonic()
            try:
                return question()
            except ThrottledError as error:
                wait = error.seconds
                lost_at, pause, seen = (lost_at, pause, seen) if far() == seen else (None, _FIRST, far())
                lost_at = lost_at or began
                if began + wait > lost_at + self._most:
                    raise
            except (UnreachableError, RefusedError) as error:
                if isinstance(error, RefusedError) and error.status not in _PASSING:
                    raise
                lost_at, pause, seen = (lost_at, pause, seen) if far() == seen else (None, _FIRST, far())
                if lost_at is None and self._most >= LONG:
                    self._note("The connection to Azure was lost; it is tried again.")
                lost_at = lost_at or began
                wait, pause = pause, min(pause * 2, _LONGEST)
                if began + wait > lost_at + self._most:
                    raise
            self.wait(wait)

    def wait(self, seconds: float) -> None:
        """Let time pass; raises CanceledError when the user ends it meanwhile."""
        self._canceled.wait(max(0.0, seconds))
        self.check()

    def check(self) -> None:
        """Raise CanceledError if the user has ended it."""
        if self._canceled.is_set():
            raise CanceledError("It was canceled.")


_PASSING = frozenset({408, 500, 502, 504})
"""Answers that will be others in a while; 429 and 503 are known to the one who asks."""
