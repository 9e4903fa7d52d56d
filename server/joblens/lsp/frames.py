"""The messages in a stream of bytes, as JSON values; finds its way back after bytes that are none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,9})[ \t]*(?:\r\n|$)", re.IGNORECASE)
_LARGEST_HEADER = 4096
"""Bytes that a header may have; more without an end are no header."""


class Garbled:
    """A message whose text is no JSON."""


class Frames:
    """Cuts a stream into messages: a header with `Content-Length`, an empty line, the body."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._missing: int | None = None
        """The length of the body whose header has come."""

    def feed(self, data: bytes) -> Iterator[object]:
        """What is complete now that `data` has come, a `Garbled` for what is none."""
        self._bytes += data
        while (body := self._body()) is not None:
            yield self._parsed(body)

    def _parsed(self, body: bytes) -> object:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            # Perhaps it was cut short and holds the start of what came next: a header within is looked for.
            self._bytes[:0] = body
            return Garbled()

    def _body(self) -> bytes | None:
        if self._missing is None:
            self._missing = self._header()
        if self._missing is None or len(self._bytes) < self._missing:
            return None
        body = bytes(self._bytes[: self._missing])
        del self._bytes[: self._missing]
        self._missing = None
        return body

    def _header(self) -> int | None:
        """The length that the next header tells; what stands before it and is none is dropped."""
        while (end := self._bytes.find(_END)) >= 0:
            header = bytes(self._bytes[: end + 2])
            del self._bytes[: end + len(_END)]
            lengths = _LENGTH.findall(header)
            if lengths:
                return int(lengths[-1])
        del self._bytes[:-_LARGEST_HEADER]
        return None
