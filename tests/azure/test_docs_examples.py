"""The table of docs/azure.md for people who come from `az ml`: each of its examples does what it says."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from joblens.cli import main
from tests.azure.control_plane import ControlPlane
from tests.azure.jobs.conftest import put_job, resolve_here
from tests.azure.samples import fill
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.engine import jobs
from tests.shared_data import ROOT, SEED

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("corpus")]

DOCUMENT = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
CLUSTER = "name: small\ntype: amlcompute\nsize: STANDARD_D2_V2\nmax_instances: 9\n"
LOCAL = (
    "command: mkdir -p outputs && echo hello | tee outputs/o.txt\nenvironment: {image: x}\ncompute: local\n"
)


class Row(NamedTuple):
    """One row of the table."""

    theirs: str
    ours: str
    differs: str


class Done(NamedTuple):
    """What an example did."""

    out: str
    plane: ControlPlane
    folder: Path

    def made(self, what: str) -> Any:
        """The only thing of this kind that was put."""
        (body,) = self.plane.sent(f"/{what}")
        return body["properties"]

    def job(self) -> Any:
        """The only job that was sent, whose name alone was printed."""
        return self.made(f"jobs/{self.out.strip()}")


def rows() -> list[Row]:
    section = DOCUMENT.partition("## Coming from `az ml`\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


ROWS = rows()
RUN = [row.ours.strip("`") for row in ROWS if row.ours != "none"]
EFFECTS: dict[str, Callable[[Done], object]] = {
    "joblens compute create -n cpu-cluster --type AmlCompute --min-instances 0 --max-instances 40": (
        lambda done: _scale(done.made("computes/cpu-cluster")) == (0, 40)
    ),
    "joblens compute create -n cpu-cluster": (
        lambda done: (
            _scale(done.made("computes/cpu-cluster")) == (0, 40)
            and done.made("computes/cpu-cluster")["properties"]["vmSize"] == "STANDARD_DS3_V2"
        )
    ),
    "joblens compute create -n gpu-cluster": (
        lambda done: (
            _scale(done.made("computes/gpu-cluster")) == (0, 8)
            and done.made("computes/gpu-cluster")["properties"]["vmSize"] == "Standard_NC12"
        )
    ),
    "joblens compute create -f cluster.yml --set max_instances=2": (
        lambda done: _scale(done.made("computes/small")) == (0, 2)
    ),
    "joblens compute list -o table": lambda done: "cpu-cluster  amlcompute" in done.out,
    "joblens compute show -n cpu-cluster -o json": lambda done: '"current_instances": 1' in done.out,
    "joblens compute delete -n gpu-cluster --yes": lambda done: "gpu-cluster" not in done.plane.computes,
    "joblens job create -f jobs/train/lightgbm/iris/job.yml --query name -o tsv": (
        lambda done: "--iris-csv ${{inputs.iris}}" in done.job()["command"]
    ),
    "joblens job create -f jobs/train/lightgbm/iris/job-sweep.yml --query name -o tsv": (
        lambda done: done.job()["limits"]["maxConcurrentTrials"] == 10
    ),
    "joblens job create -f jobs/hello-world.yml --environment this-python --stream": (
        lambda done: done.out == "hello world\n" and not done.plane.jobs
    ),
    "joblens job create -f jobs/hello-world.yml --set compute.target=azureml:cpu-cluster": (
        lambda done: next(iter(done.plane.jobs)) in done.out
    ),
    "joblens job show -n my-run --query status -o tsv": lambda done: done.out == "Completed\n",
    "joblens job stream -n my-run": lambda done: done.out == "hello\n",
    "joblens job download -n my-run --all": (
        lambda done: (done.folder / "artifacts" / "outputs" / "o.txt").read_text() == "hello\n"
    ),
    "joblens job show -n on-cluster --query services.Studio.endpoint -o tsv": (
        lambda done: done.out == "https://ml.azure.com/runs/on-cluster\n"
    ),
    "joblens job stream -n on-cluster": lambda done: done.out.startswith("line 1\nline 2\n"),
    "joblens job download -n on-cluster": (
        lambda done: (done.folder / "artifacts" / "outputs" / "o.txt").read_text() == "of the cluster\n"
    ),
    "joblens job archive -n on-cluster": (
        lambda done: done.plane.jobs["on-cluster"]["properties"]["isArchived"] is True
    ),
    "joblens job list -o table": (
        lambda done: "my-run      Completed" in done.out and "on-cluster  Queued" in done.out
    ),
    "joblens job cancel -n my-run": lambda done: done.out == "my-run: Completed\n",
    "joblens environment list": lambda done: "sklearn" in done.out and "Latest version" in done.out,
    "joblens environment list -n sklearn": lambda done: "python:3.11" in done.out,
    "joblens environment show -n sklearn -v 3 -o json": lambda done: '"image": "python:3.3"' in done.out,
    "joblens data list": lambda done: "titanic" in done.out,
    "joblens data show -n titanic -v 1": lambda done: "titanic-1.csv" in done.out,
}


def _scale(compute: Any) -> tuple[int, int]:
    scale = compute["properties"]["scaleSettings"]
    return scale["minNodeCount"], scale["maxNodeCount"]


@pytest.fixture(scope="module", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    yield from (None for _ in jobs.session(tmp_path_factory))


@pytest.fixture
def folder(plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The examples, beside what they refer to, where their workspace is configured."""
    made = tmp_path / "cli"
    shutil.copytree(SEED, made)
    code = made / "jobs" / "train" / "lightgbm" / "iris" / "src"
    code.mkdir()
    (code / "main.py").write_text("print('iris')\n")
    (made / "cluster.yml").write_text(CLUSTER)
    fill(plane)
    plane.jobs.clear()
    plane.looks.clear()
    resolve_here(monkeypatch)
    names = ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZUREML_ARM_WORKSPACE_NAME")
    for name, value in zip(names, (SUBSCRIPTION, GROUP, WORKSPACE), strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(made)
    return made


def test_every_row_of_the_table_is_run() -> None:
    assert len(ROWS) > 20
    assert all(re.fullmatch(r"`joblens [^`]+`|none", row.ours) for row in ROWS)
    assert sorted(RUN) == sorted(EFFECTS)


@pytest.mark.parametrize("command", RUN)
def test_an_example_does_what_the_table_says(
    plane: ControlPlane,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    program, *words = shlex.split(command)
    assert program == "joblens"
    if words[:2] == ["compute", "create"]:
        plane.computes.clear()
    if "my-run" in command or words[:2] == ["job", "list"]:
        (folder / "local.yml").write_text(LOCAL)
        options = ("--name", "my-run", "--environment", "this-python", "--stream")
        assert main(["job", "create", "local.yml", *options]) == 0
        capsys.readouterr()
    if "on-cluster" in command or words[:2] == ["job", "list"]:
        put_job(plane, "on-cluster")
        monkeypatch.setenv("AZUREML_RUN_POLLING_INTERVAL_MIN", "0.01")
        place = "ExperimentRun/dcid.on-cluster/outputs/o.txt"
        plane.files.client().get_blob_client("artifacts", place).upload_blob(
            b"of the cluster\n", overwrite=True
        )
    plane.calls.clear()
    assert main(words) == 0, capsys.readouterr().err
    assert EFFECTS[command](Done(capsys.readouterr().out, plane, folder))


@pytest.mark.parametrize("theirs", [row.theirs for row in ROWS if row.ours == "none"])
def test_what_the_table_says_is_missing_is_refused(theirs: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(theirs.strip("`").removeprefix("az ml "))
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


@pytest.mark.parametrize("theirs", [row.theirs.strip("`") for row in ROWS if row.theirs.startswith("`")])
def test_the_examples_own_files_are_there(theirs: str) -> None:
    for name in re.findall(r"(?:jobs|assets)/\S+\.yml", theirs):
        assert (SEED / name).is_file()
