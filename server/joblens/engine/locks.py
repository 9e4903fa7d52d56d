"""A file that one process holds, without waiting; the kernel lets go of it when that process ends."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Held:
    """A file that this process holds."""

    file: Path
    descriptor: int

    def release(self) -> None:
        """Let others have it."""
        os.close(self.descriptor)


def hold(file: Path) -> Held | None:
    """Hold the file, made where it is missing; None when another process does."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return Held(file, descriptor)


def _lock(descriptor: int) -> None:
    """Raises an OSError when another process has the lock."""
    # Not filelock: its import alone takes longer than all else that starts a run.
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
