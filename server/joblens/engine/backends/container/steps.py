"""What a builder prints, written to the log as it comes, and which step it was at when it failed."""

from __future__ import annotations

import re
from collections import deque
from typing import IO

from joblens.engine.backends.container import refusals
from joblens.errors import EnvironmentBuildError

_STEP = re.compile(r"(?:Step (\d+)/\d+ ?: ?|STEP (\d+)/\d+: ?|#\d+ \[(?:\S+ )?(\d+)/\d+\] )(?P<what>.*)")
_OURS = re.compile(r"(?<=^RUN )\. /azureml-environment-setup/settings\.sh && ")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_EXIT = re.compile(
    r"(?:The command .* returned a non-zero code|.*exit code|.*exit status):? (\d+)", re.DOTALL
)
_UNTOLD = re.compile(r"(?:#\d+ sha256:|\s*--->|--> ?).*|Removing intermediate container \w+$")
"""What the builder says of its own layers."""
_NOISE = re.compile(r"#\d+ (?:DONE|CACHED|\[)|The command .* returned a non-zero")
_PREFIX = re.compile(r"#\d+ (?:\d+\.\d+ )?")
_KEPT = 3
"""Lines of a failed step that are said with its failure."""


class Steps:
    """The lines of one build."""

    def __init__(self, log: IO[str]) -> None:
        self._log = log
        self._rest = ""
        self._last: deque[str] = deque(maxlen=_KEPT)
        self._ended: re.Match[str] | None = None
        self.step = ""
        self.image = ""
        """The id of what was built, where the lines say it."""

    def see(self, text: str) -> None:
        """Take more of what was printed; it need not end with a line."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._line(line)
        self._log.flush()

    def failure(self, said: str) -> EnvironmentBuildError:
        """Why the build failed, `said` being what its builder says of that."""
        if self._rest:
            self._line(self._rest)
            self._log.flush()
        ended = _EXIT.match(said) or self._ended
        return refusals.build(self.step, f"exit code {ended[1]}" if ended else said, list(self._last))

    def _line(self, printed: str) -> None:
        told = _COLOURS.sub("", printed).rstrip("\r").rpartition("\r")[2]
        told = _UNTOLD.sub("", told)
        if told.strip() or not printed.strip():
            self._log.write(f"{told}\n")
            self._keep(told.strip())

    def _keep(self, line: str) -> None:
        if self._ended:  # what follows only repeats it
            return
        if re.match(r"#\d+ ERROR: ", line):
            self._ended = _EXIT.match(line)
        elif match := _STEP.match(line):
            number = next(group for group in match.groups()[:-1] if group)
            what = _OURS.sub("", " ".join(match["what"].split()))
            self.step = f"step {number}, '{what if len(what) <= 120 else what[:117] + '...'}',"
            self._last.clear()
        elif match := re.fullmatch(r"Successfully built ([0-9a-f]+)", line):
            self.image = match[1]
        elif line and not _NOISE.match(line):
            self._last.append(_PREFIX.sub("", line))
