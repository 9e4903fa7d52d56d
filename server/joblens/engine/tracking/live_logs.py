"""The logs of a run that lasts, sent to MLflow while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from joblens.engine.folders import RunFolder
from joblens.engine.tracking.client import Client, TrackingError
from joblens.engine.tracking.recorder import Recorder

_PAUSE = 10.0
_EFFORT = 20
"""A pause is this many times as long as the last sending took: long logs are sent anew less often."""
_LONGEST = 64 * 2**20
"""Bytes of a file that is sent before the end of the run."""


class LiveLogs:
    """A thread that sends what has changed."""

    def __init__(self, recorder: Recorder, folder: RunFolder) -> None:
        self._recorder, self._folder = recorder, folder
        self._ended = threading.Event()
        self._sent: dict[Path, tuple[int, int]] = {}
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begin, where MLflow keeps files itself."""
        if self._recorder.run.artifacts.startswith("mlflow-artifacts:"):
            self._thread.start()

    def end(self) -> None:
        """Stop, and wait for what is under way: an old log must not replace the last one."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            before = time.monotonic()
            client = Client(self._recorder.uri)
            try:
                client.upload(self._recorder.run, self._changed())
            except (TrackingError, OSError):  # what is missing is sent later, or said at the end
                self._sent.clear()
            finally:
                client.close()
            pause = max(_PAUSE, _EFFORT * (time.monotonic() - before))

    def _changed(self) -> Iterator[tuple[Path, str]]:
        for part in (self._folder.log.parent, self._folder.logs):
            for file in sorted(part.rglob("*")):
                found = file.stat()
                state = (found.st_size, found.st_mtime_ns)
                if self._ended.is_set():
                    return
                if file.is_file() and found.st_size <= _LONGEST and self._sent.get(file) != state:
                    yield file, file.relative_to(self._folder.path).as_posix()
                    self._sent[file] = state
