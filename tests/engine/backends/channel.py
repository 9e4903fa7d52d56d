"""A conda channel on this machine with one package that nobody else has."""

import asyncio
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_PLACEHOLDER = "/placeholder/" + "p" * 60
_PROGRAM = f"#!/bin/sh\necho I am at {_PLACEHOLDER}\n".encode()


@contextmanager
def channel(folder: Path, address: str) -> Iterator[str]:
    """The address of the channel, served at an address of this machine."""
    from rattler.index import index_fs

    place = folder / "noarch"
    place.mkdir(parents=True)
    _package(place / "only-here-2.1-0.tar.bz2")
    asyncio.run(index_fs(folder))
    server = ThreadingHTTPServer((address, 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{address}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _package(file: Path) -> None:
    program = {
        "_path": "bin/only-here",
        "path_type": "hardlink",
        "sha256": hashlib.sha256(_PROGRAM).hexdigest(),
        "size_in_bytes": len(_PROGRAM),
        "prefix_placeholder": _PLACEHOLDER,
        "file_mode": "text",
    }
    about = {"name": "only-here", "version": "2.1", "build": "0", "build_number": 0, "depends": []}
    with tarfile.open(file, "w:bz2") as tar:
        _add(tar, "bin/only-here", _PROGRAM)
        _add(tar, "info/index.json", json.dumps({**about, "subdir": "noarch", "noarch": "generic"}).encode())
        _add(tar, "info/paths.json", json.dumps({"paths": [program], "paths_version": 1}).encode())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o755
    tar.addfile(entry, io.BytesIO(content))
