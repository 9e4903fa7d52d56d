"""One file into a snapshot: its content, the hash of it, and whether the file held still meanwhile."""

from __future__ import annotations

import hashlib
import os
import stat
import sys

from joblens.engine.code.scan import File

_BLOCK = 1 << 20


def copy(file: File, target: str) -> bytes | None:
    """Write the content to `target`; its hash, or None when the file changed since it was listed."""
    digest = hashlib.sha256()
    source = os.open(file.source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        try:
            wanted = min(file.size + 1, _BLOCK)  # a shorter answer is the end
            while block := os.read(source, wanted):
                digest.update(block)
                _write(made, block)
                if len(block) < wanted:
                    break
            after = os.fstat(source)
            _dress(made, target, file)
        finally:
            os.close(made)
    finally:
        os.close(source)
    return digest.digest() if _same(file, after) else None


def hash_of(source: str) -> bytes:
    """The hash of a file's content."""
    digest = hashlib.sha256()
    with open(source, "rb", buffering=0) as content:
        while block := content.read(_BLOCK):
            digest.update(block)
    return digest.digest()


def _dress(made: int, target: str, file: File) -> None:
    """Give the copy the file's time and rights; a job may write to its copy, as on the cluster."""
    mode = file.mode | stat.S_IWUSR | stat.S_IRUSR
    if sys.platform == "win32":
        os.chmod(target, mode)
        os.utime(target, ns=(file.modified, file.modified))
    else:
        os.fchmod(made, mode)
        os.utime(made, ns=(file.modified, file.modified))


def _write(made: int, block: bytes) -> None:
    while block:
        block = block[os.write(made, block) :]


def _same(file: File, now: os.stat_result) -> bool:
    return (file.size, file.modified, file.inode) == (now.st_size, now.st_mtime_ns, now.st_ino)
