"""A client of the server that knows nothing but the specification: bytes out, bytes in."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

Message = dict[str, Any]

PATIENCE = 120.0


class Raw:
    """A running server; what it sends by itself is kept in `told`."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "joblens", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.told: list[Message] = []
        self.replies: dict[str, Any] = {}
        """What requests of the server are answered with; others with nothing."""
        self._answers: dict[object, Message] = {}
        self._arrived: Queue[Message | None] = Queue()
        self._last = 0
        threading.Thread(target=self._read, daemon=True).start()

    def write(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: object) -> None:
        body = json.dumps(message).encode()
        self.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method: str, params: object) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object) -> int:
        """Send a request, and do not wait for its answer."""
        self._last += 1
        self.send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last

    def answer(self, number: object) -> Message:
        """The answer to a request, when it comes."""
        while number not in self._answers:
            self.take()
        return self._answers.pop(number)

    def request(self, method: str, params: object) -> Any:
        """The result of a request; fails where it is refused."""
        answer = self.answer(self.ask(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def refusal(self, method: str, params: object) -> int:
        """The code of the error that a request is answered with."""
        code: int = self.answer(self.ask(method, params))["error"]["code"]
        return code

    def hear(self, method: str, **wanted: object) -> Any:
        """The parameters of the next message of this method whose parameters are as wanted."""
        while True:
            for one in self.told:
                params = one.get("params") or {}
                if one["method"] == method and all(params.get(name) == wanted[name] for name in wanted):
                    self.told.remove(one)
                    return params
            self.take()

    def initialize(self, capabilities: object = None, **more: object) -> Any:
        """Shake hands; what the server can do."""
        params = {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **more}
        result = self.request("initialize", params)
        self.notify("initialized", {})
        return result["capabilities"]

    def open(self, uri: str, text: str, version: int = 1) -> None:
        document = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, *changes: object) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def problems(self, uri: str, version: int | None) -> list[Message]:
        """What is published for a version of a document."""
        found: list[Message] = self.hear("textDocument/publishDiagnostics", uri=uri, version=version)[
            "diagnostics"
        ]
        return found

    def take(self) -> None:
        """Wait for a message."""
        try:
            message = self._arrived.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError(f"nothing came for {PATIENCE:.0f} s") from None
        assert message is not None, "the server ended"
        if "method" not in message:
            self._answers[message["id"]] = message
            return
        self.told.append(message)
        if "id" in message:
            reply = self.replies.get(message["method"])
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": reply})

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.removeprefix(b"Content-Length: "))
            while stream.readline() != b"\r\n":
                pass
            self._arrived.put(json.loads(stream.read(length)))
        self._arrived.put(None)


@contextlib.contextmanager
def talking(folder: Path) -> Iterator[Raw]:
    """A server that is up, and ends well."""
    raw = Raw(folder)
    try:
        yield raw
        if raw.process.poll() is None:
            raw.request("shutdown", None)
            raw.notify("exit", None)
            assert raw.process.wait(PATIENCE) == 0
    finally:
        if raw.process.poll() is None:
            raw.process.kill()
            raw.process.wait()
