"""One open document as an editor holds it: typed in, and its diagnostics waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import perf_counter
from typing import Any, TypeAlias

from bench.client import PATIENCE, Server
from bench.documents import Place

Diagnostics: TypeAlias = Sequence[Mapping[str, Any]]

QUIET = 0.4
"""Seconds without diagnostics after which none is expected: longer than any server's delay."""


class OpenDocument:
    """A document that a server knows by its edits."""

    def __init__(self, server: Server, path: Path, text: str) -> None:
        self._server = server
        self._uri = path.as_uri()
        self._version = 1
        self._is_told = False
        """Whether diagnostics of the latest text are here."""
        self._edited = self.opened = server.notify(
            "textDocument/didOpen",
            {"textDocument": {"uri": self._uri, "languageId": "yaml", "version": 1, "text": text}},
        )

    def replace(self, place: Place, length: int, text: str) -> float:
        """Put `text` in place of `length` characters; when the server was told."""
        end = {"line": place.line, "character": place.column + length}
        return self._change({"range": {"start": _position(place), "end": end}, "text": text})

    def remove_line(self, line: int) -> None:
        """Take out a whole line."""
        end = {"line": line + 1, "character": 0}
        self._change({"range": {"start": {"line": line, "character": 0}, "end": end}, "text": ""})

    def _change(self, change: Mapping[str, object]) -> float:
        self._version += 1
        self._is_told = False
        self._edited = self._server.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": self._uri, "version": self._version}, "contentChanges": [change]},
        )
        return self._edited

    def seconds_to_diagnostics(self, since: float, right: Callable[[Diagnostics], bool]) -> float | None:
        """From `since` to the first diagnostics that are `right`; None when they do not come."""
        end = perf_counter() + PATIENCE
        while (left := end - perf_counter()) > 0:
            try:
                arrival = self._server.diagnostics.get(timeout=left)
            except Empty:
                return None
            report = arrival.message["params"]
            if arrival.time > since and self._is_current(report):
                self._is_told = True
                if right(report["diagnostics"]):
                    return arrival.time - since
        return None

    def settle(self) -> None:
        """Wait until the server has said all it has to say about the last edit."""
        if not self._is_told:
            self.seconds_to_diagnostics(self._edited, lambda _: True)
        with suppress(Empty):
            while True:
                self._server.diagnostics.get(timeout=QUIET)

    def request(self, method: str, place: Place) -> tuple[float, Any]:
        """Ask about a place; the seconds it took, and the result."""
        return self._server.request(
            method, {"textDocument": {"uri": self._uri}, "position": _position(place)}
        )

    def outline(self) -> tuple[float, Any]:
        """Ask for the document's symbols: the seconds it took, and the result."""
        return self._server.request("textDocument/documentSymbol", {"textDocument": {"uri": self._uri}})

    def _is_current(self, report: Mapping[str, Any]) -> bool:
        """Whether diagnostics speak of the latest text; servers that do not say are believed."""
        return report["uri"] == self._uri and report.get("version") in (None, self._version)


def _position(place: Place) -> dict[str, int]:
    return {"line": place.line, "character": place.column}
