"""What azure-ai-ml itself shows and downloads of the same jobs, by the same services."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from joblens.azure.jobs.changes import archive, restore
from joblens.azure.jobs.download import download
from joblens.azure.jobs.follow import LogEvent, stream
from joblens.azure.jobs.looks import listed
from joblens.azure.jobs.service import JobService
from tests.azure.control_plane import ControlPlane
from tests.azure.jobs.conftest import Made, tree

pytestmark = pytest.mark.slow

PROGRAM = """\
import contextlib, io, json, sys
from azure.ai.ml import MLClient
from azure.ai.ml.constants import ListViewType
from azure.identity import ManagedIdentityCredential
folder, *where = sys.argv[1:]
client = MLClient(ManagedIdentityCredential(), *where)
said = io.StringIO()
with contextlib.redirect_stdout(said):
    client.jobs.stream("streamed")
client.jobs.download("downloaded", download_path=f"{folder}/default")
client.jobs.download("downloaded", download_path=f"{folder}/all", all=True)
client.jobs.download("downloaded", download_path=f"{folder}/one", output_name="scores")
client.jobs.download("sweep", download_path=f"{folder}/sweep")
client.jobs.archive("hidden")
names = [job.name for job in client.jobs.list()]
every = [job.name for job in client.jobs.list(list_view_type=ListViewType.ALL)]
children = [job.name for job in client.jobs.list(parent_job_name="sweep")]
client.jobs.restore("hidden")
json.dump({"log": said.getvalue(), "names": names, "all": every, "children": children}, sys.stderr)
"""


@pytest.fixture
def jobs(plane: ControlPlane, made: Made, keep: Callable[..., None]) -> None:
    """A job to follow, one to download, and a sweep."""
    lines = [f"line {number} ü" for number in range(20)]
    plane.logs[made("streamed")] = {
        "user_logs/std_log.txt": [
            "".join(f"{one}\n" for one in lines[:last]).encode() for last in (5, 12, 20)
        ]
    }
    command = {"command": "python x.py", "environmentId": "azureml:e:1"}
    for name in ("streamed", "hidden"):
        plane.jobs.pop(name, None)
        made(name, **command)
    made("downloaded", "Completed", **command)
    made("sweep_1", "Completed", **command)
    trial = {"command": "python x.py", "environmentId": "azureml:e:1"}
    search = {
        "samplingAlgorithm": {"samplingAlgorithmType": "Random"},
        "searchSpace": {"lr": ["choice", [[1]]]},
    }
    goal = {"objective": {"goal": "Minimize", "primaryMetric": "loss"}, "trial": trial}
    best = {"properties": {"best_child_run_id": "sweep_1"}}
    made("sweep", "Completed", jobType="Sweep", **search, **goal, **best)
    plane.children["sweep"] = [{"runId": "sweep_1", "status": "Completed", "parentRunId": "sweep"}]
    at = "azureml://datastores/workspaceblobstore/paths/azureml/downloaded"
    plane.outputs["downloaded"] = {"scores": f"{at}/scores", "more": f"{at}/more/"}
    for name in ("downloaded", "sweep", "sweep_1"):
        place = f"ExperimentRun/dcid.{name}"
        keep({f"{place}/user_logs/std_log.txt": b"hello\n", f"{place}/outputs/deep/er.txt": name.encode()})
    at = "azureml/downloaded"
    keep({f"{at}/scores/s.csv": b"1,2", f"{at}/more/a/m.bin": b"\1\2"}, "blobstore")


@pytest.mark.usefixtures("azure_client", "jobs")
def test_both_say_and_bring_the_same(plane: ControlPlane, service: JobService, tmp_path: Path) -> None:
    where = service.workspace
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(tmp_path / "sdk")]
    command += [where.subscription_id, where.resource_group, where.name]
    environment = os.environ | {"AZUREML_RUN_POLLING_INTERVAL_MIN": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    sdk: dict[str, Any] = json.loads(done.stderr[done.stderr.rindex('{"log"') :])
    calls = {(call.method, call.path.split("workspaces/")[-1]) for call in plane.calls}

    plane.jobs["streamed"]["properties"]["status"] = "Queued"
    plane.looks.clear()
    told: list[LogEvent] = []
    stream("streamed", service, told.append, pause=0.01)
    lines = [one.text for one in told if one.kind == "line"]
    assert lines == [line for line in sdk["log"].splitlines() if line.startswith("line ")]
    assert len(lines) == 20

    download("downloaded", service, tmp_path / "ours" / "default")
    download("downloaded", service, tmp_path / "ours" / "all", everything=True)
    download("downloaded", service, tmp_path / "ours" / "one", output="scores")
    download("sweep", service, tmp_path / "ours" / "sweep")
    theirs = tree(tmp_path / "sdk")
    # It takes the folders of all jobs whose names begin alike: here, each trial of the sweep.
    strays = [name for name in theirs if name.startswith("sweep/hd-artifacts/_1/")]
    assert tree(tmp_path / "ours") == {name: text for name, text in theirs.items() if name not in strays}
    assert len(tree(tmp_path / "ours")) == 11

    plane.calls.clear()
    archive("hidden", service)
    assert [one.name for one in listed(service).found] == sdk["names"]
    assert [one.name for one in listed(service, archived="all").found] == sdk["all"]
    assert [one.name for one in listed(service, parent="sweep").found] == sdk["children"]
    restore("hidden", service)
    changes = [call for call in plane.calls if call.method == "PATCH"]
    assert [call.body for call in changes] == [{"hidden": True}, {"hidden": False}]
    assert all((call.method, call.path.split("workspaces/")[-1]) in calls for call in changes)
