"""One file of a job's log, read on from where the last look ended; which of a job's files those are."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import urllib3

from joblens.azure.resource_manager import RefusedError, ResourceManager, UnreachableError

_PIECE = 1 << 16
_KNOWN = 64
"""Bytes before the place to go on from that are asked for too: they tell whether it is still that file."""
_MAIN = re.compile(r"user_logs/std_log\D*0*(?:_ps)?\.txt$")
_EVERY = re.compile(r"user_logs/std_log.*\.txt$")
_OLDER = {
    "pipeline": re.compile(r"logs/azureml/executionlogs\.txt$"),
    "sweep": re.compile(r"azureml-logs/hyperdrive\.txt$"),
}
_OLDER_COMMAND = re.compile(r"azureml-logs/\d\d.+\.txt$")


def followed(names: Iterable[str], kind: str, *, every: bool = False) -> list[str]:
    """The files that `az ml job stream` shows: of several processes the first one's, or all."""
    names = sorted(names)
    found = [name for name in names if (_EVERY if every else _MAIN).match(name)]
    older = _OLDER.get(kind, _OLDER_COMMAND)
    return found or [name for name in names if older.match(name)]


class ExpiredError(Exception):
    """The address is good no more, or never was."""


@dataclass(slots=True)
class LogFile:
    """How far one file was read."""

    name: str
    offset: int = 0
    """Bytes of it that were taken."""
    _before: bytes = b""
    """The last ones of those."""
    _decoder: codecs.IncrementalDecoder | None = None
    _begun: str = ""
    """A line that has no end yet."""

    def read(self, manager: ResourceManager, url: str, take: Callable[[str], None]) -> bool:
        """Take the lines that have come since; answers False where the file began anew.

        What came before a connection broke is kept. Raises ExpiredError, UnreachableError, ThrottledError.
        """
        start = self.offset - len(self._before)
        answer = manager.fetch(url, {"Range": f"bytes={start}-"} if self.offset else {})
        try:
            if answer.status == 416:  # it is shorter than it was
                self._forget()
                return False
            if answer.status in (401, 403):
                raise ExpiredError(str(answer.status))
            if answer.status == 404:  # told of before it is there, or no more there
                return True
            if answer.status not in (200, 206):
                raise RefusedError(
                    answer.status, f"The log cannot be read: the storage answers {answer.status}."
                )
            return self._take(answer, 0 if answer.status == 200 else start, take)
        finally:
            answer.close()

    def end(self, take: Callable[[str], None]) -> None:
        """Take the last line, should it have no end."""
        rest = self._begun + (self._decoder.decode(b"", final=True) if self._decoder else "")
        self._begun, self._decoder = "", None
        if rest:
            take(rest)

    def _take(self, answer: urllib3.BaseHTTPResponse, at: int, take: Callable[[str], None]) -> bool:
        """Bytes from `at` on: those that are known are compared, the others are new."""
        before, known_from = self._before, self.offset - len(self._before)
        for piece in _pieces(answer):
            old, new = piece[: max(0, self.offset - at)], piece[max(0, self.offset - at) :]
            of_known = old[max(0, known_from - at) :]
            place = max(at, known_from) - known_from
            if before[place : place + len(of_known)] != of_known:
                self._forget()
                return False
            at += len(piece)
            if new:
                self._add(new, take)
                before, known_from = b"", at
        if at < self.offset:  # it is shorter than it was
            self._forget()
            return False
        return True

    def _add(self, new: bytes, take: Callable[[str], None]) -> None:
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        *lines, self._begun = (self._begun + self._decoder.decode(new)).split("\n")
        self.offset += len(new)
        self._before = (self._before + new)[-_KNOWN:]
        for line in lines:
            take(line.removesuffix("\r"))

    def _forget(self) -> None:
        self.offset, self._before, self._begun, self._decoder = 0, b"", "", None


def _pieces(answer: urllib3.BaseHTTPResponse) -> Iterable[bytes]:
    try:
        yield from answer.stream(_PIECE, decode_content=False)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise UnreachableError("The connection to the storage broke.") from error
