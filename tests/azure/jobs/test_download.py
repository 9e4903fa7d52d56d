import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.azure.jobs.blobs import Blob, Folder
from joblens.azure.jobs.download import Progress, download
from joblens.azure.jobs.service import JobService
from joblens.azure.resource_manager import RefusedError
from joblens.errors import CanceledError, CloudError, UserError
from tests.azure.control_plane import ControlPlane
from tests.azure.jobs.conftest import Made, tree

Keep = Callable[..., None]
LOG = "user_logs/std_log.txt"


@pytest.fixture
def job(made: Made) -> Callable[[str], str]:
    """A job that is over, and where its artifacts lie."""
    return lambda name: f"ExperimentRun/dcid.{made(name, 'Completed')}"


Job = Callable[[str], str]


def asked(plane: ControlPlane, what: str) -> list[str]:
    """The ranges that were asked for of files with this in their path."""
    return [call.range for call in plane.calls if what in call.path and "comp" not in call.query]


def test_logs_and_default_outputs_come(service: JobService, job: Job, keep: Keep, tmp_path: Path) -> None:
    place = job("done")
    keep({f"{place}/{LOG}": b"hello\n", f"{place}/outputs/a b/ö.txt": b"", f"{place}2/not/mine": b"x"})
    seen: list[Progress] = []
    found = download("done", service, tmp_path, tell=seen.append)
    assert tree(tmp_path) == {f"artifacts/{LOG}": b"hello\n", "artifacts/outputs/a b/ö.txt": b""}
    assert (found.files, found.bytes, found.fetched) == (2, 6, 6)
    assert found.folders == (tmp_path / "artifacts",)
    assert seen[0] == Progress(0, 2, 0, 6)
    assert seen[-1] == Progress(2, 2, 6, 6)


def test_named_outputs_come_if_they_are_asked_for(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    place = job("outputs")
    keep({f"{place}/{LOG}": b"hello\n"})
    keep({"azureml/1/scores/s.csv": b"1,2", "azureml/1/model/m.bin": b"\1"}, "blobstore")
    at = "azureml://datastores/workspaceblobstore/paths/azureml/1"
    plane.outputs["outputs"] = {"scores": f"{at}/scores/", "model": f"{at}/model"}
    download("outputs", service, tmp_path / "one", output="scores")
    assert tree(tmp_path / "one") == {"named-outputs/scores/s.csv": b"1,2"}
    download("outputs", service, tmp_path / "all", everything=True)
    assert tree(tmp_path / "all") == {
        f"artifacts/{LOG}": b"hello\n",
        "named-outputs/scores/s.csv": b"1,2",
        "named-outputs/model/m.bin": b"\1",
    }
    with pytest.raises(CloudError, match="has no output 'score'") as told:
        download("outputs", service, tmp_path, output="score")
    assert told.value.hint == "Its outputs: 'scores', 'model'."


def test_what_is_here_is_not_asked_for_again(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    place = job("twice")
    keep({f"{place}/outputs/a": b"a" * 1000, f"{place}/outputs/b": b"b" * 1000})
    download("twice", service, tmp_path)
    (tmp_path / "artifacts" / "outputs" / "b").write_bytes(b"x" * 1000)
    plane.calls.clear()
    found = download("twice", service, tmp_path)
    assert tree(tmp_path)["artifacts/outputs/b"] == b"b" * 1000
    assert found.fetched == 1000
    assert not asked(plane, "outputs/a")


def test_a_broken_connection_costs_only_the_rest(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    content = os.urandom(1_000_000)
    keep({f"{job('cut')}/outputs/large": content})
    plane.faults.add(where="outputs/large", cut_after=400_000, times=2)
    download("cut", service, tmp_path)
    assert tree(tmp_path) == {"artifacts/outputs/large": content}
    first, second, third = asked(plane, "outputs/large")
    assert first == ""
    starts = [int(one.removeprefix("bytes=").rstrip("-")) for one in (second, third)]
    assert 0 < starts[0] < starts[1] < len(content)


def _has_come(target: Path, size: int) -> bool:
    """Whether so many bytes of the large file are there."""
    return any(part.stat().st_size > size for part in target.glob("large.*.part"))


def test_a_process_that_is_killed_is_gone_on_from(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    content = os.urandom(3_000_000)
    keep({f"{job('killed')}/outputs/large": content, f"{job('killed')}/outputs/small": b"s"})
    plane.faults.add(where="outputs/large", speed=600_000, times=1)
    target = tmp_path / "artifacts" / "outputs"
    program = (
        "import sys; from pathlib import Path; from joblens.azure.jobs.download import download;"
        "from joblens.azure.jobs.service import JobService; from joblens.azure.workspace import Workspace;"
        "from joblens.azure.resource_manager import ResourceManager;"
        "from joblens.azure.sign_in import MachineAccount;"
        "service = JobService(ResourceManager(MachineAccount()), Workspace(*sys.argv[1:4]));"
        "download('killed', service, Path(sys.argv[4]))"
    )
    where = service.workspace
    command = [sys.executable, "-c", program, where.subscription_id, where.resource_group, where.name]
    with subprocess.Popen([*command, str(tmp_path)]) as process:
        end = time.monotonic() + 60
        while not ((target / "small").exists() and _has_come(target, 600_000)):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not (target / "large").exists(), "nothing half done has the name of the whole"
    [part] = target.glob("large.*.part")
    come = part.stat().st_size
    plane.calls.clear()
    found = download("killed", service, tmp_path)
    assert tree(tmp_path) == {"artifacts/outputs/large": content, "artifacts/outputs/small": b"s"}
    assert asked(plane, "outputs/large") == [f"bytes={come}-"]
    assert found.fetched == len(content) - come
    assert not asked(plane, "outputs/small")


def test_a_file_that_changed_meanwhile_is_begun_anew(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    name = f"{job('changed')}/outputs/log"
    keep({name: b"old" * 1000})
    target = tmp_path / "artifacts" / "outputs"
    target.mkdir(parents=True)
    (target / "log.0x8D000000000000.part").write_bytes(b"older")
    download("changed", service, tmp_path)
    assert tree(tmp_path) == {"artifacts/outputs/log": b"old" * 1000}
    assert asked(plane, "outputs/log") == ["bytes=5-", ""]


def test_a_wrong_checksum_is_told(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    from azure.storage.blob import ContentSettings

    wrong = bytearray(hashlib.md5(b"something else", usedforsecurity=False).digest())
    place = job("wrong")
    keep({f"{place}/outputs/good": b"good", f"{place}/outputs/bad": b"bad"})
    blob = plane.files.client().get_blob_client("artifacts", f"{place}/outputs/bad")
    blob.set_http_headers(ContentSettings(content_md5=wrong))
    with pytest.raises(CloudError, match=r"'outputs/bad' could not be brought: .*checksum") as told:
        download("wrong", service, tmp_path)
    assert "kept" in told.value.hint
    assert not list(tmp_path.rglob("bad*"))
    assert len(asked(plane, "outputs/bad")) == 3


def test_a_full_disk_is_told_and_gone_on_from(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, small: Path
) -> None:
    content = os.urandom(2_500_000)
    keep({f"{job('full')}/outputs/large": content})
    eater = small / "eater"

    def eat(progress: Progress) -> None:
        if progress.bytes and not eater.exists():
            eater.write_bytes(b"x" * 2_000_000)

    with pytest.raises(UserError, match="no space left on device") as told:
        download("full", service, small, tell=eat)
    assert told.value.hint == "Make room there, and ask for the download again: what has come is kept."
    assert not (small / "artifacts" / "outputs" / "large").exists()
    with pytest.raises(UserError, match=r"The files need [\d,]+ bytes more, and .* has room for [\d,]+"):
        download("full", service, small)
    eater.unlink()
    plane.calls.clear()
    found = download("full", service, small)
    assert tree(small) == {"artifacts/outputs/large": content}
    [only] = asked(plane, "outputs/large")
    assert only.startswith("bytes=")
    assert found.fetched < len(content)


def with_evil_names(blobs: Callable[[Folder], list[Blob]]) -> Callable[[Folder], list[Blob]]:
    """A list with names that this storage would not take, and that another might."""

    def listed(folder: Folder) -> list[Blob]:
        evil = ("a/../../../evil", "../evil", "evil\0")
        return [*blobs(folder), *(Blob(f"{folder.path}/{one}", one, 1, 0.0) for one in evil)]

    return listed


def test_names_do_not_lead_out_of_the_folder(
    service: JobService, job: Job, keep: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = job("outside")
    folder = tmp_path / "in"
    (tmp_path / "elsewhere").mkdir()
    (folder / "artifacts").mkdir(parents=True)
    (folder / "artifacts" / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    keep({f"{place}/link/evil": b"!", f"{place}/fine": b"ok"})
    monkeypatch.setattr(Folder, "blobs", with_evil_names(Folder.blobs))
    found = download("outside", service, folder)
    assert tree(tmp_path) == {"in/artifacts/fine": b"ok"}
    assert len(found.notes) == 4
    assert all("leads out of the folder" in note for note in found.notes)


def test_a_permit_that_expired_is_asked_for_anew(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    keep({f"{job('permit')}/outputs/{number}": b"x" for number in range(4)})
    plane.faults.add(where="outputs/2", status=403, times=1)
    download("permit", service, tmp_path)
    assert len(tree(tmp_path)) == 4
    assert len([call for call in plane.calls if call.path.endswith("listSecrets")]) == 2


def test_a_storage_that_refuses_is_told(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    keep({f"{job('refused')}/outputs/a": b"x"})
    plane.faults.add(where="outputs/a", status=403)
    with pytest.raises(RefusedError, match=r"refused \(403\) to give 'outputs/a'") as told:
        download("refused", service, tmp_path)
    assert "Storage Blob Data Reader" in told.value.hint
    assert tree(tmp_path) == {}


def test_throttling_is_honoured(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    keep({f"{job('throttled')}/outputs/a": b"x"})
    plane.faults.add(where="outputs/a", status=503, retry_after="1", times=1)
    download("throttled", service, tmp_path)
    first, second = [call for call in plane.calls if "outputs/a" in call.path]
    assert second.started - first.ended >= 0.95


def test_a_download_can_be_canceled(
    plane: ControlPlane, service: JobService, job: Job, keep: Keep, tmp_path: Path
) -> None:
    keep({f"{job('canceled')}/outputs/a": b"x" * 1_000_000})
    plane.faults.add(where="outputs/a", speed=400_000)
    ended = threading.Event()
    with pytest.raises(CanceledError):
        download("canceled", service, tmp_path, tell=lambda one: one.bytes and ended.set(), canceled=ended)
    assert not (tmp_path / "artifacts" / "outputs" / "a").exists()


def test_a_sweep_brings_its_best_trial(service: JobService, made: Made, keep: Keep, tmp_path: Path) -> None:
    made("sweep", "Completed", jobType="Sweep", properties={"best_child_run_id": "sweep_1"})
    made("sweep_1", "Completed")
    keep({"ExperimentRun/dcid.sweep/azureml-logs/hyperdrive.txt": b"log"})
    keep({"ExperimentRun/dcid.sweep_1/outputs/model": b"best"})
    download("sweep", service, tmp_path)
    assert tree(tmp_path) == {
        "artifacts/outputs/model": b"best",
        "hd-artifacts/azureml-logs/hyperdrive.txt": b"log",
    }


def test_a_job_that_runs_gives_what_there_is(
    service: JobService, made: Made, keep: Keep, tmp_path: Path
) -> None:
    made("running", "Running")
    keep({f"ExperimentRun/dcid.running/{LOG}": b"so far\n"})
    found = download("running", service, tmp_path)
    assert tree(tmp_path) == {f"artifacts/{LOG}": b"so far\n"}
    assert found.notes == ("The job is Running; this is what it has written so far.",)
    assert json.dumps(found.job.data())
