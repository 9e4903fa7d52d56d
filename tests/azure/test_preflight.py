"""What a submission would meet is found at once and before anything is uploaded."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from joblens.azure.preflight import preflight
from joblens.azure.preflight.uploads import upload_of
from joblens.azure.resource_manager import ResourceManager
from joblens.azure.sign_in import MachineAccount
from joblens.azure.workspace import Workspace
from joblens.cli import main
from joblens.errors import ConfigurationError
from joblens.text.document import Document
from tests.azure.control_plane import ControlPlane
from tests.azure.test_worker import soon

JOB = """\
command: python main.py
code: src
environment: azureml:sklearn:3
compute: azureml:cpu-cluster
inputs:
  csv: {type: uri_file, path: "azureml:titanic:1"}
resources: {instance_count: 2}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("print(1)\n")
    return tmp_path


class _Account:
    """An account whose tokens the stand-in gives."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def token(self, _scope: str, *, renew: bool = False) -> str:
        return self._plane.tokens.give(self._plane.url)[0]


@pytest.fixture
def told(names_plane: ControlPlane, workspace: Workspace, folder: Path):
    """The findings of a job, a line each: `CODE severity line: message`."""

    def call(text: str, **options: int) -> list[str]:
        document = Document(text, folder / "job.yml")
        found = preflight(document, workspace, _Account(names_plane), **options)
        return [
            f"{one.code} {one.severity.value} {document.position(one.span.start)[0] + 1}: {one.message}"
            for one in found.problems
        ]

    return call


def test_a_job_that_can_be_sent_has_no_findings_and_one_round_is_asked(
    told, names_plane: ControlPlane, workspace: Workspace, folder: Path
) -> None:
    assert told(JOB) == []
    asked = [call for call in names_plane.calls if "/workspaces/" in call.path]
    assert len(asked) == 3
    found = preflight(Document(JOB, folder / "job.yml"), workspace, _Account(names_plane))
    assert (found.upload_files, found.upload_bytes, found.ignored_files) == (1, 9, 0)
    assert found.summary == "Pre-flight: no problems; 1 file (9 B) to upload."


def test_all_is_asked_at_the_same_time(told, names_plane: ControlPlane) -> None:
    for version in range(1, 6):
        names_plane.workspace.put("data", f"d{version}", "1", dataType="uri_file", dataUri="x")
    inputs = "".join(f"  d{at}: {{type: uri_file, path: 'azureml:d{at}:1'}}\n" for at in range(1, 6))
    names_plane.faults.add(where="/workspaces/", latency=0.3)
    assert told(JOB.replace("inputs:\n", f"inputs:\n{inputs}")) == []
    asked = [call for call in names_plane.calls if "/workspaces/" in call.path]
    assert len(asked) == 8
    assert max(call.started for call in asked) < min(call.ended for call in asked)


def test_everything_is_found_at_once(told) -> None:
    text = (
        JOB.replace("sklearn:3", "sklearn:99")
        .replace("cpu-cluster", "cpu-clustr")
        .replace("titanic:1", "titanik:1")
        .replace("code: src", "code: none")
        + "nonsense: 1\n"
    )
    found = told(text)
    assert [line.split()[1:3] for line in found] == [["error", f"{at}:"] for at in (2, 3, 4, 6, 8)]
    assert any("has no version 99 of the environment 'sklearn'; the newest is 12." in line for line in found)
    assert any("has no compute 'cpu-clustr'. Did you mean 'cpu-cluster'?" in line for line in found)
    assert any("has no data 'titanik'. Did you mean 'titanic'?" in line for line in found)
    assert any("nonsense" in line for line in found)


def test_a_compute_that_is_not_there_is_offered_to_be_made(told, names_plane: ControlPlane) -> None:
    names_plane.computes.clear()
    assert told(JOB) == [
        "JL905 error 4: The workspace has no compute 'cpu-cluster'; 'joblens compute create' makes one."
    ]


@pytest.mark.parametrize(
    ("written", "is_there"),
    [
        ("environment: azureml:sklearn@latest", True),
        ("environment: azureml:nothing@latest", False),
        ("environment: azureml:AzureML-sklearn-1.0@latest", True),
        ("environment: azureml://registries/azureml/environments/sklearn-1.5/versions/9", True),
        ("environment: azureml://registries/azureml/environments/sklearn-1.5/versions/8", False),
        ("environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest", True),
    ],
)
def test_environments_are_known_in_each_form(told, written: str, is_there: bool) -> None:
    found = told(JOB.replace("environment: azureml:sklearn:3", written))
    assert [line[:13] for line in found] == ([] if is_there else ["JL905 error 3"])


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            "instance_count: 2",
            "instance_count: 5",
            "JL906 warning 7: 5 instances are wanted, but 'cpu-cluster'",
        ),
        ("azureml:cpu-cluster", "my-machine", "JL906 warning 7: 2 instances are wanted, but 'my-machine'"),
        ("azureml:cpu-cluster", "CPU-Cluster", ""),
        ("azureml:cpu-cluster", "local", ""),
    ],
)
def test_more_instances_than_the_cluster_may_have_are_told(told, old: str, new: str, found: str) -> None:
    lines = told(JOB.replace(old, new))
    assert "".join(lines).startswith(found)
    assert bool(lines) is bool(found)


def test_more_trials_at_a_time_than_there_is_room_for_are_a_hint(told) -> None:
    sweep = """\
type: sweep
sampling_algorithm: random
trial: {command: "python main.py --lr ${{search_space.lr}}", code: src, environment: "azureml:sklearn:3"}
compute: cpu-cluster
search_space: {lr: {type: uniform, min_value: 0.1, max_value: 0.9}}
objective: {primary_metric: loss, goal: minimize}
limits: {max_total_trials: 20, max_concurrent_trials: 10}
"""
    assert told(sweep) == [
        "JL907 hint 7: 'cpu-cluster' has at most 4 instances: 4 of these 10 trials run at a time."
    ]
    assert told(sweep.replace("trials: 10", "trials: 4")) == []


def test_steps_of_a_pipeline_are_looked_at_with_their_components(told, folder: Path) -> None:
    (folder / "part").mkdir()
    (folder / "part" / "component.yml").write_text(
        "name: part\ntype: command\ncommand: ls\ncode: gone\nenvironment: azureml:sklearn:3\n"
    )
    pipeline = """\
type: pipeline
settings: {default_compute: azureml:cpu-cluster}
jobs:
  one:
    type: command
    component: ./part/component.yml
  two:
    type: command
    command: ls
    environment: azureml:sklearn:44
    compute: azureml:gpu-cluster
    resources: {instance_count: 3}
"""
    found = told(pipeline)
    assert [line.split(":")[0] for line in found] == ["JL901 error 6", "JL905 error 10", "JL906 warning 12"]


def test_files_that_cannot_be_sent_are_told(told, folder: Path) -> None:
    (folder / "src" / ".gitignore").write_text("*\n")
    assert told(JOB) == [
        "JL903 error 2: There is nothing to upload in 'src': .gitignore leaves out all of it."
    ]
    (folder / "src" / ".gitignore").unlink()
    (folder / "src" / "gone.py").symlink_to(folder / "nowhere")
    assert told(JOB) == ["JL902 error 2: 'src' cannot be read: gone.py: No such file or directory."]


@pytest.mark.skipif(os.name != "posix", reason="there are no named pipes here")
def test_a_pipe_is_no_file_and_is_not_waited_for(told, folder: Path) -> None:
    os.mkfifo(folder / "src" / "pipe")
    assert told(JOB) == ["JL902 error 2: 'src' cannot be read: pipe: it is no file."]


def test_an_ignore_file_that_the_client_would_refuse_is_told(told, folder: Path) -> None:
    (folder / "src" / ".amlignore").write_text("*.bin\n!\n")
    assert told(JOB) == ["JL902 error 2: 'src' cannot be read: .amlignore: Invalid git pattern: '!'."]


def test_a_large_upload_is_a_warning(told, folder: Path) -> None:
    (folder / "src" / "big.bin").write_bytes(b"0" * 5000)
    assert told(JOB, large=4000) == [
        "JL904 warning 2: 'src' has 5.0 kB in 2 files to upload; "
        "leave files out in .amlignore, or refer to data."
    ]
    (folder / "src" / ".amlignore").write_text("*.bin\n")
    assert told(JOB, large=4000) == []


def test_the_configuration_says_what_is_large(told, folder: Path) -> None:
    (folder / "src" / "big.bin").write_bytes(b"0" * 5000)
    assert told(JOB) == []
    (folder / "joblens.toml").write_text("[azure]\nlarge_upload_mb = 0.004\n")
    assert [line[:15] for line in told(JOB)] == ["JL904 warning 2"]
    (folder / "joblens.toml").write_text("[azure]\nlarge_upload_mb = 'much'\n")
    with pytest.raises(ConfigurationError, match="a number of megabytes, not 'much'"):
        told(JOB)


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 429, "retry_after": "1"}, {"cut_after": 0}])
def test_what_cannot_be_asked_is_silence(
    told, names_plane: ControlPlane, workspace: Workspace, folder: Path, fault: dict[str, object]
) -> None:
    names_plane.faults.add(where="/workspaces/", **fault)
    text = JOB.replace("cpu-cluster", "nothing").replace("sklearn:3", "nothing:1")
    found = preflight(Document(text, folder / "job.yml"), workspace, _Account(names_plane))
    assert found.problems == ()
    assert "Not all was asked: Azure" in found.summary


def test_without_a_workspace_the_files_alone_are_looked_at(folder: Path) -> None:
    found = preflight(Document(JOB.replace("src", "gone"), folder / "job.yml"), None, None)
    assert [one.code for one in found.problems] == ["JL801"], "as the checks say it"


PATTERNS = (
    "*.pyc", "__pycache__/", "/data", "data/", "!data/keep.txt", "**/cache", "a/**/b", "*.b?n", "[ab].txt",
    "# comment", "", "  ", "\\#odd", "sub/*.txt", "!sub/a.txt", "/*", "!/main.py", "logs", "*~", "deep/**",
    "a.txt ", "/", "**", "!/", "!**/*.py", "[!a].txt", "x\\ y", "sub", ".*", "data/*/a.txt",
)  # fmt: skip
PLACES = (
    "main.py", "a.txt", "b.txt", "#odd", "x y", ".hidden", "data/a.txt", "data/keep.txt", "data/in/a.txt",
    "sub/a.txt", "sub/b.txt", "sub/data/c.bin", "a/b", "deep/er/b", "__pycache__/m.pyc", "logs/l1", "cache/x",
    "sub/cache/y", "n~",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("azure_client")
def test_files_are_ignored_exactly_as_azure_ai_ml_ignores_them(tmp_path: Path) -> None:
    choose = random.Random(7)
    ours = []
    for number in range(60):
        top = tmp_path / str(number)
        for place in PLACES:
            (top / place).parent.mkdir(parents=True, exist_ok=True)
            (top / place).write_text(place)
        for name in choose.choice([[".amlignore"], [".gitignore"], [".amlignore", ".gitignore"], []]):
            lines = choose.choices(PATTERNS, k=choose.randint(1, 5))
            (top / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        if number % 5 == 0 and os.name == "posix":
            (top / "link").symlink_to(top / "sub", target_is_directory=True)
        found = upload_of(top)
        ours.append([found.files, found.size])
    program = f"""
import json, os, sys
from azure.ai.ml._utils._asset_utils import get_ignore_file, get_upload_files_from_folder
from pathlib import Path
found = []
for number in range(60):
    top = Path({str(tmp_path)!r}, str(number)).resolve()
    files = [one for one, _ in get_upload_files_from_folder(top, ignore_file=get_ignore_file(top))]
    found.append([len(files), sum(os.path.getsize(one) for one in files)])
print("TOLD" + json.dumps(found))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout.partition("TOLD")[2])
    assert ours == theirs
    assert len({tuple(one) for one in ours}) > 10


def submitted(folder: Path, *words: str) -> int:
    return main(["job", "create", "-f", str(folder / "job.yml"), *words])


def test_an_error_stops_job_create_before_anything_is_sent(
    names_plane: ControlPlane, folder: Path, workspace: Workspace, monkeypatch, capsys
) -> None:
    (folder / "job.yml").write_text(JOB.replace("sklearn:3", "sklearn:99").replace("cpu-cluster", "none"))
    where = (
        "--subscription",
        workspace.subscription_id,
        "-g",
        workspace.resource_group,
        "-w",
        workspace.name,
    )
    assert submitted(folder, *where) == 2
    err = capsys.readouterr().err
    assert f"{folder / 'job.yml'}:3:22: error JL905 The workspace has no version 99" in err
    assert ":4:18: error JL905 The workspace has no compute 'none'" in err
    assert "hint: Nothing was uploaded" in err
    assert not [call for call in names_plane.calls if call.method != "GET"]


@pytest.mark.parametrize(
    "words", [("--environment", "this-python"), ("--allow-drift",), ("--no-queue",), ("--retries", "2")]
)
def test_what_only_a_run_on_this_machine_has_is_refused_for_a_job_that_is_sent(
    names_plane: ControlPlane, folder: Path, capsys, words: tuple[str, ...]
) -> None:
    (folder / "job.yml").write_text(JOB)
    assert submitted(folder, *words) == 2
    assert f"error: {words[0]} is for a run on this machine" in capsys.readouterr().err
    assert not names_plane.calls


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_while_the_workspace_does_not_answer_waits_for_nothing(
    names_plane: ControlPlane, folder: Path, workspace: Workspace
) -> None:
    (folder / "job.yml").write_text(JOB)
    address = ("--subscription", workspace.subscription_id, "-g", workspace.resource_group)
    create = ("job", "create", str(folder / "job.yml"), *address, "-w", workspace.name)
    with names_plane.faults.during(where="GET .*/computes", hangs=True):
        with subprocess.Popen(
            [sys.executable, "-m", "joblens", *create], stderr=subprocess.PIPE, text=True
        ) as process:
            soon(lambda: bool(names_plane.faults.met))
            process.send_signal(signal.SIGINT)
            assert process.communicate()[1] == ""
            assert process.returncode == 130
        assert len(names_plane.faults.met) == 1, "it is asked a second time once nothing came for long"


def test_the_machines_account_is_one_that_may_ask(
    names_plane: ControlPlane, folder: Path, workspace: Workspace
) -> None:
    manager = ResourceManager(MachineAccount())
    assert preflight(Document(JOB, folder / "job.yml"), workspace, manager).problems == ()
