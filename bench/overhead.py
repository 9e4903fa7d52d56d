"""What a run costs beyond its command: hello-world bare, by `joblens run` and by `mlflow run`, in turn."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

from bench.processes import environment
from bench.samples import Samples

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "hello-world" / "job.yml"
PROJECT = HERE / "mlproject"
GREETING = "hello, world"

BARE = "bare command"
JOBLENS = "joblens run"
MLFLOW = "mlflow run"


class WrongRunError(Exception):
    """A run that is measured did not do what it is measured for."""


def measure(rounds: int) -> Samples:
    """Each way in turn, `rounds` times; a turn before that warms everything up and is not counted."""
    samples = Samples()
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        workplace = Workplace(Path(name).resolve())
        try:
            workplace.turn()
            for number in range(rounds):
                print(f"runs, round {number + 1} of {rounds}", file=sys.stderr)
                for way, seconds in workplace.turn().items():
                    samples[way].add(seconds)
        finally:
            workplace.close()
    return samples


class Workplace:
    """A copy of the example, and a tracking server of its own that both tools record to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env = environment(JOBLENS_HOME=str(folder / "home"), JOBLENS_CACHE=str(folder / "cache"))
        # A server that the user named would be measured instead of ours.
        self._env.pop("MLFLOW_TRACKING_URI", None)
        shutil.copy(EXAMPLE, folder)
        self.start()

    def start(self) -> None:
        """Start the server."""
        print("Starting the MLflow server that runs are recorded to ...", file=sys.stderr)
        page, _ = self._run([*_python("joblens"), "ui", "--no-browser"])
        self._server = page.strip().partition("/#")[0]

    def turn(self) -> dict[str, float]:
        """Run each way once; the seconds of each."""
        return {BARE: self._bare(), JOBLENS: self.joblens(), MLFLOW: self._mlflow()}

    def close(self) -> None:
        """End the server."""
        self._run([*_python("joblens"), "ui", "--stop"])

    def _bare(self) -> float:
        output, seconds = self._run(["/bin/sh", "-ec", f'echo "{GREETING}"'])
        _expect(GREETING in output, BARE, output)
        return seconds

    def joblens(self) -> float:
        """The seconds that a run takes, which must stand in MLflow."""
        # In a process whether or not a container engine answers here: containers are measured by themselves.
        command = [*_python("joblens"), "run", EXAMPLE.name, "--backend", "process", "--json"]
        output, seconds = self._run(command)
        events = [json.loads(line) for line in output.splitlines()]
        said = [event["text"] for event in events if event["kind"] == "line"]
        _expect(said == [GREETING], JOBLENS, output)
        self._expect_record(JOBLENS, events[-1]["tracking_url"].rpartition("/")[2])
        return seconds

    def _mlflow(self) -> float:
        command = [*_python("mlflow"), "run", str(PROJECT), "--env-manager", "local"]
        output, seconds = self._run(command, MLFLOW_TRACKING_URI=self._server)
        succeeded = re.search(r"Run \(ID '(\w+)'\) succeeded", output)
        _expect(succeeded is not None and GREETING in output, MLFLOW, output)
        if succeeded is not None:
            self._expect_record(MLFLOW, succeeded[1])
        return seconds

    def _expect_record(self, way: str, run_id: str) -> None:
        """The run must stand in MLflow, and as finished."""
        query = urllib.parse.urlencode({"run_id": run_id})
        with urllib.request.urlopen(f"{self._server}/api/2.0/mlflow/runs/get?{query}") as answer:
            info: Mapping[str, object] = json.load(answer)["run"]["info"]
        _expect(info["run_id"] == run_id and info["status"] == "FINISHED", way, str(info))

    def _run(self, command: Sequence[str], **more: str) -> tuple[str, float]:
        """Run a program to its end: all it printed, and the seconds that took."""
        started = perf_counter()
        done = subprocess.run(
            command,
            cwd=self._folder,
            env={**self._env, **more},
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if "mlflow" in command else subprocess.PIPE,
            check=False,
        )
        seconds = perf_counter() - started
        _expect(done.returncode == 0, " ".join(command), f"{done.stdout}{done.stderr or ''}")
        return done.stdout, seconds


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _expect(fact: bool, way: str, output: str) -> None:
    if not fact:
        raise WrongRunError(f"'{way}' did not do what is measured. It said:\n{output}")
