"""A few threads that ask Azure while everybody else goes on; none of them keeps the process alive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Errands:
    """Does what it is told, several things at a time."""

    def __init__(self, threads: int = 9) -> None:
        self._most = threads
        self._waiting: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._started = 0
        self._busy = 0
        self._lock = threading.Lock()

    def run(self, work: Callable[[], T]) -> Future[T]:
        """Do this soon; what comes of it."""
        done: Future[T] = Future()
        with self._lock:
            self._busy += 1
            if self._started < min(self._most, self._busy):
                self._started += 1
                threading.Thread(target=self._work, name="azure", daemon=True).start()
        self._waiting.put((done, work))
        return done

    def close(self) -> None:
        """Let the threads end once they have done what they were told; nobody waits for that."""
        with self._lock:
            for _ in range(self._started):
                self._waiting.put(None)

    def _work(self) -> None:
        while (told := self._waiting.get()) is not None:
            done, work = told
            try:
                found = work()
            except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
                done.set_exception(error)
            else:
                done.set_result(found)
            with self._lock:
                self._busy -= 1
