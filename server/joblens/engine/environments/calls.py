"""Calls of the tools that build: every line they print is kept at once, the telling ones are passed on."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from joblens.engine.environments import failures

_TELLING = re.compile(r"(Resolved \d+|Prepared \d+|Downloading |Building |Installed \d+|Updating )")
_SILENCE = 1.0
"""Seconds after its start from which a build's steps are told: one that is done by then needs no words."""


class BuildLog:
    """The log of one build: a file with all that was printed, and a listener who hears of each step."""

    def __init__(
        self, file: Path, note: Callable[[str], None], echo: Callable[[str], None] | None = None
    ) -> None:
        self._file = file.open("ab", buffering=0)
        self._note = note
        self._echo = echo
        self._loud = threading.Event()
        self._timer = threading.Timer(_SILENCE, self._loud.set)
        self._timer.daemon = True
        self._timer.start()

    def line(self, line: bytes) -> None:
        """Keep a line, and tell of it if it is a step of the build."""
        self._file.write(line)
        text = line.decode("utf-8", "replace").strip()
        if self._echo is not None:
            self._echo(text)
        elif self._loud.is_set() and _TELLING.match(text):
            self._note(text)

    def say(self, text: str) -> None:
        """Keep a line of our own."""
        self.line(f"{text}\n".encode())

    def close(self) -> None:
        """No more will come."""
        self._timer.cancel()
        self._file.close()


def call(command: Sequence[str], variables: Mapping[str, str], folder: Path, log: BuildLog) -> None:
    """Run a tool to its end; raises what its words come to when it fails."""
    child = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said: list[bytes] = []
    assert child.stdout is not None
    try:
        for line in child.stdout:
            said.append(line)
            log.line(line)
        code = child.wait()
    except BaseException:  # the run is canceled, or the log's disk is full
        child.kill()
        child.wait()
        raise
    if code != 0:
        raise failures.explained(b"".join(said).decode("utf-8", "replace"), Path(command[0]).stem, code)
