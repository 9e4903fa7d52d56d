"""One file brought from the web: resumed where it broke off, checked when it is whole, asked for once."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joblens.engine import files
from joblens.engine.data import web
from joblens.engine.data.web import BrokenError
from joblens.errors import UserError

Tell = Callable[[int, int], None]
"""Is told how many bytes there are, of how many; 0 where nobody knows how many there will be."""

TRIES = 5
"""How often a server is asked that fails without sending anything more."""
_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
"""Seconds before the second try; doubled for each further one."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file on the web, and where it belongs here."""

    url: str
    kept: Path
    state: Path
    """Where, with an ending each, the unfinished part and what is known of the file lie."""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def part(self) -> Path:
        """What has come so far."""
        return self.state.with_suffix(".part")

    def known(self) -> dict[str, Any]:
        """What the server said of the file that is kept; empty where none is."""
        found = _read(self.state.with_suffix(".json"))
        try:
            return found if self.kept.stat().st_size == found.get("length") else {}
        except OSError:
            return {}

    def bring(self, tell: Tell) -> bool:
        """Make the file present and new; answers whether it was changed for that."""
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        self.state.parent.mkdir(parents=True, exist_ok=True)
        tries = 0
        while True:
            before = _size(self.part)
            try:
                self._attempt(tell)
            except web.UnchangedError:
                return False
            except BrokenError as error:
                tries = 1 if _size(self.part) > before else tries + 1
                if tries >= (2 if self.known() else TRIES):
                    raise
                pause = max(_PAUSE * 2 ** (tries - 1), error.wait)
                self.stop.wait(min(pause, _LONGEST_PAUSE))
            else:
                return True

    def _attempt(self, tell: Tell) -> None:
        about = _read(self.part.with_suffix(".about"))
        start = _size(self.part) if about else 0
        try:
            answer = web.ask(self.url, self._headers(about, start))
        except BrokenError as error:
            if error.code == 416:  # there is less than we have
                self._forget()
            raise
        with answer:
            start = self._begin(answer, about, start)
            self._receive(answer, start, tell)
            self._finish(answer)

    def _headers(self, about: Mapping[str, Any], start: int) -> dict[str, str]:
        if start:
            return {"Range": f"bytes={start}-", "If-Range": about.get("etag") or about["modified"]}
        known = self.known()
        headers = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("modified")}
        return {name: value for name, value in headers.items() if value}

    def _begin(self, answer: Any, about: Mapping[str, Any], start: int) -> int:
        """Where the answer's bytes belong; a file that changed meanwhile begins anew."""
        now = _validators(answer)
        if answer.status == 206:
            range_start = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
            if now != about or not range_start or int(range_start[1]) != start:
                self._forget()
                raise BrokenError("the file changed while it was downloaded")
            return start
        self._forget()
        if now:
            self.part.with_suffix(".about").write_text(json.dumps(now), encoding="utf-8")
        return 0

    def _receive(self, answer: Any, start: int, tell: Tell) -> None:
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length else 0
        self._need_room(total - start)
        done = start
        with self._disk(), self.part.open("ab") as file:
            while piece := web.read(answer, _PIECE):
                file.write(piece)
                done += len(piece)
                tell(done, total)
                if self.stop.is_set():
                    raise BrokenError("it was stopped")
            file.flush()
            os.fsync(file.fileno())
        if total and done != total:
            raise BrokenError(f"the connection broke after {done} of {total} bytes")

    def _finish(self, answer: Any) -> None:
        whole = answer.headers.get("Content-MD5") if answer.status == 200 else None
        expected = answer.headers.get("x-ms-blob-content-md5") or whole
        sha256, md5 = _hashes(self.part)
        if expected and expected != md5:
            self._forget()
            raise BrokenError("what came has another checksum (Content-MD5) than the server says")
        found = {**_validators(answer), "length": _size(self.part), "sha256": sha256}
        with self._disk():
            self.part.chmod(0o444)  # nobody is to write into what other runs will read
            self.part.replace(self.kept)
            self.state.with_suffix(".json").write_text(json.dumps(found), encoding="utf-8")
        self.part.with_suffix(".about").unlink(missing_ok=True)

    def _need_room(self, size: int) -> None:
        free = shutil.disk_usage(self.part.parent).free
        if size > free:
            self._forget()
            raise UserError(
                f"{self.kept.name} needs {size:,} bytes, and {self.kept.parent} has room for {free:,}.",
                hint="Make room on that disk, or set JOBLENS_CACHE to a folder on another.",
            )

    @contextlib.contextmanager
    def _disk(self) -> Iterator[None]:
        """What the disk refuses is told as such, and leaves it no fuller than it was."""
        try:
            yield
        except OSError as error:
            if error.errno in files.FULL:
                self._forget()
            raise files.refused(
                f"{self.kept.name} cannot be kept in {self.kept.parent}",
                error,
                hint="Make that folder writable, or set JOBLENS_CACHE to another.",
            ) from error

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.part.with_suffix(".about").unlink(missing_ok=True)


def _validators(answer: Any) -> dict[str, Any]:
    """What tells this state of the file from another; empty where nothing does."""
    etag, modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
    strong = etag if etag and not etag.startswith("W/") else None
    return {key: value for key, value in (("etag", strong), ("modified", modified)) if value}


def _hashes(file: Path) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with file.open("rb") as data:
        while piece := data.read(_PIECE):
            sha256.update(piece)
            md5.update(piece)
    return sha256.hexdigest(), base64.b64encode(md5.digest()).decode()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
