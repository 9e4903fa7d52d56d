"""Old clients of MLflow, each in an environment of its own, for the commands of jobs in tests."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from joblens.engine import tools
from joblens.engine.environments import interpreters
from joblens.errors import UserError
from tests.conftest import missing

CURRENT = "current"
_PYTHONS = {"1.30.1": "=3.9", "2.17.2": "=3.8"}
"""The old versions, and a Python of their time."""
VERSIONS = (CURRENT, *_PYTHONS)


@cache
def python(version: str, folder: Path) -> Path:
    """The Python of an environment in `folder` with that client; a test that cannot have it is skipped."""
    if version == CURRENT:
        return Path(sys.executable)
    try:
        uv, found = str(tools.uv()), interpreters.find(_PYTHONS[version])
    except UserError as error:
        missing(str(error))
    made = folder / version / "bin" / "python"
    _run([uv, "venv", "-q", "-p", str(found.path), str(folder / version)])
    # Clients of that time import pkg_resources, which newer setuptools do not have.
    _run([uv, "pip", "install", "-q", "-p", str(made), f"mlflow-skinny=={version}", "setuptools<81"])
    return made


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"an old client of MLflow cannot be installed: {done.stderr[-300:]}")
