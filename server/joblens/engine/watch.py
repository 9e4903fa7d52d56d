"""What goes on beside a run's command: signs of life, a look for a wish to end it, logs kept short.

And, in a run that lasts, its logs in MLflow as far as they have come, and how busy the machine is, if wished.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from joblens.engine import log_limit
from joblens.engine.backends.base import Note
from joblens.engine.folders import RunFolder
from joblens.engine.life import Life

if TYPE_CHECKING:
    from joblens.engine.tracking.live_logs import LiveLogs
    from joblens.engine.tracking.recorder import Recorder
    from joblens.engine.tracking.system_metrics import SystemMetrics

_HEARTBEAT = 1.0
"""Seconds between two signs of life."""
_LASTING = 5
"""Heartbeats after which a run's logs go to MLflow before its end."""


class Watch:
    """What the second thread of a supervisor does for one run; the next run gets the same thread."""

    def __init__(self, folder: RunFolder, life: Life, note: Note, *, samples: bool) -> None:
        self._folder, self._limit, self._note = folder, life.log_limit, note
        self._interval = life.system_metrics if samples else 0.0
        self._metrics: SystemMetrics | None = None
        self._recorder: Recorder | None = None
        self._live: LiveLogs | None = None
        self._beats = 0
        self._cut: set[str] = set()

    def start(self) -> None:
        """Begin."""
        _clock().watched = self

    def running(self, recorder: Recorder | None) -> None:
        """The command has started, and this is the run's record."""
        self._recorder = recorder
        if recorder is not None and self._interval and self._metrics is None:
            from joblens.engine.tracking.system_metrics import SystemMetrics

            self._metrics = SystemMetrics(recorder, self._folder.path, self._interval)
            with contextlib.suppress(RuntimeError):  # no more threads: the run matters more
                self._metrics.start()

    def end(self) -> None:
        """The command has ended: nothing is sent to MLflow from here any more."""
        self._recorder = None
        if self._metrics is not None:
            self._metrics.end()
        if self._live is not None:
            self._live.end()

    def close(self) -> None:
        """The run's books are closed: no more signs of life."""
        _clock().watched = None

    def beat(self) -> bool:
        """Look once; answer whether to look again."""
        with contextlib.suppress(OSError):
            os.utime(self._folder.supervisor)
        with contextlib.suppress(OSError):
            self._limit_logs()
        if self._folder.cancel_request.exists():
            os.kill(os.getpid(), signal.SIGTERM)
            return False
        recorder = self._recorder
        self._beats += 1 if recorder is not None else 0
        if self._beats == _LASTING and recorder is not None:
            from joblens.engine.tracking.live_logs import LiveLogs

            self._live = LiveLogs(recorder, self._folder)
            with contextlib.suppress(RuntimeError):  # no more threads: the end sends all
                self._live.start()
        return True

    def _limit_logs(self) -> None:
        for entry in os.scandir(self._folder.log.parent):
            if log_limit.keep(entry.path, self._limit) and entry.name not in self._cut:
                self._cut.add(entry.name)
                self._note(
                    f"{entry.name} is longer than {log_limit.words(self._limit)}, its limit: of what comes "
                    "between its beginning and its end, the oldest is thrown away."
                )


class _Clock:
    """The thread, which stays: to start and end one takes longer than all that it does for a short trial."""

    def __init__(self) -> None:
        self.watched: Watch | None = None
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        if sys.platform != "win32":  # the main thread is the one that a signal must wake
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        while True:
            time.sleep(_HEARTBEAT)
            watched = self.watched
            if watched is not None and not watched.beat() and self.watched is watched:
                self.watched = None


_clocks: dict[int, _Clock] = {}


def _clock() -> _Clock:
    """This process's own: a fork does not have the thread."""
    if os.getpid() not in _clocks:
        _clocks.clear()
        _clocks[os.getpid()] = _Clock()
    return _clocks[os.getpid()]
