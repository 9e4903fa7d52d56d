"""azure-ai-ml, the client that users have, gets from the stand-in what it would get from Azure."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from joblens.azure.workspace import Workspace
from tests.azure.control_plane import ControlPlane
from tests.azure.samples import fill
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.azure.test_submit import job_file

pytestmark = pytest.mark.slow

CLIENT = f"""
import json
from azure.ai.ml import MLClient, load_job
from azure.ai.ml.entities import AmlCompute
from azure.identity import DefaultAzureCredential

def client(**where):
    return MLClient(DefaultAzureCredential(), {SUBSCRIPTION!r}, {GROUP!r}, show_progress=False, **where)

def told(what):
    print("TOLD" + json.dumps(what))

c = client(workspace_name={WORKSPACE!r})
"""


def told(program: str, folder: Path) -> list[Any]:
    """What a program says through azure-ai-ml."""
    done = subprocess.run(
        [sys.executable, "-c", CLIENT + program], capture_output=True, text=True, cwd=folder, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line[4:]) for line in done.stdout.splitlines() if line.startswith("TOLD")]


def test_azure_ai_ml_lists_what_the_workspace_and_a_registry_hold(
    plane: ControlPlane, tmp_path: Path
) -> None:
    fill(plane)
    plane.page = 5
    program = """
told([(one.name, one.size) for one in c.compute.list()])
told([(one.name, one.latest_version) for one in c.environments.list() if "Anonymous" not in one.name])
told([one.version for one in c.environments.list(name="sklearn")])
told([(one.name, one.latest_version) for one in c.data.list()])
told([(one.name, one.latest_version) for one in c.models.list()])
told([one.name for one in c.components.list()])
told([one.name for one in c.datastores.list()])
registry = client(registry_name="azureml")
told([one.name for one in registry.environments.list()])
told([one.version for one in registry.environments.list(name="sklearn-1.5")])
"""
    try:
        found = told(program, tmp_path)
    finally:
        plane.page = 1000
    computes, environments, versions, data, models, components, stores, curated, of_curated = found
    assert computes[:2] == [["cpu-cluster", "STANDARD_D2_V2"], ["gpu-cluster", "STANDARD_NC6"]]
    assert environments[:2] == [["sklearn", "12"], ["pytorch-gpu", "7"]]
    assert versions == [str(one) for one in range(12, 0, -1)], "all pages, the newest first"
    assert data == [["titanic", "2"], ["cifar", "2024-05-01"]]
    assert (models, components) == ([["resnet", "3"]], ["prep"])
    assert stores == ["workspaceblobstore", "workspaceartifactstore", "lake"]
    assert curated == ["sklearn-1.5", "acft-hf-nlp-gpu"]
    assert of_curated == ["10", "9"]


def test_azure_ai_ml_makes_and_deletes_computes_and_follows_downloads_and_archives_jobs(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    job_file(tmp_path)
    program = """
made = c.compute.begin_create_or_update(AmlCompute(name="new", size="Standard_NC6", max_instances=3)).result()
told([made.name, made.size, made.max_instances])
c.compute.begin_delete("new").wait()
told([one.name for one in c.compute.list()])
job = load_job("job.yml")
job.name = "kept"
c.jobs.create_or_update(job)
c.jobs.stream("kept")
c.jobs.download("kept", download_path="down", all=True)
told([one.name for one in c.jobs.list()])
c.jobs.archive("kept")
told([one.name for one in c.jobs.list()])
"""
    plane.computes.clear()
    plane.jobs.clear()
    made, computes, before, after = told(program, tmp_path)
    assert made == ["new", "Standard_NC6", 3]
    assert computes == []
    assert (before, after) == (["kept"], [])
    artifacts = tmp_path / "down" / "artifacts"
    assert (artifacts / "outputs" / "model.txt").read_text() == "the model of kept\n"
    assert (artifacts / "user_logs" / "std_log.txt").read_text().startswith("line 1\n")


def test_azure_ai_ml_waits_as_long_as_a_throttling_answer_says_and_tries_again(
    plane: ControlPlane, tmp_path: Path
) -> None:
    fill(plane)
    plane.faults.add(where="/computes$", status=429, retry_after="1", times=2)
    [found] = told("told([one.name for one in c.compute.list()])", tmp_path)
    assert "cpu-cluster" in found
    first, second, third = [call for call in plane.calls if call.path.endswith("/computes")]
    assert (first.status, second.status, third.status) == (429, 429, 200)
    assert second.started - first.ended >= 0.9


def test_azure_ai_ml_gets_the_refusals_that_a_test_asks_for(plane: ControlPlane, tmp_path: Path) -> None:
    refused = {"compute": 400, "environments": 403, "data": 404, "models": 409}
    for what, status in refused.items():
        plane.faults.add(where=f"/{what}s?$", status=status, message="Not today.")
    program = f"""
for what in {list(refused)}:
    try:
        list(getattr(c, what).list())
    except Exception as error:
        told([what, error.status_code, error.error.message])
"""
    assert told(program, tmp_path) == [[what, status, "Not today."] for what, status in refused.items()]


def test_a_token_that_was_revoked_is_refused(plane: ControlPlane, tmp_path: Path) -> None:
    token, _ = plane.tokens.give("x")
    assert plane.tokens.accepts(f"Bearer {token}")
    plane.tokens.revoke()
    assert not plane.tokens.accepts(f"Bearer {token}")
    assert not plane.tokens.accepts("Bearer nonsense")
    assert plane.tokens.accepts(f"Bearer {plane.tokens.give('x')[0]}")
