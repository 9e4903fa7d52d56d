"""A job is submitted from the terminal and from the editor, through the same control plane."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from tests.azure.control_plane import ControlPlane
from tests.azure.samples import fill
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.azure.test_submit import IRIS, job_file, sent_job
from tests.lsp.conftest import Editor, editing
from tests.shared_data import SEED

pytestmark = pytest.mark.slow

_PLACE = {
    "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
    "AZURE_RESOURCE_GROUP": GROUP,
    "AZUREML_ARM_WORKSPACE_NAME": WORKSPACE,
}


@pytest.fixture
def job(plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A job file, where its workspace is known, and has what the job refers to."""
    fill(plane)
    for name, value in _PLACE.items():
        monkeypatch.setenv(name, value)
    return job_file(tmp_path)


def terminal(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "joblens", *arguments], capture_output=True, text=True)


def submitted_by_editor(file: Path) -> Mapping[str, str]:
    async def story() -> Mapping[str, str]:
        async with editing() as editor:
            return await asyncio.wait_for(_submit(editor, file), 60)

    return asyncio.run(story())


async def _submit(editor: Editor, file: Path) -> Mapping[str, str]:
    answer = await editor.client.protocol.send_request_async("joblens/submit", {"uri": file.as_uri()})
    return {"name": answer.name, "status": answer.status, "studioUrl": answer.studioUrl}


def test_a_cluster_job_is_submitted_from_the_terminal(plane: ControlPlane, job: Path) -> None:
    done = terminal("job", "create", "-f", str(job), "--name", "typed", "--set", "inputs.lr=0.3")
    assert done.returncode == 0, done.stderr
    assert "typed" in done.stdout
    assert sent_job(plane, "typed")["inputs"]["lr"] == {"value": "0.3", "jobInputType": "literal"}


@pytest.mark.usefixtures("corpus")
def test_a_preview_job_is_submitted_from_the_editor(plane: ControlPlane, job: Path) -> None:
    job.write_text((SEED / IRIS).read_text(encoding="utf-8"), encoding="utf-8")
    answer = submitted_by_editor(job)
    assert answer["status"] == "Queued"
    assert answer["studioUrl"].endswith(answer["name"])
    assert "${{inputs.iris}}" in sent_job(plane, answer["name"])["command"]


def test_without_a_workspace_both_say_what_to_do(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _PLACE:
        monkeypatch.delenv(name)
    done = terminal("job", "create", "-f", str(job))
    assert done.returncode == 6
    assert "No workspace is set" in done.stderr
    assert "az configure --defaults" in done.stderr
    with pytest.raises(JsonRpcException, match="No workspace is set") as refusal:
        submitted_by_editor(job)
    assert "az configure --defaults" in str(refusal.value.data)
