"""The example jobs run on this machine, and MLflow has what they recorded."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.examples.programs import has_engine, joblens
from tests.shared_data import ROOT

pytestmark = pytest.mark.slow

PIP = [sys.executable, "-m", "pip", "install"]


@dataclass(frozen=True)
class Ended:
    """A run that completed: what it printed, and what MLflow has of it."""

    lines: list[str]
    run: dict[str, Any]
    children: list[dict[str, Any]]

    @property
    def metrics(self) -> dict[str, float]:
        return values(self.run, "metrics")

    @property
    def parameters(self) -> dict[str, str]:
        return values(self.run, "params")


class Examples:
    """A copy of the examples, with records and environments of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "examples"
        self._env = {"JOBLENS_HOME": str(folder / "home"), "JOBLENS_CACHE": str(folder / "cache")}
        shutil.copytree(ROOT / "examples", self.folder, ignore=shutil.ignore_patterns(".joblens"))

    def run(self, job: str, *settings: str) -> Ended:
        changes = [word for setting in settings for word in ("--set", setting)]
        events = joblens("run", job, "--json", *changes, folder=self.folder, env=self._env)
        assert events[-1]["status"] == "Completed"
        server, _, path = events[-1]["tracking_url"].partition("/#/experiments/")
        experiment, _, run_id = path.partition("/runs/")
        run = asked(f"{server}/api/2.0/mlflow/runs/get?run_id={run_id}")["run"]
        assert run["info"]["status"] == "FINISHED"
        search = {"experiment_ids": [experiment], "filter": f"tags.`mlflow.parentRunId` = '{run_id}'"}
        children = asked(f"{server}/api/2.0/mlflow/runs/search", search).get("runs", [])
        return Ended([event["text"] for event in events if event["kind"] == "line"], run, children)

    def stop(self) -> None:
        joblens("ui", "--stop", folder=self.folder, env=self._env)


Need = Callable[[object, str], None]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    made = Examples(tmp_path_factory.mktemp("examples"))
    yield made
    made.stop()


@pytest.fixture
def examples(copied: Examples, need: Need) -> Examples:
    need(has_engine(), "mlflow and uv are not installed")
    return copied


@pytest.mark.parametrize("job", ["hello-world/job.yml", "hello-world/job-2021.yml"])
def test_hello_world_says_hello(examples: Examples, job: str) -> None:
    assert examples.run(job).lines == ["hello, world"]


def test_hello_world_says_what_it_is_told(examples: Examples) -> None:
    assert examples.run("hello-world/job.yml", "inputs.who=you").lines == ["hello, you"]


@pytest.mark.parametrize("job", ["iris/job.yml", "iris/job-2021.yml"])
def test_iris_learns_the_flowers(examples: Examples, job: str) -> None:
    ended = examples.run(job)
    assert ended.metrics["test_accuracy"] > 0.9
    assert ended.metrics["test_log_loss"] < 0.3
    assert "training_accuracy_score" in ended.metrics  # from autolog
    assert (ended.parameters["learning_rate"], ended.parameters["max_depth"]) == ("0.1", "3")
    assert any(line.startswith("test_accuracy: 0.9") for line in ended.lines)


@pytest.mark.parametrize(
    ("job", "few"),
    [
        ("iris/job-sweep.yml", "limits.max_total_trials=3"),
        ("iris/job-sweep-2021.yml", "max_total_trials=3"),
    ],
)
def test_the_iris_sweep_tries_values_of_its_search_space(examples: Examples, job: str, few: str) -> None:
    trials = examples.run(job, few).children
    assert len(trials) == 3
    assert all(trial["info"]["status"] == "FINISHED" for trial in trials)
    assert all("test_log_loss" in values(trial, "metrics") for trial in trials)
    rates = {float(values(trial, "params")["learning_rate"]) for trial in trials}
    depths = {int(values(trial, "params")["max_depth"]) for trial in trials}
    assert len(rates) == 3
    assert all(0.01 <= rate <= 0.5 for rate in rates)
    assert depths <= {1, 2, 3, 4}


@pytest.mark.parametrize("job", ["pytorch-distributed/job.yml", "pytorch-distributed/job-2021.yml"])
def test_two_nodes_train_one_network(examples: Examples, need: Need, job: str) -> None:
    need(small_torch(), "pip finds no PyTorch without CUDA, and the one with it is gigabytes")
    ended = examples.run(job)
    assert ended.parameters["world_size"] == "4"
    # Guessing between two answers costs ln 2 = 0.693.
    assert ended.metrics["train_loss"] < 0.69
    assert "rank 0 of 4: process 0 of node 0" in ended.lines


def small_torch() -> bool:
    """Whether installing the example's PyTorch here brings no CUDA along."""
    if sys.platform != "linux":
        return True
    done = subprocess.run(
        [*PIP, "--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--report", "-", "torch==2.13.0"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        return False
    return str(json.loads(done.stdout)["install"][0]["metadata"]["version"]).endswith("+cpu")


def values(run: dict[str, Any], kind: str) -> dict[str, Any]:
    """The metrics or parameters of a run as MLflow's API tells them."""
    return {entry["key"]: entry["value"] for entry in run["data"].get(kind, [])}


def asked(url: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return dict(json.load(answer))
