"""Many runs at once log to one server, and every point of every metric is there afterwards."""

import contextlib
import json
import os
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from joblens.engine import folders, records
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.engine.run import RunOptions, create
from joblens.engine.tracking import server
from joblens.engine.tracking.client import Client
from tests.engine.jobs import job, write

pytestmark = pytest.mark.slow

RUNS = 50
BATCHES = 5
POINTS = int(os.environ.get("JOBLENS_METRIC_POINTS", "40"))
"""Points that each run logs, one request each: many more can be asked for."""

TAIL = 4000
"""Characters of a log that are enough to see what went wrong."""

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


def account(path: Path, record: Record) -> str:
    """What can be known of a run that went wrong: its reason, and what its command and supervisor said."""
    folder = RunFolder(path)
    said = [tail(folder.log), tail(folder.supervisor_log)]
    return "\n".join([f"{record.name}: {record.status} ({record.reason})", *said])


def tail(file: Path) -> str:
    """The last lines of a log that may not be there."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else "(none)"
    return f"{file.name}:\n{text[-TAIL:]}"


def test_fifty_runs_at_once_lose_no_metric(tmp_path, need):
    need(find_spec("mlflow"), "mlflow is not installed")
    more = f"code: .\nexperiment_name: many\nenvironment_variables: {{POINTS: '{POINTS}'}}\n"
    file = write(tmp_path, job("python -S main.py", more), {"main.py": LOGS})
    started = [create(file, options=RunOptions(environment="this-python")) for _ in range(RUNS)]
    ended = [records.wait(run.folder) for run in started]
    runs = zip(started, ended, strict=True)
    lost = [account(run.folder, record) for run, record in runs if record.status != "Completed"]
    assert lost == [], "\n\n".join([*lost, tail(folders.home() / "tracking" / "server.log")])
    assert [history(record.tracking) for record in ended] == [list(range(POINTS))] * RUNS


def test_batches_of_fifty_clients_at_once_are_all_taken(need):
    need(find_spec("mlflow"), "mlflow is not installed")
    uri = server.ensure()
    with contextlib.closing(Client(uri)) as client:
        batches = [client.create_run("0", f"batches {n}", {}).run_id for n in range(RUNS)]
    with ThreadPoolExecutor(RUNS) as clients:
        refused = list(clients.map(lambda run_id: log_batches(uri, run_id), batches))
    assert refused == [[]] * RUNS


def log_batches(uri: str, run_id: str) -> list[str]:
    """Log a metric again and again, as a client does that has several at a time; what the server refused."""
    address = f"{uri}/api/2.0/mlflow/runs/log-batch"
    refused = []
    for step in range(BATCHES):
        metrics = [{"key": "loss", "value": step, "timestamp": 1, "step": step}]
        body = json.dumps({"run_id": run_id, "metrics": metrics}).encode()
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(asked).close()
        except urllib.error.HTTPError as error:
            refused.append(error.read().decode())
    return refused
