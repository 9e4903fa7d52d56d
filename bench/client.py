"""The client's side of the Language Server Protocol: starts a server, talks to it, notes when answers come.

A time is taken as the message is handed to the server, and again when the whole answer has arrived, before it
is decoded: what is measured is the server and the pipe, not this program.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from time import perf_counter
from typing import IO, Any

PATIENCE = 120.0
"""Seconds that an answer may take before it counts as none."""

CAPABILITIES = {
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "completion": {
            "contextSupport": True,
            "completionItem": {
                "snippetSupport": True,
                "documentationFormat": ["markdown", "plaintext"],
                "resolveSupport": {"properties": ["documentation", "detail"]},
            },
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
}


class NoAnswerError(Exception):
    """The server died, refused, or took longer than anyone would wait."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message from the server and when the last byte of it came."""

    time: float
    message: Mapping[str, Any]


class Server:
    """One running language server."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], folder: Path, settings: Mapping[str, Any]
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._last_id = 0
        self._waiting: dict[int, Queue[Arrival]] = {}
        self._writing = threading.Lock()
        self._ended = threading.Event()
        self.diagnostics: Queue[Arrival] = Queue()
        self.started = perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
            cwd=folder,
        )
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def initialize(self) -> float:
        """Shake hands; the seconds from the start of the process to the server's answer."""
        answer = self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": self._folder.as_uri(),
                "workspaceFolders": [{"uri": self._folder.as_uri(), "name": "bench"}],
                "capabilities": CAPABILITIES,
            },
        )
        self.notify("initialized", {})
        if self._settings:
            self.notify("workspace/didChangeConfiguration", {"settings": self._settings})
        return answer.time - self.started

    def request(self, method: str, params: object) -> tuple[float, Any]:
        """Ask, and wait: the seconds it took, and the result."""
        asked = perf_counter()
        answer = self.ask(method, params)
        return answer.time - asked, answer.message.get("result")

    def ask(self, method: str, params: object) -> Arrival:
        """Ask, and wait for the answer."""
        self._last_id += 1
        box: Queue[Arrival] = Queue()
        self._waiting[self._last_id] = box
        if self._ended.is_set():
            raise NoAnswerError(f"{method}: the server ended")
        self._write({"id": self._last_id, "method": method, "params": params})
        try:
            answer = box.get(timeout=PATIENCE)
        except Empty:
            raise NoAnswerError(f"{method}: no answer for {PATIENCE:.0f} s") from None
        if "error" in answer.message:
            raise NoAnswerError(f"{method}: {answer.message['error']}")
        return answer

    def notify(self, method: str, params: object) -> float:
        """Tell; when the server was told."""
        told = perf_counter()
        self._write({"method": method, "params": params})
        return told

    def stop(self) -> None:
        """End the server, with force if it does not end by itself."""
        try:
            self.ask("shutdown", None)
            self.notify("exit", None)
            self._process.wait(timeout=5)
        except (NoAnswerError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    def _write(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
        stream = self._process.stdin
        assert stream is not None
        try:
            with self._writing:
                stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                stream.flush()
        except OSError as error:
            raise NoAnswerError("the server ended") from error

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while (body := _next_body(stream)) is not None:
            self._receive(Arrival(perf_counter(), json.loads(body)))
        self._ended.set()
        gone = Arrival(perf_counter(), {"error": "the server ended"})
        for box in list(self._waiting.values()):
            box.put(gone)

    def _receive(self, arrival: Arrival) -> None:
        message = arrival.message
        if "method" not in message:
            self._waiting.pop(message["id"]).put(arrival)
        elif "id" in message:
            self._write({"id": message["id"], "result": self._reply(message)})
        elif message["method"] == "textDocument/publishDiagnostics":
            self.diagnostics.put(arrival)

    def _reply(self, message: Mapping[str, Any]) -> object:
        """What an editor answers to a server's request: its settings when asked for them, else nothing."""
        if message["method"] != "workspace/configuration":
            return None
        return [_setting(self._settings, item.get("section", "")) for item in message["params"]["items"]]


def _setting(settings: Mapping[str, Any], section: str) -> object:
    value: object = settings
    for part in filter(None, section.split(".")):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _next_body(stream: IO[bytes]) -> bytes | None:
    """The next message's body; None when the stream has ended."""
    length = 0
    while (line := stream.readline()) not in (b"", b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return stream.read(length) if line else None
