"""What goes wrong while a job is submitted: it is told in one sentence, and leaves nothing half done."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from joblens.azure import client
from joblens.azure.progress import Progress
from joblens.azure.submit import submit
from joblens.azure.workspace import Workspace
from joblens.errors import CanceledError, CloudError
from tests.azure import storage_front
from tests.azure.control_plane import ControlPlane
from tests.azure.state import ROOT
from tests.azure.storage_front import StorageFront
from tests.azure.test_submit import job_file
from tests.azure.test_worker import posix, soon

pytestmark = pytest.mark.slow

JOB = """\
command: ls ${{inputs.data}}
code: src
environment: azureml:sklearn:1
inputs:
  data: {type: uri_folder, path: data}
compute: azureml:cpu-cluster
"""
PARTS = {"a.bin": b"a" * 500, "b.bin": b"b" * 400, "c.bin": b"c" * 300}


@pytest.fixture(scope="module")
def _front(_plane: ControlPlane) -> Iterator[StorageFront]:
    assert _plane.storage is not None
    behind = _plane.storage
    with storage_front.running(behind) as front:
        _plane.storage = front.storage
        yield front
        _plane.storage = behind


@pytest.fixture
def front(_front: StorageFront, plane: ControlPlane) -> Iterator[StorageFront]:
    """What stands between the client and the storage."""
    _front.calls.clear()
    yield _front
    _front.faults.clear()


@pytest.fixture
def file(front: StorageFront, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A job with code and a folder of data, which no other test has uploaded."""
    made = job_file(tmp_path / "job", JOB)
    (made.parent / "src" / "main.py").write_text(f"print({request.node.name!r})\n")
    (made.parent / "data").mkdir()
    for name, content in PARTS.items():
        (made.parent / "data" / name).write_bytes(content + request.node.name.encode())
    return made


def puts(plane: ControlPlane) -> list[int]:
    """How each time that a job was put was answered."""
    return [one.status for one in plane.calls if one.method == "PUT" and "/jobs/" in one.path]


def uploaded_data(plane: ControlPlane, name: str, front: StorageFront) -> dict[str, bytes]:
    """The files of a job's data as the storage has them, if it may be believed."""
    uri = plane.jobs[name]["properties"]["inputs"]["data"]["uri"]
    folder = uri.partition("/paths/")[2].rstrip("/") + "/"
    box = front.storage.client().get_container_client("blobstore")
    marks = box.get_blob_client(f"{folder}a.bin").get_blob_properties().metadata
    assert marks["upload_status"] == "completed"
    return {
        blob: box.download_blob(folder + blob).readall()
        for blob in (name.removeprefix(folder) for name in box.list_blob_names(name_starts_with=folder))
    }


def whole(file: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in (file.parent / "data").iterdir()}


def worker() -> int:
    [pid] = client._WORKERS.pids()
    return pid


def test_a_signature_that_ends_while_uploading_is_renewed(
    plane: ControlPlane, front: StorageFront, workspace: Workspace, file: Path
) -> None:
    front.faults.add(where=r"PUT .*/main\.py", status=403, message="AuthenticationFailed", times=1)
    said: list[Progress] = []
    submit(file, workspace, name="renewed", progress=said.append)
    assert "Signing in again" in [one.text for one in said]
    assert puts(plane) == [201]
    container = plane.sent("/codes/")[-1]["properties"]["codeUri"].split("/")[4]
    assert front.storage.files(container)["src/main.py"] == (file.parent / "src" / "main.py").read_bytes()
    assert uploaded_data(plane, "renewed", front) == whole(file)


def test_a_storage_that_refuses_for_good_is_told_and_no_job_is_sent(
    plane: ControlPlane, front: StorageFront, workspace: Workspace, file: Path
) -> None:
    front.faults.add(where=r"PUT .*/main\.py", status=403, message="AuthenticationFailed")
    with pytest.raises(
        CloudError, match=r"no longer accepts what was given to upload with \(403\)"
    ) as caught:
        submit(file, workspace)
    assert "AuthenticationFailed" in caught.value.details
    assert puts(plane) == []


def test_a_folder_of_which_one_file_is_refused_is_not_waited_for(
    plane: ControlPlane, front: StorageFront, workspace: Workspace, file: Path
) -> None:
    front.faults.add(where=r"PUT .*/b\.bin", status=403, message="AuthorizationPermissionMismatch")
    with pytest.raises(CloudError, match=r"may not write to the storage of the workspace \(403\)") as caught:
        submit(file, workspace)
    assert "Storage Blob Data Contributor" in caught.value.hint
    assert puts(plane) == []


def test_a_token_that_is_revoked_while_uploading_is_renewed(
    plane: ControlPlane, workspace: Workspace, file: Path
) -> None:
    said: list[str] = []

    def revoke(progress: Progress) -> None:
        if progress.text == "Uploading src" and progress.text not in said:
            plane.tokens.revoke()
        said.append(progress.text)

    submit(file, workspace, name="revoked", progress=revoke)
    assert "Signing in again" in said
    assert puts(plane) == [201]


def test_an_upload_that_is_canceled_stops_and_the_next_one_is_whole(
    plane: ControlPlane,
    front: StorageFront,
    workspace: Workspace,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "_STOPS_WITHIN", 300.0)  # it is the worker that stops, however late
    (file.parent / "data" / "a.bin").write_bytes(os.urandom(24 << 20))
    front.faults.add(where=r"PUT .*/a\.bin", speed=8 << 20)
    canceled = threading.Event()
    said: list[Progress] = []

    def cancel(progress: Progress) -> None:
        said.append(progress)
        if progress.text == "Uploading data" and progress.done > 1 << 20:
            canceled.set()

    with pytest.raises(CanceledError, match=r"^Canceled: nothing was submitted\.$"):
        submit(file, workspace, progress=cancel, canceled=canceled)
    pid = worker()
    assert puts(plane) == []
    total = sum(map(len, whole(file).values())) + (file.parent / "src" / "main.py").stat().st_size
    assert said[-1].total == total
    assert said[-1].done < total
    front.faults.clear()
    submit(file, workspace, name="whole")
    assert worker() == pid
    assert puts(plane) == [201]
    assert uploaded_data(plane, "whole", front) == whole(file)


@posix
def test_a_worker_killed_while_uploading_is_told_and_the_next_submission_is_whole(
    plane: ControlPlane, front: StorageFront, workspace: Workspace, file: Path
) -> None:
    # The file that bears the mark of a whole upload is not through, the others are.
    fault = front.faults.add(where=r"PUT .*/a\.bin", hangs=True)

    def kill() -> None:
        there = ("b.bin", "c.bin")
        soon(lambda: all(any(path.endswith(name) for path, _ in front.calls) for name in there))
        soon(lambda: any(met is fault for _, met in front.faults.met))
        os.kill(worker(), signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    with pytest.raises(CloudError, match=r"ended without an answer \(exit code -9\)\.$"):
        submit(file, workspace)
    killing.join()
    assert puts(plane) == []
    front.faults.clear()
    submit(file, workspace, name="after-kill")
    assert puts(plane) == [201]
    assert uploaded_data(plane, "after-kill", front) == whole(file)


def test_a_storage_that_is_busy_or_cut_off_is_asked_again(
    plane: ControlPlane, front: StorageFront, workspace: Workspace, file: Path
) -> None:
    front.faults.add(where=r"PUT .*/c\.bin", status=503, message="ServerBusy", times=1)
    front.faults.add(where=r"PUT .*/b\.bin", cut_after=0, times=1)
    said: list[Progress] = []
    submit(file, workspace, name="again", progress=said.append)  # The storage's client waits 15 s or so.
    assert uploaded_data(plane, "again", front) == whole(file)
    assert puts(plane) == [201]
    assert all(one.done <= one.total for one in said)


def test_who_may_not_submit_is_told_which_right_is_missing(
    plane: ControlPlane, workspace: Workspace, file: Path
) -> None:
    text = (
        "The client 'someone' with object id '1' does not have authorization to perform action "
        f"'Microsoft.MachineLearningServices/workspaces/jobs/write' over scope '{ROOT}' or so."
    )
    plane.faults.add(where="PUT .*/jobs/", status=403, message=text)
    with pytest.raises(CloudError) as caught:
        submit(file, workspace)
    said = "Your account may not do this here (403): workspaces/jobs/write is not allowed to it."
    assert str(caught.value) == said
    assert "AzureML Data Scientist" in caught.value.hint
    assert puts(plane) == [403]


def test_when_azure_asks_to_wait_it_is_waited(plane: ControlPlane, workspace: Workspace, file: Path) -> None:
    plane.faults.add(where="PUT .*/jobs/", status=429, retry_after="1", times=1)
    submit(file, workspace, name="patient")
    first, second = [one for one in plane.calls if one.method == "PUT" and "/jobs/" in one.path]
    assert (first.status, second.status) == (429, 201)
    assert second.started - first.ended >= 1


def test_a_fault_of_azure_is_tried_again(plane: ControlPlane, workspace: Workspace, file: Path) -> None:
    plane.faults.add(where="PUT .*/jobs/", status=503, times=2)
    submit(file, workspace, name="tried-again")
    assert puts(plane) == [503, 503, 201]


def test_a_job_whose_answer_is_lost_is_there_once(
    plane: ControlPlane, workspace: Workspace, file: Path
) -> None:
    before = set(plane.jobs)
    plane.faults.add(where="PUT .*/jobs/", cut_after=10)
    submitted = submit(file, workspace)
    assert set(plane.jobs) - before == {submitted.name}
    assert set(puts(plane)) <= {200, 201}


def test_a_name_that_is_taken_is_told(plane: ControlPlane, workspace: Workspace, file: Path) -> None:
    plane.faults.add(where="PUT .*/jobs/", status=409, message="A job with this name exists.")
    with pytest.raises(CloudError, match=r"^Azure refused \(409\): A job with this name exists\.$") as caught:
        submit(file, workspace, name="taken")
    assert "--name" in caught.value.hint
    assert puts(plane) == [409]
