"""The folder that an image is built in: which files an engine gets of it, and the hash of them all."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from joblens.engine import files, folders
from joblens.errors import UserError

_SETTLED = 2.0
"""Seconds after which a file that changes gets another time."""


def digest(context: Path, dockerfile: str) -> str:
    """The hash of what the engine would get: names, modes and contents, but no times.

    Contents are read again only when a file's times or size say that something changed.
    """
    try:
        members = [(relative, (context / relative).lstat()) for relative in _members(context, dockerfile)]
        state = hashlib.sha256()
        for relative, found in members:
            times = (found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
            state.update(f"{relative}\0{times}\n".encode("utf-8", "surrogateescape"))
        known = Remembered(context, state.hexdigest())
        if (found_before := known.digest()) is not None:
            return found_before
        total = hashlib.sha256()
        for relative, found in members:
            total.update(_signature(context / relative, relative, found.st_mode))
    except OSError as error:
        raise _unreadable(error) from error
    newest = max((found.st_ctime for _, found in members), default=0.0)
    known.remember(total.hexdigest(), newest)
    return total.hexdigest()


class Remembered:
    """The hash that a folder had the last time, in the state it was then."""

    def __init__(self, folder: Path, state: str) -> None:
        name = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:20]
        self._file = folders.cache() / "contexts" / f"{name}.json"
        self._state = state

    def digest(self) -> str | None:
        """The hash, if the folder is in the same state."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return str(found["digest"]) if found["state"] == self._state else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remember(self, digest: str, newest: float) -> None:
        """Keep it, unless a file is so new that it may change again without another time."""
        if time.time() - newest < _SETTLED:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps({"state": self._state, "digest": digest}), encoding="utf-8")
        unfinished.replace(self._file)


def archive(context: Path, dockerfile: str, target: IO[bytes]) -> None:
    """Write the files into `target` as the engine wants them."""
    try:
        with tarfile.open(fileobj=target, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for relative in _members(context, dockerfile):
                tar.add(context / relative, relative, recursive=False, filter=_owned_by_root)
    except OSError as error:
        raise _unreadable(error) from error
    target.seek(0)


def _members(context: Path, dockerfile: str) -> Iterator[str]:
    """The paths that .dockerignore leaves, in a fixed order; the Dockerfile is always one."""
    from docker.utils.build import PatternMatcher

    patterns = [*_patterns(context, dockerfile), f"!{dockerfile}"]
    for relative in sorted(set(PatternMatcher(patterns).walk(str(context)))):
        mode = (context / relative).lstat().st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode):
            yield relative.replace(os.sep, "/")


def _patterns(context: Path, dockerfile: str) -> list[str]:
    """The rules: those beside the Dockerfile under its own name come first, as for BuildKit."""
    for name in (f"{dockerfile}.dockerignore", ".dockerignore"):
        if (context / name).is_file():
            text = (context / name).read_text(encoding="utf-8-sig", errors="replace")
            lines = [line.strip() for line in text.splitlines()]
            return [line for line in lines if line and not line.startswith("#")]
    return []


def _signature(path: Path, relative: str, mode: int) -> bytes:
    if stat.S_ISLNK(mode):
        content = os.readlink(path).encode()  # noqa: PTH115 - as it is written, not normalised
    elif stat.S_ISREG(mode):
        content = _hash(path)
    else:
        content = b""
    return b"\0".join((relative.encode(), oct(mode).encode(), content, b"\n"))


def _hash(path: Path) -> bytes:
    total = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            total.update(block)
    return total.digest()


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _unreadable(error: OSError) -> UserError:
    return files.refused(
        "The folder that the image is built in cannot be packed",
        error,
        hint="Make the file readable, or name it in .dockerignore.",
    )
