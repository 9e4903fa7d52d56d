"""The programs that the engine calls, and where they are."""

from __future__ import annotations

import shutil
from pathlib import Path

from joblens.errors import MissingToolError


def uv() -> Path:
    """The program that builds environments."""
    found = uv_or_none()
    if found is None:
        raise MissingToolError(
            "The job's environment cannot be built: uv is not installed.",
            hint='Install it with: pip install "joblens[engine]", or run with --environment this-python.',
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
