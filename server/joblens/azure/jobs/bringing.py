"""One file brought from the storage: resumed where it broke off, checked, and named only when it is whole."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import urllib3

from joblens.azure.jobs.blobs import Blob, Folder, refused
from joblens.azure.jobs.patience import Patience
from joblens.azure.resource_manager import RefusedError, UnreachableError
from joblens.errors import CloudError

_PIECE = 1 << 18
_TRIES = 3
"""How often a file is begun that changes while it comes, or comes with a wrong checksum."""
_LONGEST_NAME = 200
_CHANGED = frozenset({409, 412, 416})


class _AnewError(Exception):
    """What has come is of no use: the file changed, or another one came."""


@dataclass(frozen=True, slots=True)
class Bringing:
    """A file in the storage, and where it belongs here."""

    folder: Folder
    blob: Blob
    target: Path
    stop: threading.Event

    def is_here(self) -> bool:
        """Whether it was brought before, and nobody has touched it since."""
        try:
            found = self.target.stat()
        except OSError:
            return False
        if found.st_size != self.blob.size:
            return False
        return found.st_mtime == self.blob.modified or (
            bool(self.blob.md5) and _md5(self.target) == self.blob.md5
        )

    def bytes_here(self) -> int:
        """How much of it has come before."""
        return max((file.stat().st_size for file in self._parts()), default=0)

    def bring(self, patience: Patience, told: Callable[[int], None]) -> None:
        """Make it present; `told` hears of bytes as they come. Raises CloudError, and OSError of the disk."""
        for left in reversed(range(_TRIES)):
            try:
                patience.ask(lambda: self._attempt(told), self.bytes_here)
                return
            except _AnewError as error:  # noqa: PERF203 - it is a try or two
                if not left:
                    raise CloudError(
                        f"'{self.blob.path}' could not be brought: {error}.",
                        hint="Try again; all other files that have come are kept.",
                    ) from error

    def _attempt(self, told: Callable[[int], None]) -> None:
        part = next(iter(self._parts()), None)
        headers = {}
        if part is not None and (start := part.stat().st_size):
            headers = {"Range": f"bytes={start}-", "If-Match": f'"{_etag_of(part)}"'}
            if start == self.blob.size:  # all has come; what lacks is the look at it
                headers["Range"] = f"bytes={start - 1}-"
        answer = self.folder.open(self.blob.name, headers)
        try:
            if answer.status in _CHANGED:
                self._forget()
                raise _AnewError("it changed while it was downloaded")
            if answer.status not in (200, 206):
                raise _told(answer.status, self.blob.path)
            part, start = self._begin(answer, part)
            self._receive(answer, part, start, told)
            self._finish(answer, part)
        finally:
            answer.close()

    def _begin(self, answer: urllib3.BaseHTTPResponse, part: Path | None) -> tuple[Path, int]:
        """The file for what comes, and where in it that belongs."""
        if answer.status == 206 and part is not None:
            said = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
            if said and int(said[1]) <= part.stat().st_size:
                return part, int(said[1])
            self._forget()
            raise _AnewError("it came from another place than was asked for")
        self._forget()
        etag = re.sub(r"[^0-9A-Za-z]", "", answer.headers.get("ETag") or "")
        return self.target.with_name(f"{self._stem()}.{etag or 'unknown'}.part"), 0

    def _receive(
        self, answer: urllib3.BaseHTTPResponse, part: Path, start: int, told: Callable[[int], None]
    ) -> None:
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            for piece in _pieces(answer):
                file.write(piece)
                told(len(piece))
                if self.stop.is_set():
                    return

    def _finish(self, answer: urllib3.BaseHTTPResponse, part: Path) -> None:
        if self.stop.is_set():
            return
        whole = answer.headers.get("Content-MD5") if answer.status == 200 else ""
        expected = answer.headers.get("x-ms-blob-content-md5") or whole
        if expected and _md5(part) != expected:
            self._forget()
            raise _AnewError("what came has another checksum (Content-MD5) than the storage says")
        os.utime(part, (self.blob.modified, self.blob.modified))
        part.replace(self.target)

    def _parts(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            start, end = f"{self._stem()}.", ".part"
            for file in self.target.parent.iterdir():
                middle = file.name.removeprefix(start).removesuffix(end)
                if file.name == f"{start}{middle}{end}" and middle.isalnum() and middle != "unknown":
                    yield file

    def _stem(self) -> str:
        """The name of the file, in so far as it leaves room for what is added."""
        name = self.target.name
        if len(name.encode()) <= _LONGEST_NAME:
            return name
        return hashlib.sha256(name.encode()).hexdigest()

    def _forget(self) -> None:
        for file in list(self._parts()):
            file.unlink(missing_ok=True)


def _etag_of(part: Path) -> str:
    return part.name.removesuffix(".part").rpartition(".")[2]


def _told(status: int, path: str) -> RefusedError:
    if status == 404:
        return RefusedError(404, f"'{path}' is no longer in the storage.", hint="Ask for the download again.")
    return refused(status, path)


def _pieces(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from answer.stream(_PIECE, decode_content=False)
    except (urllib3.exceptions.HTTPError, ConnectionError, TimeoutError) as error:
        raise UnreachableError("The connection to the storage broke.") from error


def _md5(file: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with file.open("rb") as data:
        while piece := data.read(1 << 20):
            digest.update(piece)
    return base64.b64encode(digest.digest()).decode()
