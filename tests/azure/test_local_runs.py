"""Jobs that run here and name what only a workspace knows: it is asked, and what it says is done."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from joblens.cli.run import configured_workspace
from joblens.engine.options import RunOptions
from joblens.engine.plan import Plan
from joblens.engine.run import plan_of
from joblens.engine.tracking import server
from joblens.errors import JobFileError
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.engine.backends.conftest import docker, docker_url
from tests.lsp.raw import talking

__all__ = ["docker", "docker_url"]

pytestmark = pytest.mark.slow
CONFIG = {"subscription_id": SUBSCRIPTION, "resource_group": GROUP, "workspace_name": WORKSPACE}
CONDA = "name: x\ndependencies: [python=3.10, pip, {pip: [six]}]\n"
FROM = f"says workspace '{WORKSPACE}'"


@pytest.fixture(scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One place for what these tests' runs keep, so that the tracking server starts once."""
    home = tmp_path_factory.mktemp("joblens")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JOBLENS_CACHE", "JOBLENS_HOME"):
            patch.setenv(name, str(home / name))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield
        server.stop()


@pytest.fixture
def folder(_home: None, tmp_path: Path) -> Path:
    """A project with its workspace's config.json."""
    found = tmp_path / "project"
    found.mkdir()
    (found / "config.json").write_text(json.dumps(CONFIG))
    return found


def write(
    folder: Path, environment: str = "azureml:any:1", command: str = "echo", inputs: object = None
) -> Path:
    job = {"command": command, "environment": environment, "compute": "local", "inputs": inputs or {}}
    (folder / "job.yml").write_text(json.dumps(job))
    return folder / "job.yml"


def planned(file: Path, **options: object) -> Plan:
    return plan_of(file, RunOptions(workspace=configured_workspace, **options))  # type: ignore[arg-type]


def asked(plane: ControlPlane) -> list[str]:
    return [call.path for call in plane.calls if "/workspaces/" in call.path]


def test_an_environment_is_what_the_workspace_says(names_plane: ControlPlane, folder: Path) -> None:
    names_plane.workspace.put("environments", "ours", "3", image="ubuntu:22.04", condaFile=CONDA)
    plan = planned(write(folder, "azureml:ours:3"))
    assert (plan.needs.python, plan.needs.requirements) == ("=3.10", ("six",))
    assert plan.notes[0] == (
        f"'azureml:ours:3' is 'ours:3', the image ubuntu:22.04 with a conda file, {FROM}."
    )
    assert len(asked(names_plane)) == 1


def test_latest_is_the_version_that_was_made_last(names_plane: ControlPlane, folder: Path) -> None:
    plan = planned(write(folder, "azureml:sklearn@latest"))
    assert plan.notes[0] == f"'azureml:sklearn@latest' is 'sklearn:12', the image python:3.12, {FROM}."
    assert "the image python:3.12" not in plan.notes[1]
    assert "'python:3.12' cannot be made without containers" in plan.notes[1]


def test_an_environment_of_a_registry_is_looked_up_there(names_plane: ControlPlane, folder: Path) -> None:
    written = "azureml://registries/azureml/environments/sklearn-1.5/versions/9"
    plan = planned(write(folder, written))
    assert plan.notes[0] == (
        f"'{written}' is 'sklearn-1.5:9', the image mcr.microsoft.com/azureml/curated/sklearn-1.5:9, "
        "says registry 'azureml'."
    )


def test_the_table_comes_first_and_asks_nobody(names_plane: ControlPlane, folder: Path) -> None:
    (folder / "joblens.toml").write_text("[environments]\nsklearn = { requirements = ['six'] }\n")
    assert planned(write(folder, "azureml:sklearn:1")).needs.requirements == ("six",)
    assert not names_plane.calls


def test_nobody_is_asked_where_no_workspace_is_configured(names_plane: ControlPlane, folder: Path) -> None:
    (folder / "config.json").unlink()
    plan = planned(write(folder, "azureml:sklearn:1"))
    assert "[environments]" in plan.notes[0]
    assert not plan.asked_workspace
    assert not names_plane.calls


def test_nobody_is_asked_for_an_environment_that_is_not_wanted(
    names_plane: ControlPlane, folder: Path
) -> None:
    planned(write(folder, "azureml:sklearn:1"), environment="this-python")
    assert not names_plane.calls


@pytest.mark.parametrize(("status", "reason"), [(404, "Azure refused (404)"), (403, "Azure refused (403)")])
def test_a_refusal_leaves_the_hint_and_tells_the_reason(
    names_plane: ControlPlane, folder: Path, status: int, reason: str
) -> None:
    names_plane.faults.add(where="/environments/", status=status)
    first, second = planned(write(folder, "azureml:sklearn:1")).notes
    assert first.startswith(f"'azureml:sklearn:1': Workspace '{WORKSPACE}' did not tell: {reason}")
    assert "[environments]" in second


def test_a_run_without_a_sign_in_goes_on(
    names_plane: ControlPlane, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    data = {"x": {"type": "uri_file", "path": "azureml:titanic:1"}}
    with pytest.raises(JobFileError, match="did not tell") as refused:
        planned(write(folder, "azureml:sklearn:1", inputs=data))
    assert "to the table [data]" in refused.value.hint
    assert not asked(names_plane)


def test_what_does_not_answer_is_asked_once(names_plane: ControlPlane, folder: Path) -> None:
    names_plane.faults.add(where="/environments/", cut_after=0)
    data = {name: {"type": "uri_file", "path": "azureml:titanic:1"} for name in "ab"}
    with pytest.raises(JobFileError) as refused:
        planned(write(folder, "azureml:sklearn:1", inputs=data))
    assert str(refused.value).count("Azure could not be reached") == 2
    assert not names_plane.asked("/data/")


def test_a_reader_who_may_see_no_keys_reads_as_themselves(plane: ControlPlane, folder: Path) -> None:
    data = {"x": {"type": "uri_file", "path": "azureml://datastores/workspaceblobstore/paths/a.csv"}}
    [by_key] = planned(write(folder, inputs=data)).permits
    plane.faults.add(where="listSecrets", status=403)
    [by_token] = planned(write(folder, inputs=data)).permits
    assert (bool(by_key.query), bool(by_key.token)) == (True, False)
    assert (bool(by_token.query), bool(by_token.token)) == (False, True)


def test_data_that_cannot_be_read_here_say_why(names_plane: ControlPlane, folder: Path) -> None:
    names_plane.stores["share"] = {"datastoreType": "AzureFile", "accountName": "a", "fileShareName": "b"}
    data = {"x": {"type": "uri_folder", "path": "azureml://datastores/share/paths/a"}}
    with pytest.raises(JobFileError, match="of the type AzureFile, which cannot be read here"):
        planned(write(folder, inputs=data))


def test_data_of_a_store_without_credentials_take_the_users_token(
    names_plane: ControlPlane, folder: Path
) -> None:
    data = {"x": {"type": "uri_file", "path": "azureml://datastores/lake/paths/a%20b.csv"}}
    plan = planned(write(folder, inputs=data))
    assert plan.inputs[0].url == "https://lakes.blob.core.windows.net/raw/a%20b.csv"
    [permit] = plan.permits
    assert permit.token.startswith("eyJ")
    assert permit.token not in json.dumps(plan.data()) + repr(plan)


def test_an_editor_asks_the_workspace_that_was_chosen(names_plane: ControlPlane, folder: Path) -> None:
    (folder / "config.json").unlink()
    file = write(folder, "azureml:sklearn:2")
    wanted = {"uri": file.as_uri(), "dryRun": True}
    with talking(folder) as raw:
        raw.replies["joblens/token"] = {"token": names_plane.tokens.give(names_plane.url)[0]}
        raw.initialize(rootUri=folder.as_uri(), initializationOptions={"ownExtension": True})
        before = raw.request("joblens/run", wanted)["text"]
        chosen = {"subscription": SUBSCRIPTION, "resourceGroup": GROUP, "name": WORKSPACE}
        raw.request("joblens/useWorkspace", {**chosen, "editorAccount": True})
        after = raw.request("joblens/run", wanted)["text"]
    assert "Only a workspace knows" in before
    assert f"'azureml:sklearn:2' is 'sklearn:2', the image python:3.2, {FROM}." in after


def ran(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "joblens", "run", str(file), "--environment", "this-python", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=file.parent)


def test_a_run_reads_files_and_folders_of_the_workspace(
    plane: ControlPlane, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(plane.certificate))
    box = plane.files.client().get_container_client("blobstore")
    for name, text in {"t/a b.csv": "one", "t/sub/c.csv": "two", "u.csv": "three"}.items():
        box.upload_blob(name, text, overwrite=True)
    store = "azureml://datastores/workspaceblobstore/paths"
    long = f"azureml://subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}/workspaces/{WORKSPACE}"
    uri = f"{long}/datastores/workspaceblobstore/paths/t/"
    plane.workspace.put("data", "table", "1", dataType="uri_folder", dataUri=uri)
    inputs = {
        "many": {"type": "uri_folder", "path": "azureml:table:1"},
        "one": {"type": "uri_file", "path": f"{store}/u.csv"},
    }
    told = "cat ${{inputs.many}}/a*b.csv ${{inputs.many}}/sub/c.csv ${{inputs.one}}; env | grep -c PERMITS"
    file = write(folder, command=f"{told} || true", inputs=inputs)
    for _ in range(2):  # the second run must ask again: its plan is not remembered
        plane.calls.clear()
        done = ran(file)
        assert (done.returncode, done.stdout) == (0, "onetwothree0\n"), done.stdout + done.stderr
        assert f"'azureml:table:1' is {plane_address(plane)}/t/, {FROM}." in done.stderr
        assert plane.asked("/data/table/versions/1")
    kept = [one.read_bytes() for one in folder.rglob("*") if one.is_file()]
    assert not any(b"sig=" in one or b"eyJ" in one for one in kept)


def plane_address(plane: ControlPlane) -> str:
    return f"https://{plane.files.account}.blob.{plane.files.endpoint}/blobstore"


def test_a_command_runs_in_the_image_that_the_workspace_has(
    names_plane: ControlPlane, folder: Path, docker: str
) -> None:
    names_plane.workspace.put("environments", "ours", "3", image=docker)
    command = [sys.executable, "-m", "joblens", "run", "job.yml", "--backend", "container"]
    write(folder, "azureml:ours@latest", "test -e /.dockerenv && echo inside")
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "inside\n"), done.stdout + done.stderr
    assert f"'azureml:ours@latest' is 'ours:3', the image {docker}, {FROM}." in done.stderr
