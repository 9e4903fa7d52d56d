"""What lies where in an environment."""

from __future__ import annotations

import sys
from pathlib import Path


def python_in(environment: Path) -> Path:
    """An environment's interpreter."""
    return programs_in(environment) / ("python.exe" if sys.platform == "win32" else "python")


def programs_in(environment: Path) -> Path:
    """The folder with an environment's programs."""
    return environment / ("Scripts" if sys.platform == "win32" else "bin")
