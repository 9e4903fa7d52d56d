"""What an environment costs that is built already, beside `uv pip install` with nothing to do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bench.overhead import WrongRunError
from bench.samples import Samples

BUILT, PEER = "Joblens, built before", "uv pip install, nothing to do"
REQUIREMENT = "six"


def measure(rounds: int) -> Samples:
    """Each way in turn, `rounds` times, after the environment was built."""
    samples = Samples()
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        folder = Path(name).resolve()
        before = os.environ.get("JOBLENS_CACHE")
        os.environ["JOBLENS_CACHE"] = str(folder / "cache")
        try:
            python = _build(folder)[0]
            for _ in range(rounds):
                samples[BUILT].add(_build(folder)[1])
                samples[PEER].add(_peer(python))
        finally:
            os.environ.pop("JOBLENS_CACHE")
            if before is not None:
                os.environ["JOBLENS_CACHE"] = before
    return samples


def _build(folder: Path) -> tuple[Path, float]:
    """The environment's Python, and the seconds from the conda file to it."""
    from joblens.engine.environments import building, needs
    from joblens.engine.environments.packages import python_in

    conda = folder / "conda.yml"
    conda.write_text(f"dependencies: [pip, pip: [{REQUIREMENT}]]\n", encoding="utf-8")
    started = perf_counter()
    built = building.build(needs.from_file(conda), folder / "log.txt", lambda _: None)
    seconds = perf_counter() - started
    if built is None:
        raise WrongRunError("The conda file came to no environment.")
    return python_in(built.folder), seconds


def _peer(python: Path) -> float:
    started = perf_counter()
    command = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(python), REQUIREMENT]
    subprocess.run(command, check=True)
    return perf_counter() - started
