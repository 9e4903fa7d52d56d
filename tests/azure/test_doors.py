"""A job is submitted from the terminal and from the editor, through the same control plane."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from joblens.azure import converted
from joblens.errors import JobFileError
from joblens.text.document import Document
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
def job(
    plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Path:
    """A job file whose workspace has what it refers to; no other test has uploaded its code and data."""
    fill(plane)
    for name, value in _PLACE.items():
        monkeypatch.setenv(name, value)
    file = job_file(tmp_path)
    for name in ("src/main.py", "data.csv"):
        (tmp_path / name).write_text(f"# {request.node.name}\n")
    return file


def terminal(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "joblens", *arguments], capture_output=True, text=True)


def submitted_by_editor(file: Path) -> Mapping[str, str]:
    async def story() -> Mapping[str, str]:
        async with editing() as editor:
            return await asyncio.wait_for(_submit(editor, file), 300)

    return asyncio.run(story())


async def _submit(editor: Editor, file: Path) -> Mapping[str, str]:
    answer = await editor.client.protocol.send_request_async("joblens/submit", {"uri": file.as_uri()})
    return {"name": answer.name, "status": answer.status, "studioUrl": answer.studioUrl}


def test_a_cluster_job_is_submitted_from_the_terminal(plane: ControlPlane, job: Path) -> None:
    done = terminal("job", "create", "-f", str(job), "--name", "typed", "--set", "inputs.lr=0.3")
    assert done.returncode == 0, done.stderr
    assert "typed" in done.stdout
    assert sent_job(plane, "typed")["inputs"]["lr"] == {"value": "0.3", "jobInputType": "literal"}


def test_what_is_printed_can_be_asked_for_as_az_has_it(plane: ControlPlane, job: Path) -> None:
    done = terminal("job", "create", "-f", str(job), "-n", "asked", "--query", "name", "-o", "tsv")
    assert (done.returncode, done.stdout) == (0, "asked\n"), done.stderr
    assert "Uploading data.csv...\n" in done.stderr


def test_a_job_is_followed_and_its_page_opened(
    plane: ControlPlane, job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", f"{sys.executable} -c \"open('opened','w').write('%s')\"")
    monkeypatch.chdir(tmp_path)
    done = terminal("job", "create", str(job), "--name", "followed", "--web", "--stream")
    assert done.returncode == 0, done.stderr
    assert "line 3\n" in done.stdout
    assert (tmp_path / "opened").read_text() == "https://ml.azure.com/runs/followed"


@pytest.mark.usefixtures("corpus")
def test_what_a_preview_job_is_converted_to_can_be_kept(plane: ControlPlane, job: Path) -> None:
    job.write_text("# my notes\n" + (SEED / IRIS).read_text(encoding="utf-8"), encoding="utf-8")
    kept = job.with_name("today.yml")
    done = terminal("job", "create", str(job), "--name", "kept", "--save-as", str(kept))
    assert done.returncode == 0, done.stderr
    assert "is taken for one file" in done.stderr
    assert kept.read_text(encoding="utf-8").startswith("# my notes\n")
    again = terminal("job", "create", str(kept), "--name", "from-kept")
    assert again.returncode == 0, again.stderr
    sent, from_kept = sent_job(plane, "kept"), sent_job(plane, "from-kept")
    assert (sent.pop("displayName"), from_kept.pop("displayName")) == ("kept", "from-kept")
    assert sent == from_kept


@pytest.mark.usefixtures("corpus")
def test_a_converted_file_takes_nobodys_place(plane: ControlPlane, job: Path) -> None:
    job.write_text((SEED / IRIS).read_text(encoding="utf-8"), encoding="utf-8")
    kept = job.with_name("today.yml")
    save(job, kept)
    before = kept.stat().st_mtime_ns
    save(job, kept)
    assert kept.stat().st_mtime_ns == before
    kept.write_text("mine: 1\n")
    with pytest.raises(JobFileError, match=r"today\.yml exists, with another text"):
        save(job, kept)
    assert kept.read_text() == "mine: 1\n"
    with pytest.raises(JobFileError, match="its paths begin at") as caught:
        save(job, job.parent / "src" / "today.yml")
    assert str(kept) in caught.value.hint
    assert plane.sent("/jobs/") == []


def save(job: Path, kept: Path) -> None:
    converted.save(Document(job.read_text(encoding="utf-8"), job), {}, kept)


def test_a_job_of_today_has_no_conversion_and_one_that_runs_here_no_page(job: Path) -> None:
    done = terminal("job", "create", str(job), "--save-as", "other.yml")
    assert done.returncode == 2
    assert "is in today's dialect already" in done.stderr
    done = terminal("job", "create", str(job), "--set", "compute=local", "--web")
    assert done.returncode == 2
    assert "--web is for a job that is submitted" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_while_uploading_submits_nothing(plane: ControlPlane, job: Path) -> None:
    plane.faults.add(where="PUT .*/codes/", hangs=True)
    command = [sys.executable, "-m", "joblens", "job", "create", str(job), "--name", "stopped"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line == "Uploading src...\n":
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(60) == 130
    assert "error: Canceled: nothing was submitted.\n" in said
    assert "Traceback" not in said
    assert "stopped" not in plane.jobs


def test_what_azure_said_is_kept_in_a_file(plane: ControlPlane, job: Path) -> None:
    plane.faults.add(where="PUT .*/jobs/", status=400, message="The job has a strange mistake.")
    done = terminal("job", "create", str(job))
    assert done.returncode == 6
    assert "error: Azure refused (400): The job has a strange mistake.\n" in done.stderr
    (named,) = [line for line in done.stderr.splitlines() if line.startswith("details: ")]
    details = Path(named.removeprefix("details: ")).read_text(encoding="utf-8")
    assert "BadRequest" in details
    assert "Traceback" in details


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
