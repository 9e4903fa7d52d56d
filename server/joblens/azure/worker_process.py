"""One worker's process as its parent sees it: what is asked goes in, what it tells comes out by question."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblens

# A module of the user's beside the job must not stand in for one of ours: the worker starts elsewhere.
_IMPORT_ROOT = Path(joblens.__file__).parent.parent
_LAST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Ended:
    """How a worker ended that still owed an answer."""

    exit_code: int
    words: str
    """The end of what anything in it has printed."""

    @property
    def last_words(self) -> str:
        """The last line of it."""
        return next((line.strip() for line in reversed(self.words.split("\n")) if line.strip()), "")


class WorkerProcess:
    """A running worker; its parent's threads share it."""

    def __init__(self, surroundings: Mapping[str, str]) -> None:
        self.surroundings = surroundings
        """The variables that it was started with."""
        self.asked = 0
        """How many questions it was given so far."""
        self._open: dict[int, queue.SimpleQueue[Any]] = {}
        self._lock = threading.Lock()
        self._is_retired = False
        self._how: Ended | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = _started(self._said.fileno())
        threading.Thread(target=self._listen, name="azure worker", daemon=True).start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return not self._is_retired and self._process.poll() is None

    def is_busy(self) -> bool:
        """Whether somebody waits for an answer."""
        with self._lock:
            return bool(self._open)

    def put(self, asked: Mapping[str, object]) -> tuple[int, queue.SimpleQueue[Any]]:
        """Ask; the question's number, and where what is told about it arrives."""
        with self._lock:
            self.asked += 1
            number, answers = self.asked, queue.SimpleQueue[Any]()
            self._open[number] = answers
            if self._how is not None:
                answers.put(("ended", self._how))
        self.send({"id": number, **asked})
        return number, answers

    def leave(self, number: int) -> None:
        """Nobody waits for this question any more."""
        with self._lock:
            self._open.pop(number, None)
            done = self._is_retired and not self._open
        if done:
            self._close()

    def send(self, message: Mapping[str, object]) -> None:
        """Tell the worker something; one that is gone is found out by whoever waits for it."""
        line = json.dumps(message) + "\n"
        assert self._process.stdin is not None
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def retire(self) -> None:
        """Let it end, as soon as nobody waits for it."""
        with self._lock:
            self._is_retired = True
            done = not self._open
        if done:
            self._close()

    def kill(self) -> None:
        """End it at once."""
        self._is_retired = True
        self._process.kill()

    def _close(self) -> None:
        """Its stdin's end ends it; whatever it still does then is of no worth to anybody."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as told:
            for line in told:
                self._pass_on(line)
        how = Ended(self._process.wait(), self._last_words())
        with self._lock:
            self._how, waiting = how, [*self._open.values()]
        for answers in waiting:
            answers.put(("ended", how))
        self._said.close()

    def _pass_on(self, line: str) -> None:
        try:
            message = json.loads(line)
        except ValueError:  # The last line of a killed one may be half, and a start script may print.
            return
        if not isinstance(message, dict) or "id" not in message:
            return
        with self._lock:
            answers = self._open.get(message.pop("id"))
        if answers is not None:
            for told in message.items():
                answers.put(told)

    def _last_words(self) -> str:
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - _LAST_WORDS))
        return self._said.read().decode("utf-8", "replace").strip()


def _started(said: int) -> subprocess.Popen[str]:
    # Ctrl-C in the terminal is for us to hear: the worker is told what to do about it.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return subprocess.Popen(
        [sys.executable, "-m", "joblens.azure.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        cwd=_IMPORT_ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
        **apart,
    )
