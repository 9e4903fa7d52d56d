"""Many runs at once log to one server, and every point of every metric is there afterwards."""

import json
import os
import urllib.request
from importlib.util import find_spec
from typing import Any

import pytest

from joblens.engine import records
from joblens.engine.run import RunOptions, create
from tests.engine.jobs import job, write

pytestmark = pytest.mark.slow

RUNS = 50
POINTS = int(os.environ.get("JOBLENS_METRIC_POINTS", "40"))
"""Points that each run logs, one request each: many more can be asked for."""

# What a client sends, without the second that importing one takes fifty times.
LOGS = """\
    import json, os, urllib.request
    address = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
    point = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "loss", "timestamp": 1}
    for step in range(int(os.environ["POINTS"])):
        body = json.dumps({**point, "value": step, "step": step}).encode()
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        urllib.request.urlopen(asked).read()
    """


def history(tracking: Any) -> list[int]:
    """The steps of the metric that the server has of a run."""
    address = (
        f"{tracking['uri']}/api/2.0/mlflow/metrics/get-history?run_id={tracking['run_id']}&metric_key=loss"
    )
    with urllib.request.urlopen(address) as answer:
        return sorted(int(each["step"]) for each in json.load(answer)["metrics"])


def test_fifty_runs_at_once_lose_no_metric(tmp_path, need):
    need(find_spec("mlflow"), "mlflow is not installed")
    more = f"code: .\nexperiment_name: many\nenvironment_variables: {{POINTS: '{POINTS}'}}\n"
    file = write(tmp_path, job("python -S main.py", more), {"main.py": LOGS})
    started = [create(file, options=RunOptions(environment="this-python")) for _ in range(RUNS)]
    ended = [records.wait(run.folder) for run in started]
    assert {record.status for record in ended} == {"Completed"}
    assert [history(record.tracking) for record in ended] == [list(range(POINTS))] * RUNS
