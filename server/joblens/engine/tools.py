"""The programs that the engine calls, and where they are."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from joblens.errors import MissingToolError


def uv() -> Path:
    """The program that builds environments."""
    found = uv_or_none()
    if found is None:
        raise MissingToolError(
            "The job's environment cannot be built: uv is not installed.",
            hint=f"{install('uv')}, or run with --environment this-python.",
        )
    return found


def uv_or_none() -> Path | None:
    """The same, None where it is missing."""
    try:
        from uv import find_uv_bin

        return Path(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
        return Path(found) if found else None


def install(*packages: str) -> str:
    """How to install packages into the Python that runs Joblens, which need not be the one on the PATH."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    named = " ".join(f'"{one}"' if any(sign in one for sign in "<>=") else one for one in packages)
    return f"Install it with: {python} -m pip install {named}"
