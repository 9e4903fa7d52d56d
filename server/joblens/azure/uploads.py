"""What a submission sends, seen where it leaves the worker: bytes are counted, what is withdrawn is stopped.

Everything that the client library sends goes through one method of requests. Of the library's own inside
only the two functions are known that begin an upload: they say how much there is.
"""

from __future__ import annotations

import contextlib
import importlib
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from joblens.azure.question import Question

_JOB = re.compile(r"/jobs/([^/]+)$")
_HELPERS = ("_blob_storage_helper", "_gen2_storage_helper")
_STARTS = ("upload_directory", "upload_file")


class Sent:
    """What one submission has sent so far."""

    def __init__(self, asked: Question) -> None:
        self.job = ""
        """The name of the job, once it is sent: from then on it may exist."""
        self._asked = asked
        self._lock = threading.Lock()
        self._what = "Uploading"
        self._done = 0
        self._total = 0

    def begin(self, what: str, size: int) -> None:
        """An upload begins."""
        with self._lock:
            self._what = f"Uploading {what}"
            self._total += size
        self.count(0)

    def leave(self, size: int) -> None:
        """An upload was not needed after all."""
        with self._lock:
            self._total -= size

    def count(self, size: int) -> None:
        """Bytes are through; less than none, where they have to be sent again."""
        with self._lock:
            self._done = max(0, self._done + size)
            text, done, total = self._what, min(self._done, self._total), self._total
        if total and not self.job:
            self._asked.progress(text, done, total)

    def look(self) -> None:
        """Send nothing more of what is withdrawn; a job that is on its way is waited for."""
        if not self.job:
            self._asked.check()

    def request(self, send: Callable[[Any], Any], request: Any) -> Any:
        """Send a request."""
        address = urlsplit(request.url)
        named = _JOB.search(address.path)
        self.look()
        if request.method == "PUT" and named:
            self._asked.progress("Submitting the job")
            self.job = named[1]
            self._asked.begun(self.job)
        if not _is_upload(request, address.query):
            return send(request)
        body = request.body = _Body(request.body, self)
        try:
            answer = send(request)
        except BaseException:
            self.count(-body.sent)
            raise
        if answer.status_code >= 400:
            self.count(-body.sent)
        return answer


@contextlib.contextmanager
def watched(asked: Question) -> Iterator[Sent]:
    """While this runs, what is sent is sent for this question."""
    _Watch.install()
    sent = Sent(asked)
    _Watch.now, _Watch.thread = sent, threading.get_ident()
    try:
        yield sent
    finally:
        _Watch.now = None


class _Watch:
    """The one place that everything passes."""

    now: Sent | None = None
    thread = 0
    others: ClassVar[set[int]] = set()
    """Threads that answer other questions."""
    _installed = False

    @classmethod
    def install(cls) -> None:
        if cls._installed:
            return
        cls._installed = True
        from requests.adapters import HTTPAdapter

        send = HTTPAdapter.send

        def watched_send(adapter: Any, request: Any, *args: Any, **options: Any) -> Any:
            sent = cls.now
            if sent is None or threading.get_ident() in cls.others:
                return send(adapter, request, *args, **options)
            return sent.request(lambda one: send(adapter, one, *args, **options), request)

        setattr(HTTPAdapter, "send", watched_send)  # noqa: B010 - with another signature
        for helper in _HELPERS:
            module = importlib.import_module(f"azure.ai.ml._artifacts.{helper}")
            for name in _STARTS:
                setattr(module, name, _told(getattr(module, name)))


@contextlib.contextmanager
def unwatched() -> Iterator[None]:
    """What this thread sends is none of a submission's."""
    me = threading.get_ident()
    _Watch.others.add(me)
    try:
        yield
    finally:
        _Watch.others.discard(me)


def _told(start: Callable[..., None]) -> Callable[..., None]:
    """A function that uploads, which says first how much."""

    def told(*, storage_client: Any, source: Any, **options: Any) -> None:
        sent = _Watch.now
        # Where an upload was stopped before its first file was through, the next one would be refused for the
        # others, which are there. Their place is named by their content: writing them again is never wrong.
        storage_client.overwrite = True
        if sent is None:
            start(storage_client=storage_client, source=source, **options)
            return
        size = _size(source, options.get("ignore_file"))
        sent.begin(Path(source).name, size)
        try:
            start(storage_client=storage_client, source=source, **options)
        except Exception as error:
            if type(error).__name__ == "AssetNotChangedError":
                sent.leave(size)
            raise

    return told


def _size(source: Any, ignore_file: Any) -> int:
    from azure.ai.ml._utils._asset_utils import IgnoreFile, get_directory_size

    if not Path(source).is_dir():
        return Path(source).stat().st_size
    return int(get_directory_size(source, ignore_file=ignore_file or IgnoreFile(None))[0])


def _is_upload(request: Any, query: str) -> bool:
    """Whether a request brings a file's content to a storage."""
    if request.method not in ("PUT", "PATCH") or not request.body or "x-ms-version" not in request.headers:
        return False
    asked = parse_qs(query)
    return asked.get("comp", ["block"]) == ["block"] and asked.get("action", ["append"]) == ["append"]


class _Body:
    """A request's content, read piece by piece as it is sent."""

    def __init__(self, content: Any, sent: Sent) -> None:
        self.sent = 0
        self._content = content
        self._at = 0
        self._all = sent

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        self._all.look()
        if isinstance(self._content, bytes):
            end = len(self._content) if size < 0 else self._at + size
            piece, self._at = self._content[self._at : end], min(end, len(self._content))
        else:
            piece = self._content.read(size)
        self.sent += len(piece)
        self._all.count(len(piece))
        return piece
