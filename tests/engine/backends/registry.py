"""A registry of images on this machine, as small as an engine lets it be: one image, or a refusal."""

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _layer(name: str, size: int) -> bytes:
    """A layer with one file of so many bytes that do not compress."""
    raw = io.BytesIO()
    noise = b"".join(hashlib.sha256(f"{name}{block}".encode()).digest() for block in range(size // 32))
    with tarfile.open(fileobj=raw, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(noise)
        tar.addfile(entry, io.BytesIO(noise))
    return raw.getvalue()


class Registry:
    """What the server has: blobs by their digest, and a manifest."""

    def __init__(self, refuse: int | None = None) -> None:
        self.refuse = refuse
        self.asked: list[str] = []
        layers = [_layer(f"layer{number}", 1 << 18) for number in range(3)]
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [_digest(layer) for layer in layers]},
                "history": [{"created_by": "test"} for _ in layers],
            }
        ).encode()
        blobs = [gzip.compress(layer, mtime=0) for layer in layers]
        self.blobs = {_digest(blob): blob for blob in (config, *blobs)}
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": _entry(config, "application/vnd.docker.container.image.v1+json"),
                "layers": [
                    _entry(blob, "application/vnd.docker.image.rootfs.diff.tar.gzip") for blob in blobs
                ],
            }
        ).encode()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, type and content for a path."""
        self.asked.append(path)
        last = path.rpartition("/")[2]
        if self.refuse is not None:
            said = {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}
            return self.refuse, "application/json", json.dumps(said).encode()
        if path == "/v2/":
            return 200, "application/json", b"{}"
        if last in self.blobs:
            return 200, "application/octet-stream", self.blobs[last]
        if "/manifests/" in path and last in {"1", _digest(self.manifest)}:
            return 200, _MANIFEST, self.manifest
        said = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
        return 404, "application/json", json.dumps(said).encode()


def _entry(content: bytes, kind: str) -> dict[str, object]:
    return {"mediaType": kind, "size": len(content), "digest": _digest(content)}


@contextmanager
def registry(refuse: int | None = None) -> Iterator[tuple[str, Registry]]:
    """The address of a registry (engines trust those on the loopback), and what it has."""
    has = Registry(refuse)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, content = has.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Docker-Content-Digest", _digest(content))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", has
    finally:
        server.shutdown()
        server.server_close()
