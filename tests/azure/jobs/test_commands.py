"""`joblens job ...` with a workspace: what is printed, what is asked, exit codes."""

import json
import os
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.azure.jobs.service import JobService
from joblens.cli import cluster_jobs, job_list, main
from joblens.engine import records
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from tests.azure.control_plane import ControlPlane
from tests.azure.jobs.conftest import Made, tree
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE

Run = Callable[..., tuple[int, str, str]]
LOG = "user_logs/std_log.txt"
NAMED = ("--subscription", SUBSCRIPTION, "-g", GROUP, "-w", WORKSPACE)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in a project folder with one run, `here`; no workspace is configured."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AZUREML_RUN_POLLING_INTERVAL_MIN", "0.01")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        return (code, *capsys.readouterr())

    folder = RunFolder(tmp_path / ".joblens" / "runs" / "here")
    folder.path.mkdir(parents=True)
    record = Record("here", "Completed", time.time(), experiment="local", job_file=str(tmp_path / "job.yml"))
    records.write(folder, record)
    return call


@pytest.fixture
def joblens(nowhere: Run, service: JobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, with a workspace that is configured."""
    monkeypatch.setattr(cluster_jobs, "manager", lambda: service.manager)
    where = {"subscription_id": SUBSCRIPTION, "resource_group": GROUP, "workspace_name": WORKSPACE}
    (tmp_path / "config.json").write_text(json.dumps(where))
    return nowhere


def test_runs_and_jobs_are_in_one_table(joblens: Run, made: Made) -> None:
    made("there", "Completed", "2024-05-01T12:00:00.1234567Z")
    code, out, err = joblens("job", "list")
    heading, _, first, second = out.splitlines()
    assert heading.split() == ["Name", "Status", "Where", "Created", "Experiment", "File"]
    assert first.split()[:3] == ["here", "Completed", "local"]
    assert second.split()[:3] == ["there", "Completed", WORKSPACE]
    assert (code, err) == (0, "")
    query = "[].[name, where, experiment_name, type, creation_context.created_at != null]"
    out = joblens("job", "list", "-o", "tsv", "--query", query)[1]
    assert out.splitlines()[1] == f"there\t{WORKSPACE}\tflowers\tcommand\tTrue"
    assert "there" not in joblens("job", "list", "--local")[1]
    assert "there" not in joblens("job", "list", "--status", "Failed")[1]
    assert "local" not in joblens("job", "list", *NAMED)[1]


def test_the_jobs_of_a_sweep_are_listed(plane: ControlPlane, joblens: Run, made: Made) -> None:
    made("sweep", jobType="Sweep")
    plane.children["sweep"] = [{"runId": "sweep_0", "status": "Completed", "parentRunId": "sweep"}]
    assert joblens("job", "list", "-p", "sweep", "--query", "[].name", "-o", "tsv")[1] == "sweep_0\n"


def test_without_a_workspace_nobody_is_asked(plane: ControlPlane, nowhere: Run) -> None:
    plane.calls.clear()
    code, out, err = nowhere("job", "list")
    assert (code, out.split()[:5], err) == (0, ["Name", "Status", "Created", "Experiment", "File"], "")
    code, out, err = nowhere("job", "show", "unknown")
    assert (code, out) == (5, "")
    assert err.startswith("error: There is no run 'unknown' in ")
    assert not plane.calls


def test_a_workspace_that_is_out_of_reach_costs_one_line(
    plane: ControlPlane, joblens: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plane.faults.during(where="/jobs", status=403, message="No."):
        code, out, err = joblens("job", "list")
    assert (code, out.splitlines()[2].split()[0]) == (0, "here")
    assert err == f"joblens: Without the jobs of the workspace '{WORKSPACE}': Azure refused (403): No.\n"
    monkeypatch.setattr(job_list, "_LONGEST", 0.2)
    with plane.faults.during(where="/jobs", hangs=True):
        code, out, err = joblens("job", "list")
    assert (code, out.splitlines()[2].split()[0]) == (0, "here")
    assert err == f"joblens: Without the jobs of the workspace '{WORKSPACE}': it does not answer.\n"
    with plane.faults.during(where="/jobs", status=403, message="No."):
        assert joblens("job", "list", *NAMED)[0] == 6


def test_that_there_is_nothing_is_said_of_what_was_looked_at_alone(
    plane: ControlPlane, joblens: Run, made: Made
) -> None:
    asked = ("job", "list", "--status", "queued")
    both = joblens(*asked)[2]
    assert both.startswith("No runs that fit in ")
    assert both.endswith(f"runs, and no jobs in {WORKSPACE}.\n")
    assert joblens(*asked, *NAMED)[2] == f"No jobs that fit in {WORKSPACE}.\n"
    with plane.faults.during(where="/jobs", status=403, message="No."):
        assert "no jobs" not in joblens(*asked)[2]


def test_below_a_name_that_a_run_has_here_the_workspace_that_is_named_is_asked(
    plane: ControlPlane, joblens: Run, made: Made
) -> None:
    listed = ("job", "list", "-p", "here", "--query", "[].name", "-o", "tsv")
    assert joblens(*listed, *NAMED)[0] == 5
    made("here", jobType="Sweep")
    plane.children["here"] = [{"runId": "here_0", "status": "Completed", "parentRunId": "here"}]
    assert joblens(*listed)[1] == ""
    assert joblens(*listed, *NAMED)[1] == "here_0\n"


def test_a_run_of_this_machine_comes_first(plane: ControlPlane, joblens: Run, made: Made) -> None:
    made("here", "Failed")
    plane.calls.clear()
    assert "status:       Completed" in joblens("job", "show", "here")[1]
    assert not plane.calls
    assert "status:       Failed" in joblens("job", "show", "here", *NAMED)[1]


def test_a_job_is_shown_and_opened(joblens: Run, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made("there", "Running")
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    code, out, _ = joblens("job", "show", "there", "--web")
    assert (code, opened) == (0, ["https://ml.azure.com/runs/there"])
    assert f"workspace:    {WORKSPACE}" in out
    studio = joblens("job", "show", "-n", "there", "--query", "services.Studio.endpoint", "-o", "tsv")
    assert studio[1] == "https://ml.azure.com/runs/there\n"


def test_a_name_that_nobody_knows_is_told_for_both(joblens: Run, made: Made) -> None:
    made("there")
    code, _, err = joblens("job", "stream", "thre")
    assert code == 5
    assert "There is no run 'thre' in " in err
    assert f"The workspace '{WORKSPACE}' has no job 'thre'." in err
    assert "hint: Did you mean 'there'?" in err


def test_a_job_is_streamed(plane: ControlPlane, joblens: Run, made: Made) -> None:
    plane.logs[made("there")] = {LOG: [b"one\n", b"one\ntwo\n"]}
    code, out, err = joblens("job", "stream", "there")
    assert (code, out) == (0, "one\ntwo\n")
    assert "joblens: Running\n" in err
    assert f"joblens: {LOG}:\n" in err
    plane.logs[made("bad")] = {LOG: [b"one\n"]}
    plane.ends["bad"] = {"status": "Failed", "error": {"code": "UserError", "message": "It went wrong."}}
    code, out, _ = joblens("job", "stream", "bad", "--json")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert {"kind": "line", "text": "one", "file": LOG} in events
    assert events[-1]["status"] == "Failed"
    assert events[-1]["text"] == "It went wrong."


def test_a_job_is_canceled_archived_and_restored(plane: ControlPlane, joblens: Run, made: Made) -> None:
    plane.held.add(made("there", "Running"))
    assert joblens("job", "cancel", "there")[1] == "there: Canceled\n"
    assert joblens("job", "archive", "there")[1] == "there: archived\n"
    assert "there" not in joblens("job", "list")[1]
    assert "there" in joblens("job", "list", "--archived-only")[1]
    assert joblens("job", "restore", "there")[1] == "there: restored\n"
    assert "there" in joblens("job", "list")[1]
    code, _, err = joblens("job", "archive", "here")
    assert code == 1
    assert "hint: 'joblens job delete here' deletes it." in err


def test_a_job_is_downloaded(joblens: Run, made: Made, keep: Callable[..., None], tmp_path: Path) -> None:
    made("there", "Completed")
    keep({f"ExperimentRun/dcid.there/{LOG}": b"hello\n"})
    code, out, err = joblens("job", "download", "there", "-p", "to")
    assert (code, out, err) == (0, f"{tmp_path / 'to' / 'artifacts'}\n", "")
    assert tree(tmp_path / "to")[f"artifacts/{LOG}"] == b"hello\n"
    made("empty", "Completed")
    assert joblens("job", "download", "empty")[1:] == ("", "joblens: The job empty has no such files.\n")


@pytest.mark.usefixtures("azure_client", "service")
def test_the_command_signs_in_by_itself_and_never_loads_the_sdk(made: Made, tmp_path: Path) -> None:
    made("there", "Completed")
    program = (
        "import sys; from joblens.cli import main; code = main(sys.argv[1:]);"
        "assert 'azure.ai.ml' not in sys.modules; assert 'azure.identity' not in sys.modules; sys.exit(code)"
    )
    command = [
        sys.executable,
        "-c",
        program,
        "job",
        "show",
        "there",
        *NAMED,
        "--query",
        "status",
        "-o",
        "tsv",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Completed\n", "")
