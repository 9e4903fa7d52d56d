"""What was written is on the disk, so that an environment that looks whole after a power cut is whole."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def settle(folder: Path) -> None:
    """Wait until the file system that has the folder has kept everything."""
    if sys.platform != "linux":
        if sys.platform != "win32":
            os.sync()
        return
    library = ctypes.CDLL(None, use_errno=True)
    opened = os.open(folder, os.O_RDONLY)
    try:
        if library.syncfs(opened) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(opened)
