"""The trials of a sweep run in containers, and as gangs of processes, like any other run."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from joblens.engine.sweep import history, trial
from tests.engine.jobs import Finished, finished, write

pytestmark = pytest.mark.slow

SWEEP = """\
type: sweep
trial:
  code: src
  command: python3 -S main.py ${{search_space.level}} ${{outputs.made}}
  environment: %s
%s
outputs: {made: {type: uri_folder}}
compute: local
search_space: {level: {type: choice, values: [1, 3, 2]}}
sampling_algorithm: grid
objective: {goal: maximize, primary_metric: score}
limits: {max_total_trials: 3, max_concurrent_trials: 2}
"""
MAIN = """\
import json, os, pathlib, sys, urllib.request
level, made = sys.argv[1:]
rank = os.environ.get("RANK", "0")
assert os.environ["AZUREML_SWEEP_level"] == level
pathlib.Path(made, "rank-" + rank).write_text(level + " of " + os.environ.get("WORLD_SIZE", "1"))
if rank == "0":
    body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "score", "value": float(level),
            "timestamp": 1, "step": 0}
    urllib.request.urlopen(urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
        json.dumps(body).encode(), {"Content-Type": "application/json"})).read()
"""


def swept(folder: Path, named: str, more: str, **options: object) -> Finished:
    run = finished(write(folder, SWEEP % (named, more), {"src/main.py": MAIN}), **options)
    assert run.record.status == "Completed", run.notes
    assert [each.status for each in history.trials(run.folder).values()] == ["Completed"] * 3
    assert (run.record.best["value"], run.record.best["parameters"]) == (3.0, {"level": 3})
    return run


def written(run: Finished) -> dict[str, str]:
    """What the processes of all trials wrote into the outputs, by trial and file."""
    return {
        f"{number}/{file.name}": file.read_text(encoding="utf-8")
        for number in range(3)
        for file in trial.folder(run.folder, number).path.rglob("rank-*")
    }


@pytest.fixture(autouse=True)
def mlflow(need) -> None:
    need(find_spec("mlflow"), "mlflow is not installed")


def test_the_trials_of_a_sweep_run_in_containers(docker: str, tmp_path: Path):
    run = swept(tmp_path, f"{{image: '{docker}'}}", "", environment=None, backend="container")
    assert written(run) == {"0/rank-0": "1 of 1", "1/rank-0": "3 of 1", "2/rank-0": "2 of 1"}


def test_each_trial_of_a_distributed_sweep_is_a_gang(tmp_path: Path):
    two = "  distribution: {type: pytorch, process_count_per_instance: 2}"
    run = swept(tmp_path, "azureml:any@latest", two)
    levels = {0: 1, 1: 3, 2: 2}
    assert written(run) == {
        f"{at}/rank-{rank}": f"{level} of 2" for at, level in levels.items() for rank in (0, 1)
    }
