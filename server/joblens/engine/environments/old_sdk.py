"""Run of azureml.core in an environment: what scripts of the SDK's first version log reaches MLflow."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from joblens.engine.environments.inside import python_in
from joblens.engine.tracking import job_side

MODULE = "joblens_azureml.py"
_FAMILY = "azureml"
_HERE = ("lib/python*/site-packages", "Lib/site-packages")


def may_be_in(packages: Iterable[str]) -> bool:
    """Whether one of the packages, in the words of conda or pip, is azureml-core or may bring it."""
    return any(line.strip().lower().rpartition("::")[2].startswith(_FAMILY) for line in packages)


def join(environment: Path) -> None:
    """Let its runs log to MLflow; nothing where there is no azureml.core."""
    if any(True for place in _HERE for _ in environment.glob(f"{place}/{_FAMILY}/core/run.py")):
        # By its own Python, which knows where it looks; one that cannot is as good an environment as before.
        subprocess.run(
            [str(python_in(environment)), "-I", str(_file())],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


def give(place: Path) -> None:
    """Put the program beside what an image is made from: called there with a Python, it joins that."""
    shutil.copyfile(_file(), place / MODULE)


def _file() -> Path:
    return Path(*job_side.__path__, MODULE)
