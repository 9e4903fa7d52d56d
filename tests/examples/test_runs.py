"""The example jobs run on this machine, and MLflow has what they recorded."""

from __future__ import annotations

import csv
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
import yaml

from tests.examples.programs import has_engine, joblens
from tests.shared_data import ROOT

pytestmark = pytest.mark.slow

PIP = [sys.executable, "-m", "pip", "install"]
SOON = {"MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "0"}
"""MLflow loads a model in another Python, for so many seconds, to see what it imports: it costs more than the
training. A trial's model is kept all the same, with the libraries that all of its kind need."""


@dataclass(frozen=True)
class Ended:
    """A run that completed: what it printed, and what MLflow has of it."""

    lines: list[str]
    run: dict[str, Any]
    children: list[dict[str, Any]]
    server: str

    @property
    def metrics(self) -> dict[str, float]:
        return values(self.run, "metrics")

    def history(self, run: dict[str, Any], metric: str) -> dict[int, float]:
        """What a run reported of a metric, by its steps."""
        asked_for = f"run_id={run['info']['run_id']}&metric_key={metric}"
        found = asked(f"{self.server}/api/2.0/mlflow/metrics/get-history?{asked_for}")
        return {int(one["step"]): one["value"] for one in found.get("metrics", [])}

    @property
    def parameters(self) -> dict[str, str]:
        return values(self.run, "params")


class Examples:
    """A copy of the examples, with records and environments of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "examples"
        self._env = {
            "JOBLENS_HOME": str(folder / "home"),
            "JOBLENS_CACHE": str(folder / "cache"),
            "PYTHONDONTWRITEBYTECODE": "",  # twenty trials read what the first one compiled
        }
        shutil.copytree(ROOT / "examples", self.folder, ignore=shutil.ignore_patterns(".joblens"))

    def search(self, job: str) -> Ended:
        """A sweep to its end, with this Python."""
        return self.run(job, environment="this-python", **SOON)

    def run(self, job: str, *settings: str, environment: str | None = None, **variables: str) -> Ended:
        """A run to its end, in the job's own environment unless another is named."""
        changes = [word for setting in settings for word in ("--set", setting)]
        changes += ["--environment", environment] if environment else []
        events = joblens("run", job, "--json", *changes, folder=self.folder, env={**self._env, **variables})
        assert events[-1]["status"] == "Completed"
        server, _, path = events[-1]["tracking_url"].partition("/#/experiments/")
        experiment, _, run_id = path.partition("/runs/")
        run = asked(f"{server}/api/2.0/mlflow/runs/get?run_id={run_id}")["run"]
        assert run["info"]["status"] == "FINISHED"
        search = {"experiment_ids": [experiment], "filter": f"tags.`mlflow.parentRunId` = '{run_id}'"}
        children = asked(f"{server}/api/2.0/mlflow/runs/search", search).get("runs", [])
        return Ended([event["text"] for event in events if event["kind"] == "line"], run, children, server)

    def stop(self) -> None:
        joblens("ui", "--stop", folder=self.folder, env=self._env)


class Flowers:
    """The flowers, and how well they are told apart by a model trained here and now."""

    def __init__(self, table: Path) -> None:
        from sklearn.model_selection import train_test_split

        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        kinds = [row["species"] for row in rows]
        sizes = [[float(value) for name, value in row.items() if name != "species"] for row in rows]
        split = train_test_split(sizes, kinds, test_size=0.3, random_state=42, stratify=kinds)
        self._train, self._test, self._train_kinds, self._test_kinds = split

    def losses(self, rate: float, depth: int) -> dict[int, float]:
        """The loss on flowers never seen before, by the number of trees."""
        from sklearn.ensemble import GradientBoostingClassifier
        from sklearn.metrics import log_loss

        model = GradientBoostingClassifier(
            learning_rate=rate, max_depth=depth, n_estimators=50, random_state=42
        ).fit(self._train, self._train_kinds)
        told = enumerate(model.staged_predict_proba(self._test), 1)
        return {trees: float(log_loss(self._test_kinds, odds, labels=model.classes_)) for trees, odds in told}


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


@pytest.mark.parametrize("job", ["iris/job-sweep.yml", "iris/job-sweep-2021.yml"])
def test_the_iris_sweep_finds_the_true_best_of_20_trials_and_ends_hopeless_ones(
    examples: Examples, job: str
) -> None:
    ended = examples.search(job)  # with the Python that recomputes below what the trials report
    assert len(ended.children) == 20
    statuses = [trial["info"]["status"] for trial in ended.children]
    assert set(statuses) == {"FINISHED", "KILLED"}
    assert at_a_time(ended.children) == 4
    flowers = Flowers(examples.folder / "iris" / "data" / "iris.csv")
    best = {}
    for trial in ended.children:
        given = values(trial, "params")
        rate, depth = float(given["learning_rate"]), int(given["max_depth"])
        assert 0.01 <= rate <= 0.5
        assert depth in {1, 2, 3, 4}
        reported = ended.history(trial, "test_log_loss")
        true = flowers.losses(rate, depth)
        assert reported == pytest.approx({trees: true[trees] for trees in reported})
        assert len(reported) == 10 or trial["info"]["status"] == "KILLED"
        best[trial["info"]["run_name"]] = min(reported.values())
    (said,) = [line for line in ended.lines if line.startswith("Best trial: ")]
    assert said.startswith(f"Best trial: {min(best, key=lambda name: best[name])} with test_log_loss = ")


def at_a_time(children: list[dict[str, Any]]) -> int:
    """How many runs there were at once, at most."""
    spans = [(int(each["info"]["start_time"]), int(each["info"]["end_time"])) for each in children]
    return max(sum(start <= at < end for start, end in spans) for at, _ in spans)


def test_the_iris_sweep_learns_from_its_trials(examples: Examples) -> None:
    job = yaml.safe_load((examples.folder / "iris" / "job-sweep.yml").read_text(encoding="utf-8"))
    del job["early_termination"]  # Azure ML refuses a policy with it
    job |= {"sampling_algorithm": "bayesian", "limits": {"max_total_trials": 3, "max_concurrent_trials": 2}}
    learning = examples.folder / "iris" / "job-sweep-learning.yml"
    learning.write_text(yaml.safe_dump(job), encoding="utf-8")
    ended = examples.search("iris/job-sweep-learning.yml")
    assert [trial["info"]["status"] for trial in ended.children] == ["FINISHED"] * 3
    assert all("test_log_loss" in values(trial, "metrics") for trial in ended.children)


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
