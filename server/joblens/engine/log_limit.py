"""Keeps a log below its limit: its beginning and its newest part stay, the disk gets the rest back.

The command writes its log itself, so nobody stands between them who could count. The middle is cut out of the
file as a hole, which moves nothing: writers and readers go on where they are. At the end it is closed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

_BLOCK = 4096
_PIECE = 1 << 20
_KEEP_SIZE, _PUNCH_HOLE = 1, 2


def keep(file: str | Path, limit: int) -> bool:
    """Cut the middle out of the file when over `limit` bytes of it are on the disk; whether that was so."""
    found = os.stat(file)  # noqa: PTH116 - called each second, for what may be a name only
    if found.st_size <= limit or _kept(found) <= limit:
        return False
    first, last = _beginning(limit), (found.st_size - limit // 2) // _BLOCK * _BLOCK
    descriptor = os.open(file, os.O_RDWR)
    try:
        if not _punch(descriptor, first, last - first):  # then all that is there makes room for what comes
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
    return True


def close(file: Path, limit: int) -> None:
    """Put what was kept of a log that nobody writes any more together, with a line that says what was cut."""
    found = file.stat()
    if found.st_size <= limit or not hasattr(os, "SEEK_HOLE"):
        return
    with file.open("rb") as log:
        first = os.lseek(log.fileno(), 0, os.SEEK_HOLE)
        if first >= found.st_size:
            return
        last = os.lseek(log.fileno(), first, os.SEEK_DATA)
        joined = file.with_name(f".{file.name}.tmp")
        try:
            with joined.open("wb") as whole:
                _copy(log.fileno(), whole.fileno(), 0, first)
                os.write(whole.fileno(), f"\n{cut(last - first)}\n".encode())
                _copy(log.fileno(), whole.fileno(), last, found.st_size)
        except OSError:  # no room: it stays as it is
            joined.unlink()
            return
    names = [each for each in file.parent.iterdir() if each != file and each.samefile(file)]
    joined.replace(file)  # who reads the old one reads on in it
    for name in names:  # rank 0 of several has its log under two names
        name.unlink()
        with contextlib.suppress(OSError):
            name.hardlink_to(file)


def cut(size: int) -> str:
    """What stands in the place of `size` bytes that are not kept."""
    return f"[{words(size)} of output were thrown away here: the log had reached its limit]"


def words(size: int) -> str:
    """A size as people say it."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1024  # type: ignore[assignment]
    raise AssertionError


def _kept(found: os.stat_result) -> int:
    """Bytes that are on the disk."""
    return getattr(found, "st_blocks", found.st_size // 512 + 1) * 512


def _beginning(limit: int) -> int:
    return max(limit // 4 // _BLOCK, 1) * _BLOCK


def _punch(descriptor: int, start: int, length: int) -> bool:
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (_KEEP_SIZE | _PUNCH_HOLE, ctypes.c_longlong(start), ctypes.c_longlong(length))
    while libc.fallocate(descriptor, *arguments) != 0:
        if ctypes.get_errno() != errno.EINTR:
            return False
    return True


def _copy(source: int, target: int, start: int, end: int) -> None:
    while start < end:
        piece = os.pread(source, min(_PIECE, end - start), start)
        if not piece:
            return
        start += len(piece)
        while piece:
            piece = piece[os.write(target, piece) :]
