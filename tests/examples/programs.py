"""What a test of whole programs shares: `joblens` in a process, and what must be installed for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def installed(distribution: str) -> bool:
    """Whether this Python has it."""
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False


def has_engine() -> bool:
    """Whether jobs can be run: what `joblens[engine]` brings."""
    return installed("mlflow") and installed("uv")


def joblens(*arguments: str, folder: Path, env: Mapping[str, str]) -> list[dict[str, Any]]:
    """Run `joblens` and read the JSON that it prints, an object per line; it must end well."""
    # A server or a run that this process was told of is none of the test's.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "-m", "joblens", *arguments],
        cwd=folder,
        env={**kept, **env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
