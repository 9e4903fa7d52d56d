"""How busy the machine is, on record where that is wished."""

import json
import urllib.parse
import urllib.request

import pytest

from joblens.errors import ConfigurationError
from tests.engine.jobs import Finished, finished, job, write

pytestmark = pytest.mark.slow


def metrics(run: Finished) -> dict[str, float]:
    record = run.record.tracking
    query = urllib.parse.urlencode({"run_id": record["run_id"]})
    with urllib.request.urlopen(f"{record['uri']}/api/2.0/mlflow/runs/get?{query}") as answer:
        data = json.load(answer)["run"]["data"]
    return {each["key"]: float(each["value"]) for each in data.get("metrics", [])}


def history(run: Finished, metric: str) -> list[dict[str, object]]:
    record = run.record.tracking
    query = urllib.parse.urlencode({"run_id": record["run_id"], "metric_key": metric})
    with urllib.request.urlopen(f"{record['uri']}/api/2.0/mlflow/metrics/get-history?{query}") as answer:
        return list(json.load(answer)["metrics"])


def values(run: Finished, metric: str) -> list[float]:
    return [float(str(point["value"])) for point in history(run, metric)]


def test_machine_and_job_are_sampled_while_the_command_runs(tmp_path):
    (tmp_path / "joblens.toml").write_text("[run]\nsystem_metrics = 0.4\n", encoding="utf-8")
    (tmp_path / "main.py").write_text(
        "import time\nwhile time.process_time() < 2:\n    pass\n",
        encoding="utf-8",
    )
    run = finished(write(tmp_path, job("python main.py", "code: .\n")))
    found = metrics(run)
    assert run.record.status == "Completed"
    assert {
        "system/cpu_utilization_percentage",
        "system/system_memory_usage_megabytes",
        "system/disk_available_megabytes",
        "system/network_transmit_megabytes",
    } <= found.keys()
    assert max(values(run, "system/job_memory_usage_megabytes")) > 1
    points = history(run, "system/job_cpu_utilization_percentage")
    assert len(points) >= 2
    assert max(values(run, "system/job_cpu_utilization_percentage")) > 0
    assert [point["step"] for point in points] == sorted(point["step"] for point in points)  # type: ignore[type-var]


def test_nothing_is_sampled_unless_it_is_wished(tmp_path):
    assert metrics(finished(write(tmp_path, job("sleep 1")))) == {}


def test_what_is_no_number_of_seconds_is_refused(tmp_path):
    (tmp_path / "joblens.toml").write_text('[run]\nsystem_metrics = "often"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="'system_metrics' is a number"):
        finished(write(tmp_path, job("echo")))
