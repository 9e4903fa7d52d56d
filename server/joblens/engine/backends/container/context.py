"""The folder that an image is built in: which files an engine gets of it, and the hash of them all."""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from joblens.engine import files
from joblens.errors import UserError


def digest(context: Path, dockerfile: str) -> str:
    """The hash of what the engine would get: names, modes and contents, but no times."""
    total = hashlib.sha256()
    try:
        for relative in _members(context, dockerfile):
            total.update(_signature(context / relative, relative))
    except OSError as error:
        raise _unreadable(error) from error
    return total.hexdigest()


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


def _signature(path: Path, relative: str) -> bytes:
    state = path.lstat()
    if stat.S_ISLNK(state.st_mode):
        content = os.readlink(path).encode()  # noqa: PTH115 - as it is written, not normalised
    elif stat.S_ISREG(state.st_mode):
        content = _hash(path)
    else:
        content = b""
    return b"\0".join((relative.encode(), oct(state.st_mode).encode(), content, b"\n"))


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
