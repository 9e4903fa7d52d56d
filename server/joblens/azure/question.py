"""One thing that a worker was asked: what is told meanwhile, and whether it is still wanted."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from joblens.azure.progress import Progress

_OFTEN = 0.1
"""Seconds between two reports of bytes: nobody reads faster."""
_LOOK = 0.1

Say = Callable[[str, object], None]


class Withdrawn(BaseException):
    """Nobody wants the answer any more."""


class Question:
    """What the method that answers it may ask and tell; any thread may."""

    def __init__(self, params: Mapping[str, Any], say: Say, *, brings_tokens: bool) -> None:
        self.params = params
        self.brings_tokens = brings_tokens
        """Whether whoever asks signs in."""
        self.is_withdrawn = threading.Event()
        self._say = say
        self._tokens: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._told: Progress | None = None
        self._last = 0.0

    def check(self) -> None:
        """Go no further if nobody wants it any more."""
        if self.is_withdrawn.is_set():
            raise Withdrawn

    def progress(self, text: str, done: int = 0, total: int = 0) -> None:
        """Tell how far it is; of what follows quickly, the last."""
        now, news = time.monotonic(), Progress(text, done, total)
        before = self._told
        is_step = before is None or before.text != text or (done == total and before != news)
        if is_step or now - self._last >= _OFTEN:
            self._last, self._told = now, news
            self._say("progress", {"text": text, "done": done, "total": total})

    def begun(self, name: str) -> None:
        """Tell that from now on a job of this name may exist."""
        self._say("begun", name)

    def token(self, scope: str, *, renew: bool) -> Mapping[str, Any]:
        """What the account of whoever asks gives for a scope: its `value`, or why it is `refused`."""
        with self._lock:
            self._say("wants", {"scope": scope, "renew": renew})
            while True:
                self.check()
                with contextlib.suppress(queue.Empty):
                    return self._tokens.get(timeout=_LOOK)

    def take_token(self, answer: Mapping[str, Any]) -> None:
        """The answer to what `token` asks."""
        self._tokens.put(answer)

    @contextlib.contextmanager
    def alone(self, lock: threading.Lock) -> Iterator[None]:
        """Hold a lock, waited for as long as this is wanted."""
        while not lock.acquire(timeout=_LOOK):
            self.check()
        try:
            yield
        finally:
            lock.release()
