"""What a run in a container costs beyond its container: an empty one by the library, and by `joblens run`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.engine.backends import base_image

from bench.processes import environment
from bench.samples import Samples
from joblens.engine.backends.container import engines

BARE = "empty container"
JOBLENS = "joblens run"
_JOB = "command: 'true'\nenvironment: {{image: '{image}'}}\ncompute: local\n"
# What a script of the user would do: the library loaded, a container made, started, waited for and removed.
_EMPTY = """
import sys, docker
api = docker.DockerClient(base_url=sys.argv[1], version=sys.argv[2]).api
made = api.create_container(sys.argv[3], ["true"], host_config=api.create_host_config(init=True))["Id"]
api.start(made)
code = api.wait(made)["StatusCode"]
api.logs(made)
api.remove_container(made)
sys.exit(code)
"""


class NoEngineError(Exception):
    """There is no engine, or no image for it."""


def measure(rounds: int) -> Samples:
    """Each way in turn, `rounds` times; a turn before that warms everything up and is not counted."""
    found = engines.search()
    if found.engine is None:
        raise NoEngineError(f"runs in containers are not measured: {found.failure}")
    image = os.environ.get("JOBLENS_BENCH_IMAGE")
    if image is None and not base_image.possible():
        raise NoEngineError(
            "runs in containers are not measured: set JOBLENS_BENCH_IMAGE to an image with sh"
        )
    image = image or base_image.make(found.engine.url, base_image.SMALL)
    samples = Samples()
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        folder = Path(name).resolve()
        (folder / "job.yml").write_text(_JOB.format(image=image), encoding="utf-8")
        ways = {
            BARE: [sys.executable, "-c", _EMPTY, found.engine.url, found.engine.api, image],
            JOBLENS: [sys.executable, "-m", "joblens", "run", "--backend", "container", "job.yml"],
        }
        env = environment(JOBLENS_HOME=str(folder / "home"), JOBLENS_CACHE=str(folder / "cache"))
        env.pop("MLFLOW_TRACKING_URI", None)
        try:
            for number in range(rounds + 1):
                print(f"containers, round {number} of {rounds}", file=sys.stderr)
                for way, command in ways.items():
                    seconds = _run(command, folder, env)
                    if number:
                        samples[way].add(seconds)
        finally:
            subprocess.run([sys.executable, "-m", "joblens", "ui", "--stop"], env=env, check=False)
    return samples


def table(samples: Samples) -> str:
    """Both ways, and how many times the empty container ours takes."""
    bare, ours = samples[BARE].median, samples[JOBLENS].median
    rows = [
        f"  {way:<16} {1000 * series.median:6.0f} ms  p95 {1000 * series.p95:6.0f}"
        for way, series in samples.items()
    ]
    return "An empty job in a container, tracked, warm\n" + "\n".join([*rows, f"  ratio {ours / bare:.2f}"])


def _run(command: list[str], folder: Path, env: dict[str, str]) -> float:
    started = perf_counter()
    subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
    return perf_counter() - started
