"""What the disk does to a run: whether it is full, and what must lie on it before a run counts as ended."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from joblens.engine.folders import RunFolder

FULL = "The disk with the run's folder is full: what was printed or written last may be missing. Make room."
_LEAST = 1 << 20
_MANY = 256
"""Files from which on the whole disk is made to write: each alone would take longer."""


def is_full(folder: Path) -> bool:
    """Whether there is no room for even a little."""
    try:
        return shutil.disk_usage(folder).free < _LEAST
    except OSError:
        return False


def sync(folder: RunFolder) -> None:
    """Have all that a run left written for good; a power cut afterwards takes nothing of it."""
    files = list(_left(folder))
    if len(files) > _MANY and hasattr(os, "sync"):
        os.sync()
        return
    for file in files:
        with contextlib.suppress(OSError):
            sync_file(file)


def sync_file(file: Path) -> None:
    """Have a file, or the names in a folder, written for good."""
    if os.name == "nt" and file.is_dir():
        return
    descriptor = os.open(file, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _left(folder: RunFolder) -> Iterator[Path]:
    """The files that a run left, and the folders that name them."""
    for part in (folder.outputs, folder.logs, folder.log.parent):
        for place, _, names in os.walk(part):
            if names:
                yield Path(place)
            yield from (Path(place, name) for name in names)
    yield folder.events
