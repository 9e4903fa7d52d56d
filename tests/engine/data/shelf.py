"""A web server for tests: files that change, break off, are refused, and go on where they broke off."""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Shelf:
    """What is served, and what was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, int, str]] = field(default_factory=list)
    """Path, answer and range of each request."""
    before: Callable[[str, int], int | None] = lambda _path, _count: None
    """A status to answer instead, for the path asked for the n-th time."""
    send_only: Callable[[str, int], int | None] = lambda _path, _count: None
    """How many bytes to send before the connection breaks."""
    gate: threading.Event | None = None
    """What answers wait for."""
    arrived: threading.Event = field(default_factory=threading.Event)
    """Is set by the first request."""
    headers: dict[str, str] = field(default_factory=dict)

    def statuses(self) -> list[int]:
        """The answers that were given."""
        return [status for _, status, _ in self.asked]


@contextmanager
def serving() -> Iterator[Shelf]:
    """A shelf on a free port of this machine."""
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            count = sum(asked == path for asked, _, _ in shelf.asked)
            wanted = self.headers.get("Range") or ""
            status, data, headers = _answer(shelf, path, count, self.headers)
            shelf.asked.append((path, status, wanted))
            shelf.arrived.set()
            if shelf.gate is not None:
                shelf.gate.wait()
            self.send_response(status)
            for name, value in {**headers, **shelf.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            limit = shelf.send_only(path, count)
            with suppress(ConnectionError):  # whoever asked was canceled
                self.wfile.write(data if limit is None else data[:limit])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    shelf.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()


def _answer(shelf: Shelf, path: str, count: int, asked: object) -> tuple[int, bytes, dict[str, str]]:
    refusal = shelf.before(path, count) or (404 if path not in shelf.files else None)
    if refusal:
        return refusal, b"", {"Content-Length": "0"}
    data = shelf.files[path]
    mark = f'"{hashlib.sha256(data).hexdigest()[:8]}"'
    headers = {"ETag": mark, "Content-Length": str(len(data))}
    if asked.get("If-None-Match") == mark:  # type: ignore[attr-defined]
        return 304, b"", {"ETag": mark}
    wanted = asked.get("Range")  # type: ignore[attr-defined]
    if wanted and asked.get("If-Range") == mark:  # type: ignore[attr-defined]
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        span = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return 206, data[start:], {**headers, "Content-Range": span, "Content-Length": str(len(data) - start)}
    md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    return 200, data, {**headers, "Content-MD5": md5}
