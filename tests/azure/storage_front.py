"""Stands before the real storage: passes on what it is asked, lets go wrong what a test wants to go wrong."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.azure.azurite import Storage
from tests.azure.control_plane import serving
from tests.azure.faults import Fault, Faults

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_PIECE = 64 * 1024


@dataclass
class StorageFront:
    """The storage as clients see it."""

    storage: Storage
    faults: Faults = field(default_factory=Faults)
    """`speed` is how fast a request is taken in, `message` Azure's word for why it is refused. What hangs
    or is cut off never comes to the storage."""
    calls: list[tuple[str, int]] = field(default_factory=list)
    """Each `METHOD path`, with the status that was answered."""


@contextmanager
def running(behind: Storage) -> Iterator[StorageFront]:
    """A front before this storage, until the block ends."""
    front = StorageFront(behind)
    with serving(_handler(front, behind), behind.certificate) as port:
        front.storage = replace(behind, port=port)
        try:
            yield front
        finally:
            front.faults.clear()


def _handler(front: StorageFront, behind: Storage) -> type[BaseHTTPRequestHandler]:
    trusted = ssl.create_default_context(cafile=str(behind.certificate.path))
    trusted.check_hostname = False

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            found = front.faults.of(self.command, path)
            body = self._taken(found)
            front.faults.delay(found)
            if any(one.hangs or one.cut_after is not None for one in found):
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            refused = next((one for one in found if one.status is not None), None)
            status, headers, content = _refusal(refused) if refused else self._passed_on(body)
            front.calls.append((f"{self.command} {path}", status))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_PUT = do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815

        def _taken(self, found: list[Fault]) -> bytes:
            left = int(self.headers.get("Content-Length") or 0)
            speed = next((one.speed for one in found if one.speed), 0.0)
            pieces = []
            while left:
                piece = self.rfile.read(min(_PIECE, left))
                if not piece:
                    raise ConnectionResetError
                left -= len(piece)
                pieces.append(piece)
                time.sleep(len(piece) / speed if speed else 0)
            return b"".join(pieces)

        def _passed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPSConnection("127.0.0.1", behind.port, context=trusted)
            try:
                headers = {**self.headers, "Content-Length": str(len(body)), "Connection": "close"}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
                kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOP]
                if self.command == "HEAD":
                    kept.append(("Content-Length", answer.headers.get("Content-Length", "0")))
                return answer.status, kept, content
            finally:
                connection.close()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _refusal(fault: Fault) -> tuple[int, list[tuple[str, str]], bytes]:
    """An error as the storage words it."""
    said = f"<Error><Code>{fault.message}</Code><Message>This is refused.</Message></Error>"
    headers = [("Content-Type", "application/xml"), ("x-ms-error-code", fault.message)]
    return fault.status or 500, headers, f'<?xml version="1.0" encoding="utf-8"?>{said}'.encode()
