"""Trials without hope are ended while they run, and what was reported decides."""

from importlib.util import find_spec

import pytest

from joblens.engine.sweep import history, trial
from tests.engine.jobs import Finished, alive, finished, write

pytestmark = pytest.mark.slow

SWEEP = """\
type: sweep
trial:
  command: python -S main.py ${{search_space.level}}
  code: src
  environment: azureml:any@latest
compute: local
search_space:
  level: {type: choice, values: [3, 1, 2]}
sampling_algorithm: grid
objective: {goal: maximize, primary_metric: val/score}
limits: {max_total_trials: 3, max_concurrent_trials: 1}
early_termination: {type: bandit, slack_factor: 0.2, delay_evaluation: 2}
"""
# Reports its level three times, and waits to be ended where that is to happen; a child of it waits too.
MAIN = """\
import json, os, subprocess, sys, time, urllib.request
level = float(sys.argv[1])
def log(step, value):
    body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "val/score", "value": value,
            "timestamp": int(time.time() * 1000), "step": step}
    urllib.request.urlopen(urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
        json.dumps(body).encode(), {"Content-Type": "application/json"})).read()
if level < 3:
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
    print("child", child.pid, flush=True)
for step in range(3):
    log(step, level - step / 10)
if level < 3:
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def mlflow(need):
    need(find_spec("mlflow"), "mlflow is not installed")


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Finished:
    folder = tmp_path_factory.mktemp("stopping")
    return finished(write(folder, SWEEP, {"src/main.py": MAIN}))


def test_trials_that_fall_behind_are_ended_with_the_numbers(swept):
    assert swept.record.status == "Completed"
    trials = history.trials(swept.folder)
    assert [each.status for each in trials.values()] == ["Completed", "Canceled", "Canceled"]
    assert "best value is 1; the best trial's 3 allows 2.5 (bandit, slack_factor 0.2)" in trials[1].reason


def test_the_best_of_what_a_trial_reported_is_its_metric(swept):
    found = [dict(each.metric) for each in history.trials(swept.folder).values()]
    assert found == [{"val/score": 3.0}, {"val/score": 1.0}, {"val/score": 2.0}]
    assert swept.record.best["value"] == 3.0
    assert swept.record.best["parameters"] == {"level": 3}


def test_no_process_of_an_ended_trial_is_left(swept):
    for number in (1, 2):
        printed = trial.folder(swept.folder, number).log.read_text(encoding="utf-8")
        assert not alive(int(printed.split("child ")[1].split()[0]))


def test_a_metric_that_was_misspelt_is_told_with_its_name_after_the_first_trial(tmp_path):
    text = SWEEP.replace("val/score}", "val/scores}").replace("[3, 1, 2]", "[3, 4]")
    swept = finished(write(tmp_path, text, {"src/main.py": MAIN}))
    said = [line for line in swept.lines if "never logged" in line]
    assert len(said) == 1
    assert "'val/scores', but 'val/score'. Did you mean 'val/score'?" in said[0]
