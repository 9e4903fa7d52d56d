import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from joblens.azure.progress import Progress
from joblens.azure.submit import Submitted, submit
from joblens.azure.workspace import Workspace
from joblens.errors import CloudError, JobFileError, MissingToolError, UserError
from tests.azure.control_plane import ControlPlane
from tests.azure.state import ROOT
from tests.shared_data import CORPUS, SEED

pytestmark = pytest.mark.slow

IRIS = Path("jobs") / "train" / "lightgbm" / "iris" / "job.yml"
JOB = """\
command: python main.py --csv ${{inputs.iris}} --lr ${{inputs.lr}}
code: src
environment: azureml:sklearn:1
inputs:
  lr: 0.1
  iris: {type: uri_file, path: data.csv}
compute: azureml:cpu-cluster
resources: {instance_count: 2}
experiment_name: flowers
"""
SOMEWHERE = Workspace("s", "g", "w")


def job_file(folder: Path, text: str = JOB) -> Path:
    """A job with what it refers to."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.py").write_text("print('hello')\n")
    (folder / "data.csv").write_text("1,2\n")
    (folder / "environment.yml").write_text("dependencies: [python=3.11]\n")
    (folder / "job.yml").write_text(text)
    return folder / "job.yml"


def sent_job(plane: ControlPlane, name: str) -> dict[str, Any]:
    [body] = plane.sent(f"/jobs/{name}")
    properties: dict[str, Any] = body["properties"]
    return properties


def test_a_job_arrives_as_it_is_written(plane: ControlPlane, workspace: Workspace, tmp_path: Path) -> None:
    said: list[Progress] = []
    submitted = submit(job_file(tmp_path), workspace, name="first", progress=said.append)
    assert submitted == Submitted("first", "Queued", "https://ml.azure.com/runs/first", "flowers")
    job = sent_job(plane, "first")
    assert job["command"] == "python main.py --csv ${{inputs.iris}} --lr ${{inputs.lr}}"
    assert job["environmentId"] == f"{ROOT}/environments/sklearn/versions/1"
    assert job["computeId"] == f"{ROOT}/computes/cpu-cluster"
    assert job["resources"]["instanceCount"] == 2
    assert job["inputs"]["lr"] == {"value": "0.1", "jobInputType": "literal"}
    assert job["experimentName"] == "flowers"
    assert list(dict.fromkeys(one.text for one in said)) == [
        "Starting the Azure ML client",
        "Checking the job",
        "Uploading src",
        "Uploading data.csv",
        "Submitting the job",
    ]


def test_code_and_data_are_uploaded(plane: ControlPlane, workspace: Workspace, tmp_path: Path) -> None:
    file = job_file(tmp_path)
    (tmp_path / "src" / "main.py").write_text("print('uploaded')\n")
    submit(file, workspace, name="uploads")
    [code] = plane.sent("/codes/")
    container = code["properties"]["codeUri"].split("/")[4]
    assert plane.storage.files(container) == {"src/main.py": b"print('uploaded')\n"}
    uri = sent_job(plane, "uploads")["inputs"]["iris"]["uri"]
    assert plane.storage.files("blobstore")[uri.partition("/paths/")[2]] == b"1,2\n"


@pytest.mark.usefixtures("corpus")
def test_a_preview_job_arrives_as_its_conversion_does(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    preview = job_file(tmp_path / "preview", (SEED / IRIS).read_text("utf-8"))
    today = job_file(
        tmp_path / "today", (CORPUS / "preview" / "converted-ga" / "cli" / IRIS).read_text("utf-8")
    )
    before = sorted(preview.parent.rglob("*"))
    submitted = submit(preview, workspace, name="preview")
    submit(today, workspace, name="today")
    assert any("iris.csv' is taken for one file" in note for note in submitted.notes)
    assert sorted(preview.parent.rglob("*")) == before, "submitting leaves nothing behind"
    converted, written = sent_job(plane, "preview"), sent_job(plane, "today")
    assert (converted.pop("displayName"), written.pop("displayName")) == ("preview", "today")
    assert converted == written
    assert converted["command"] == "python main.py  --iris-csv ${{inputs.iris}}\n"
    environments = plane.sent("/environments/")
    assert [yaml.safe_load(one["properties"]["condaFile"]) for one in environments] == [
        {"dependencies": ["python=3.11"]}
    ] * len(environments)


def test_a_sweep_of_the_preview_arrives(plane: ControlPlane, workspace: Workspace, tmp_path: Path) -> None:
    text = """\
type: sweep_job
algorithm: random
trial:
  command: python main.py {search_space.lr}
  environment: azureml:sklearn:1
  compute: {target: azureml:cpu-cluster}
search_space:
  lr: {type: uniform, min_value: 0.1, max_value: 0.9}
objective: {primary_metric: loss, goal: minimize}
max_total_trials: 4
timeout_minutes: 2
"""
    submit(job_file(tmp_path, text), workspace, name="sweep")
    job = sent_job(plane, "sweep")
    assert job["trial"]["command"] == "python main.py ${{search_space.lr}}"
    assert job["searchSpace"] == {"lr": ["uniform", [0.1, 0.9]]}
    assert job["limits"]["maxTotalTrials"] == 4
    assert job["limits"]["timeout"] == "PT2M"


def test_a_pipeline_arrives_with_its_steps(plane: ControlPlane, workspace: Workspace, tmp_path: Path) -> None:
    text = """\
type: pipeline
settings: {default_compute: azureml:cpu-cluster}
jobs:
  prepare:
    command: echo 1 > ${{outputs.data}}/x
    environment: azureml:sklearn:1
    outputs: {data: {type: uri_folder}}
  train:
    command: ls ${{inputs.data}}
    code: src
    environment: azureml:sklearn:1
    inputs: {data: "${{parent.jobs.prepare.outputs.data}}"}
"""
    submit(job_file(tmp_path, text), workspace, name="pipeline")
    steps = sent_job(plane, "pipeline")["jobs"]
    assert set(steps) == {"prepare", "train"}
    assert steps["train"]["inputs"]["data"]["value"] == "${{parent.jobs.prepare.outputs.data}}"


def test_overrides_change_what_is_sent(plane: ControlPlane, workspace: Workspace, tmp_path: Path) -> None:
    overrides = {"resources.instance_count": 5, "inputs.lr": 0.5}
    submit(job_file(tmp_path), workspace, name="changed", overrides=overrides)
    job = sent_job(plane, "changed")
    assert job["resources"]["instanceCount"] == 5
    assert job["inputs"]["lr"]["value"] == "0.5"


def test_an_experiment_without_a_name_is_called_like_the_folder(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    text = JOB.replace("experiment_name: flowers\n", "")
    assert submit(job_file(tmp_path / "tulips", text), workspace).experiment == "tulips"


def test_a_module_beside_the_job_does_not_stand_in_for_a_library(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    file = job_file(tmp_path)
    (tmp_path / "yaml.py").write_text("raise SystemExit('imported the wrong yaml')\n")
    assert submit(file, workspace).status == "Queued"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("code: src", "code: nosuch"), r"^code: There is no file or folder .*nosuch\.$"),
        (("data.csv", "nosuch.csv"), r"^There is no file or folder .*nosuch\.csv\.$"),
        (("sklearn:1", "sklearn"), r"^'azureml:sklearn' lacks its version"),
        (("experiment_name", "experimen_name"), r"^experimen_name: Azure ML does not know this key\.$"),
    ],
)
def test_a_mistake_in_the_job_is_one_sentence(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(JobFileError, match=said):
        submit(job_file(tmp_path, JOB.replace(*change)), workspace)
    assert plane.sent("/jobs/") == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, r"^Azure did not accept the sign-in \(401\)\.$"),
        (403, r"^Azure refused \(403\): You may not do this\.$"),
    ],
)
def test_a_refusal_of_azure_is_one_sentence(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path, status: int, said: str
) -> None:
    plane.faults.add(where=ROOT, status=status)
    with pytest.raises(CloudError, match=said) as caught:
        submit(job_file(tmp_path), workspace)
    assert caught.value.hint


def test_without_an_account_the_next_step_is_to_sign_in(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name)
    # Else the chain looks for a virtual machine's identity, and may find the tests' host's own.
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "dev")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(CloudError, match="No account is signed in") as caught:
        submit(job_file(tmp_path / "job"), workspace)
    assert "az login" in caught.value.hint


def test_without_the_client_the_next_step_is_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "azure").mkdir(parents=True)
    (tmp_path / "site" / "azure" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    with pytest.raises(MissingToolError) as caught:
        submit(job_file(tmp_path / "job"), SOMEWHERE)
    assert "-m pip install azure-ai-ml azure-identity" in caught.value.hint


def test_a_worker_that_dies_is_reported_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos.write(2, b'out of luck\\n')\nos._exit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CloudError, match="exit code 3") as caught:
        submit(job_file(tmp_path / "job"), SOMEWHERE)
    assert caught.value.hint == "It said last: out of luck"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("command: [x\n", "^job.yml, line 1: "),
        ("services: {}\n", "^job.yml is not a job, so it cannot be submitted"),
        (
            "name: e\n$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\n",
            "^job.yml is of the kind 'environment', not a job",
        ),
    ],
)
def test_what_is_not_a_job_is_not_sent(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(JobFileError, match=said):
        submit(job_file(tmp_path, text), SOMEWHERE)


def test_a_job_for_this_machine_is_not_sent(tmp_path: Path) -> None:
    file = job_file(tmp_path, JOB.replace("azureml:cpu-cluster", "local"))
    with pytest.raises(JobFileError, match="has the compute 'local'") as caught:
        submit(file, SOMEWHERE)
    assert "joblens run" in caught.value.hint


def test_a_compute_that_is_not_there_can_be_made(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    plane.faults.add(where="PUT .*/jobs/", status=400, message="Unknown compute target 'cpu-cluster'.")
    step = "{command: ls, environment: azureml:sklearn:1, compute: azureml:cpu-cluster}"
    pipeline = f"type: pipeline\njobs:\n  one: {step}\n"
    for folder, text in (("command", JOB), ("pipeline", pipeline)):
        with pytest.raises(CloudError, match=r"^The workspace has no compute 'cpu-cluster'") as caught:
            submit(job_file(tmp_path / folder, text), workspace)
        assert "joblens compute create --name cpu-cluster" in caught.value.hint


def test_the_facts_of_git_are_those_of_the_jobs_repository(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path, need: Callable[[object, str], None]
) -> None:
    need(shutil.which("git"), "git is not installed")
    file = job_file(tmp_path / "repository")
    git(file.parent, "init", "-q", "-b", "garden")
    git(file.parent, "remote", "add", "origin", "https://example.org/flowers.git")
    git(file.parent, "add", "-A")
    git(file.parent, "commit", "-q", "-m", "first")
    submit(file, workspace, name="from-git")
    (file.parent / "notes.txt").touch()
    git(file.parent, "add", "-A")
    submit(file, workspace, name="dirty-git")
    submit(job_file(tmp_path / "elsewhere"), workspace, name="without-git")
    facts = sent_job(plane, "from-git")["properties"]
    assert facts["mlflow.source.git.repoURL"] == "https://example.org/flowers.git"
    assert facts["mlflow.source.git.branch"] == "garden"
    assert facts["mlflow.source.git.commit"] == git(file.parent, "rev-parse", "HEAD")
    assert facts["azureml.git.dirty"] == "False"
    assert sent_job(plane, "dirty-git")["properties"]["azureml.git.dirty"] == "True"
    assert "mlflow.source.git.branch" not in sent_job(plane, "without-git").get("properties", {})


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Signed:
    """An account of the tests, in the place of the editor's."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.asked: list[tuple[str, bool]] = []

    def token(self, scope: str, *, renew: bool = False) -> str:
        self.asked.append((scope, renew))
        return self.plane.tokens.give(scope.removesuffix("/.default"))[0]


def test_the_editors_account_signs_in_for_a_submission(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name)
    account = Signed(plane)
    submit(job_file(tmp_path), workspace, name="by-editor", account=account)
    assert sent_job(plane, "by-editor")["command"]
    assert {scope for scope, _ in account.asked} == {f"{plane.url}/.default"}
    plane.tokens.revoke()
    submit(job_file(tmp_path / "again"), workspace, name="renewed", account=account)
    assert len(plane.sent("/jobs/renewed")) == 1


class SignedOut(Signed):
    def token(self, scope: str, *, renew: bool = False) -> str:
        raise CloudError(
            "The editor is not signed in to Azure.", hint="Choose the workspace again to sign in."
        )


def test_who_has_signed_out_is_told_what_the_account_says(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(CloudError, match=r"^The editor is not signed in to Azure\.$") as caught:
        submit(job_file(tmp_path), workspace, account=SignedOut(plane))
    assert caught.value.hint == "Choose the workspace again to sign in."
    assert plane.sent("/jobs/") == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no job file .*job\.yml"):
        submit(tmp_path / "job.yml", SOMEWHERE)


def test_a_name_that_is_taken_or_impossible_is_refused_before_anything_is_uploaded(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    submit(job_file(tmp_path), workspace, name="taken")
    (tmp_path / "src" / "main.py").write_text("print('another')\n")
    plane.calls.clear()
    with pytest.raises(
        JobFileError, match=r"^The workspace has a job 'taken' already; nothing was uploaded\.$"
    ):
        submit(job_file(tmp_path / "again"), workspace, name="taken")
    with pytest.raises(JobFileError, match=r"^'bad name' cannot be a job's name; nothing was uploaded\.$"):
        submit(job_file(tmp_path / "bad"), workspace, name="bad name")
    assert not plane.sent("")
