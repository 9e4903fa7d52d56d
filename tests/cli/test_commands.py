"""The command line as a user has it: arguments, what is printed, exit codes."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from joblens.cli import main, show
from joblens.engine import cancellation
from tests.engine.jobs import job, write

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def joblens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command in a project folder: `code, out, err = joblens("run", "job.yml")`."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        return (code, *capsys.readouterr())

    return call


def test_run_prints_the_log_and_answers_how_it_ended(joblens, tmp_path):
    write(tmp_path, job("echo hello"))
    code, out, err = joblens("run", "job.yml", "--environment", "this-python")
    assert (code, out) == (0, "hello\n")
    assert "joblens: Completed." in err


def test_a_failed_job_answers_1(joblens, tmp_path):
    write(tmp_path, job("exit 3"))
    code, _, err = joblens("run", "job.yml")
    assert code == 1
    assert "exit code 3" in err


def test_an_environment_that_cannot_be_built_answers_4(joblens, tmp_path):
    environment = "environment: {image: any, conda_file: {dependencies: [python=3.2]}}"
    write(tmp_path, f"command: echo\n{environment}\ncompute: local\n")
    code, _, err = joblens("run", "job.yml")
    assert code == 4
    assert "asks for Python 3.2" in err


def test_json_is_an_event_per_line(joblens, tmp_path):
    write(tmp_path, job("echo hello"))
    _, out, _ = joblens("run", "job.yml", "--environment", "this-python", "--name", "j", "--json")
    events = [json.loads(line) for line in out.splitlines()]
    assert events[0]["name"] == "j"
    assert [event["status"] for event in events if event["kind"] == "status"] == [
        "Preparing",
        "Running",
        "Finalizing",
        "Completed",
    ]
    assert {"kind": "line", "text": "hello"} in events


def test_a_dry_run_prints_the_command(joblens, tmp_path):
    write(tmp_path, job("echo ${{inputs.n}}", "inputs: {n: 1}"))
    code, out, _ = joblens("run", "job.yml", "--dry-run", "--set", "inputs.n=2")
    assert code == 0
    assert "\ncommand:\n  echo 2\nfolder: " in out


def test_job_create_runs_a_local_job_and_stream_shows_it(joblens, tmp_path):
    write(tmp_path, job("echo ${{inputs.n}}", "inputs: {n: 1}"))
    code, out, _ = joblens("job", "create", "-f", "job.yml", "--name", "one", "--set", "inputs.n=5")
    assert (code, out) == (0, "one\n")
    assert joblens("job", "stream", "one")[:2] == (0, "5\n")
    assert joblens("job", "create", "-f", "job.yml", "--name", "two", "--stream")[1].endswith("1\n")


@pytest.mark.parametrize("file", ["cluster.yml", "pipeline.yml"])
def test_job_create_submits_what_is_not_for_this_machine(joblens, tmp_path, monkeypatch, file):
    for name in [name for name in os.environ if name.startswith("AZURE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "cluster.yml").write_text(job("echo").replace("local", "azureml:cpu"), encoding="utf-8")
    (tmp_path / "pipeline.yml").write_text("type: pipeline\njobs: {}\n", encoding="utf-8")
    code, _, err = joblens("job", "create", "-f", file)
    assert code == 6
    assert "No workspace is set" in err


def test_job_list_show_and_cancel(joblens, tmp_path):
    write(tmp_path, job("sleep 600"))
    joblens("run", "job.yml", "--detach", "--name", "long")
    code, out, _ = joblens("job", "cancel", "--name", "long")
    assert (code, out) == (0, "long: Canceled\n")
    assert "status:       Canceled" in joblens("job", "show", "long")[1]
    assert json.loads(joblens("job", "list", "--json")[1])["name"] == "long"


def test_control_c_cancels_the_run(tmp_path):
    write(tmp_path, job('"echo started; sleep 600"'))
    script = f"import sys; sys.path[:] = {sys.path!r}; from joblens.cli import main; sys.exit(main())"
    child = subprocess.Popen(
        [sys.executable, "-c", script, "run", "job.yml"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "started\n"
    os.kill(child.pid, signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 1
    assert "joblens: Canceled." in err


def test_another_control_c_is_unheard_until_the_end_was_asked_for_and_leaves_it_to_itself(
    monkeypatch, capsys, tmp_path
):
    heard: list[object] = []

    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(show, "follow", pressed)
    monkeypatch.setattr(cancellation, "cancel", lambda _: heard.append(signal.getsignal(signal.SIGINT)))
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        show.stream(tmp_path / "long", json_lines=False)
    assert heard == [signal.SIG_IGN]
    assert signal.getsignal(signal.SIGINT) is before
    assert "The canceling goes on; 'joblens job show long' tells how it ends." in capsys.readouterr().err


def test_errors_have_a_hint_and_a_code(joblens):
    code, out, err = joblens("run", "nowhere.yml")
    assert (code, out) == (2, "")
    assert err.startswith("error: There is no file nowhere.yml.\nhint: ")
    assert joblens("job", "show", "nothing")[0] == 5


def test_pages_without_mlflow_are_refused_with_what_to_install(joblens, monkeypatch, tmp_path):
    def none(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", none)
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path / "home"))  # where no server runs yet
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    code, _, err = joblens("ui")
    assert code == 3
    assert err.startswith("error: MLflow is not installed, so no run is tracked.\nhint: Install it with: ")


def test_what_does_not_run_here_is_told_with_its_kind_and_the_next_step(joblens, tmp_path):
    step = "jobs:\n  a:\n    command: echo\n    environment: azureml:e:1\n    compute: azureml:c\n"
    write(tmp_path, f"type: pipeline\n{step}")
    code, _, err = joblens("run", "job.yml")
    assert code == 2
    assert "job.yml is of the kind 'pipelineJob', and only command and sweep jobs run on this machine." in err
    assert "'joblens job create -f job.yml'" in err


def test_a_run_says_its_name_and_where_its_files_are(joblens, tmp_path):
    write(tmp_path, job("echo"))
    _, _, err = joblens("run", "job.yml", "--environment", "this-python", "--name", "n")
    assert err.startswith("joblens: Run n\n")
    assert err.endswith(f"joblens: Its files are in {Path('.joblens', 'runs', 'n')}\n")


def test_a_dry_run_as_json_is_the_plan(joblens, tmp_path):
    write(tmp_path, job("echo ${{inputs.n}}", "inputs: {n: 1}"))
    plan = json.loads(joblens("run", "job.yml", "--dry-run", "--json")[1])
    assert (plan["command"], plan["parameters"]) == ("echo 1", {"n": "1"})


def test_an_error_as_json_is_an_object_on_stderr(joblens):
    code, out, err = joblens("run", "nowhere.yml", "--json")
    assert (code, out) == (2, "")
    assert json.loads(err)["error"] == "There is no file nowhere.yml."
    assert json.loads(err)["hint"]


def test_a_setting_without_effect_starts_nothing(joblens, tmp_path):
    write(tmp_path, job("echo ${{inputs.learning_rate}}", "inputs: {learning_rate: 1}"))
    code, _, err = joblens("run", "job.yml", "--set", "inputs.learning_rat=2")
    assert code == 2
    assert err.startswith("error: There is no input 'learning_rat'. Did you mean 'learning_rate'?\n")
    assert not (tmp_path / ".joblens").exists()


def test_what_the_configuration_turns_off_keeps_no_job_from_running(joblens, tmp_path):
    write(tmp_path, job("echo", "tags: {n: 1}"))
    assert joblens("run", "job.yml", "--dry-run")[0] == 2
    (tmp_path / "joblens.toml").write_text("[check.severity]\nJL103 = 'off'\n", encoding="utf-8")
    assert joblens("run", "job.yml", "--dry-run")[0] == 0


@pytest.mark.parametrize("arguments", [("--name", "a/b"), ("--name", "twice")])
def test_a_name_that_cannot_be_answers_2(joblens, tmp_path, arguments):
    write(tmp_path, job("echo"))
    (tmp_path / ".joblens" / "runs" / "twice").mkdir(parents=True)
    assert joblens("run", "job.yml", *arguments)[0] == 2


def test_what_is_missing_on_the_command_line_answers_2(joblens):
    assert joblens("job", "show")[0] == 2
    assert joblens("job", "create")[0] == 2


def test_job_list_says_when_there_are_no_runs_and_else_the_job_file(joblens, tmp_path):
    assert joblens("job", "list") == (0, "", f"No runs in {tmp_path / '.joblens' / 'runs'}.\n")
    write(tmp_path, job("echo"))
    assert joblens("job", "create", "job.yml", "--name", "r", "--stream")[0] == 0
    assert joblens("job", "list")[1].endswith("  job.yml\n")
    assert joblens("job", "list", "--status", "completed")[1].endswith("  job.yml\n")
    assert joblens("job", "list", "--status", "failed")[2].startswith("No runs that fit in ")


@pytest.mark.parametrize("in_the_way", [".joblens", ".joblens/runs"])
def test_a_folder_that_cannot_be_written_is_one_error(joblens, tmp_path, in_the_way):
    write(tmp_path, job("echo"))
    file = tmp_path / in_the_way
    file.parent.mkdir(exist_ok=True)
    file.touch()
    code, _, err = joblens("run", "job.yml")
    assert code == 1
    assert err.startswith("error: The run's folder cannot be made: ")
    assert err.count("\n") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the stream")
@pytest.mark.parametrize("arguments", ["check job.yml", "run job.yml --environment this-python", "--help"])
def test_a_closed_stdout_is_no_failure(tmp_path, arguments):
    write(tmp_path, job("echo hello"))
    command = f"{shlex.quote(sys.executable)} -m joblens {arguments} >&-"
    ended = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a device that is always full")
def test_a_full_disk_behind_stdout_is_one_error(tmp_path):
    write(tmp_path, job("echo hello"))
    command = f"{shlex.quote(sys.executable)} -m joblens run job.yml --dry-run > /dev/full"
    ended = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(
        "error: What was to be printed cannot be written: no space left on device.\n"
    )
    assert "Traceback" not in ended.stderr


def test_a_broken_file_that_could_be_anything_is_told_where_it_breaks(joblens, tmp_path):
    (tmp_path / "job.yml").write_text("command: [1, 2\nfoo: bar\n", encoding="utf-8")
    code, _, err = joblens("run", "job.yml")
    assert (code, err) == (
        2,
        "error: job.yml:1:10: JL001 This '[' is not closed; add ']'\nhint: Nothing was started.\n",
    )
