"""What MLflow has of a run: real scripts, the real server, its own interface."""

import json
import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from joblens.engine import folders, past, records, recovery
from joblens.engine.code.git import tags as git_tags
from joblens.engine.events import Event
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, cancel, create, dry_run
from joblens.engine.tracking import server
from tests.engine.jobs import Finished, at_work, finished, job, until, write


@pytest.fixture(autouse=True)
def mlflow(need):
    need(find_spec("mlflow"), "mlflow is not installed")


def tracked(run: Finished) -> Any:
    """The run as MLflow's server gives it."""
    address = f"{run.record.tracking['uri']}/api/2.0/mlflow/runs/get?run_id={run.record.tracking['run_id']}"
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)["run"]


def pairs(listed: list[dict[str, str]]) -> dict[str, str]:
    return {each["key"]: each["value"] for each in listed}


def artifacts(run: Finished, folder: str) -> list[str]:
    known = run.record.tracking
    address = f"{known['uri']}/api/2.0/mlflow/artifacts/list?run_id={known['run_id']}&path={folder}"
    with urllib.request.urlopen(address) as answer:
        return [file["path"] for file in json.load(answer).get("files", [])]


def test_a_script_logs_into_the_run(tmp_path):
    main = """\
        import mlflow
        with mlflow.start_run(run_name="renamed"):
            mlflow.log_metric("loss", 0.25)
            mlflow.log_param("depth", 3)
        """
    run = finished(
        write(tmp_path, job("python main.py", "code: .\ninputs: {rate: 0.5}"), {"main.py": main}), name="r1"
    )
    assert run.record.status == "Completed", run.lines
    found = tracked(run)
    assert found["info"]["status"] == "FINISHED"
    assert found["info"]["run_name"] == "r1"
    assert pairs(found["data"]["metrics"]) == {"loss": 0.25}
    assert pairs(found["data"]["params"]) == {"rate": "0.5", "depth": "3"}


@pytest.mark.parametrize("written", ["at once", "by requests"])
def test_what_a_script_logs_of_its_inputs_stays_as_it_reads_them(tmp_path, monkeypatch, written):
    if written == "by requests":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.ensure().replace("127.0.0.1", "localhost"))
    main = "import mlflow, sys\nmlflow.log_params({'rate': float(sys.argv[1]), 'own': 1})\n"
    more = "code: .\ninputs: {rate: 1e-3, depth: 3}"
    run = finished(write(tmp_path, job("python main.py ${{inputs.rate}}", more), {"main.py": main}))
    assert run.record.status == "Completed", run.lines
    assert pairs(tracked(run)["data"]["params"]) == {"rate": "0.001", "own": "1", "depth": "3"}
    assert json.loads(pairs(tracked(run)["data"]["tags"])["joblens.parameters"])["depth"] == "3"


def test_the_status_is_the_exit_codes_whatever_the_script_said(tmp_path):
    main = "import mlflow, sys\nwith mlflow.start_run(): pass\nsys.exit(7)\n"
    run = finished(write(tmp_path, job("python main.py", "code: ."), {"main.py": main}))
    assert tracked(run)["info"]["status"] == "FAILED"


def test_outputs_and_logs_are_artifacts(tmp_path):
    run = finished(write(tmp_path, job('"mkdir outputs/a; echo x > outputs/a/m.txt; echo y > logs/l.txt"')))
    assert artifacts(run, "outputs/a") == ["outputs/a/m.txt"]
    assert artifacts(run, "logs") == ["logs/l.txt"]
    assert artifacts(run, "user_logs") == ["user_logs/std_log.txt"]


def test_what_a_script_logged_is_downloaded_with_the_run_and_found_by_later_jobs(tmp_path):
    main = """\
        import mlflow
        mlflow.log_text("t", "notes/t.txt")
        mlflow.log_text("its own", "job.yml")
        model = mlflow.initialize_logged_model(name="model")
        mlflow.MlflowClient().log_model_artifact(model.model_id, "MLmodel")
        """
    code = {"code/main.py": main, "code/MLmodel": "m"}
    command = "python main.py && echo o > outputs/o.txt"
    run = finished(
        write(tmp_path, job(command, "code: code\noutputs: {n: {type: uri_folder}}"), code), name="a"
    )
    assert run.record.status == "Completed", run.lines
    past.download(run.folder.path, tmp_path / "to")
    files = {file.relative_to(tmp_path / "to").as_posix() for file in (tmp_path / "to").rglob("*.*")}
    assert {"artifacts/notes/t.txt", "artifacts/outputs/o.txt", "artifacts/user_logs/std_log.txt"} <= files
    assert (tmp_path / "to/artifacts/job.yml").read_text(encoding="utf-8") == "its own"
    assert (tmp_path / "to/artifacts/model/MLmodel").read_text(encoding="utf-8") == "m"
    more = "inputs: {m: {type: mlflow_model, path: azureml://jobs/a/outputs/artifacts/paths/model/}}"
    later = finished(write(tmp_path, job("cat ${{inputs.m}}/MLmodel", more)))
    assert later.lines[-1] == "m"


def test_a_sweep_is_downloaded_with_what_its_best_trial_logged(tmp_path):
    main = """\
        import sys, mlflow
        mlflow.log_metric("loss", float(sys.argv[1]))
        mlflow.log_text(sys.argv[1], "x.txt")
        """
    run = finished(write(tmp_path, SWEEP, {"main.py": main}))
    past.download(run.folder.path, tmp_path / "to")
    assert (tmp_path / "to/artifacts/x.txt").read_text(encoding="utf-8") == "1"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_where_the_code_came_from_is_recorded(tmp_path):
    file = write(tmp_path, job("echo", "description: what\ntags: {team: red}"), {"a.txt": "1"})
    git(tmp_path, "init", "-q", "-b", "topic")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "remote", "add", "origin", "https://example.com/repo.git")
    (tmp_path / "a.txt").write_text("2", encoding="utf-8")
    tags = pairs(tracked(finished(file))["data"]["tags"])
    assert tags["mlflow.source.git.commit"] == git(tmp_path, "rev-parse", "HEAD")
    assert tags["mlflow.source.git.branch"] == "topic"
    assert tags["mlflow.source.git.repoURL"] == "https://example.com/repo.git"
    assert tags["azureml.git.dirty"] == "True"
    assert tags["mlflow.note.content"] == "what"
    assert tags["team"] == "red"
    assert len(tags["joblens.snapshot"]) == 64


def test_a_file_that_git_does_not_know_makes_the_code_dirty(tmp_path):
    git(tmp_path, "init", "-q")
    write(tmp_path, job("echo"), {"a.txt": "1", ".gitignore": "ignored\n"})
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    (tmp_path / "ignored").touch()
    assert git_tags(tmp_path)["azureml.git.dirty"] == "False"
    (tmp_path / "new.py").touch()
    assert git_tags(tmp_path)["azureml.git.dirty"] == "True"


def test_an_address_with_a_password_is_not_recorded(tmp_path):
    file = write(tmp_path, job("echo"))
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://me:secret@example.com/repo.git")
    assert "mlflow.source.git.repoURL" not in pairs(tracked(finished(file))["data"]["tags"])


def test_the_users_own_server_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    run = finished(write(tmp_path, job("echo ran")))
    assert (run.lines, run.record.status, run.record.tracking) == (["ran"], "Completed", {})
    assert "not tracked" in run.notes[0]


def test_a_store_that_is_no_server_is_left_to_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///own.db")
    run = finished(write(tmp_path, job("echo $MLFLOW_TRACKING_URI $MLFLOW_RUN_ID")))
    assert run.lines == ["sqlite:///own.db"]


def test_one_server_serves_all_runs(tmp_path):
    first, second = finished(write(tmp_path, job("echo"))), finished(write(tmp_path, job("echo")))
    assert first.record.tracking["uri"] == second.record.tracking["uri"] == server.running(patience=60)


SWEEP = """\
        type: sweep
        trial:
          command: >-
            python main.py ${{search_space.x}} ${{inputs.scale}} &&
            echo ${{search_space.x}} > ${{outputs.o}}/x.txt
          code: .
          environment: azureml:any@latest
        inputs: {scale: 10}
        outputs: {o: {type: uri_folder}}
        compute: local
        sampling_algorithm: grid
        search_space: {x: {type: choice, values: [3, 1, 2]}}
        objective: {goal: minimize, primary_metric: loss}
        limits: {max_total_trials: 10, max_concurrent_trials: 2}
        """


def test_a_sweep_is_a_parent_with_its_trials(tmp_path):
    main = """\
        import os, sys, mlflow
        assert os.environ["AZUREML_SWEEP_x"] == sys.argv[1]
        mlflow.log_metric("loss", float(sys.argv[1]) * float(sys.argv[2]))
        """
    file = write(tmp_path, SWEEP, {"main.py": main})
    run = finished(file, name="s")
    assert run.record.status == "Completed", run.lines
    assert (run.record.best["name"], run.record.best["value"]) == ("s_1", 10.0)
    assert run.lines[-1] == "Best trial: s_1 with loss = 10 (x=1)."
    assert "s_2: Completed. loss = 20." in run.lines
    assert records.show(run.folder.path.with_name("s_2")).metric == {"loss": 20.0}
    parent = tracked(run)
    tags = pairs(parent["data"]["tags"])
    assert tags["best_child_run_id"] == run.record.best["run_id"]
    assert (tags["score"], tags["best_metric_status"]) == ("10.0", "Succeeded")
    assert (run.folder.outputs / "o" / "x.txt").read_text(encoding="utf-8") == "1\n"
    trial = Finished(run.folder.path.with_name("s_2"), [])
    assert pairs(tracked(trial)["data"]["tags"])["mlflow.parentRunId"] == parent["info"]["run_id"]
    assert pairs(tracked(trial)["data"]["params"]) == {"scale": "10", "x": "2"}
    assert (trial.folder.outputs / "o" / "x.txt").read_text(encoding="utf-8") == "2\n"


def test_a_server_that_cannot_start_does_not_stop_the_run(tmp_path, monkeypatch):
    (tmp_path / "home").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path / "home"))
    run = finished(write(tmp_path, job("echo ran")))
    assert (run.lines, run.record.status, run.record.tracking) == (["ran"], "Completed", {})
    assert "not tracked" in run.notes[0]


def test_canceling_a_sweep_cancels_its_trials(tmp_path):
    started = create(
        write(tmp_path, SWEEP, {"main.py": "import time; print('on', flush=True); time.sleep(600)"})
    )
    until(follow(started.folder), f"{started.name}_1 started: x=1")
    trials = [started.folder.with_name(f"{started.name}_{number}") for number in (0, 1)]
    for trial in trials:
        at_work(trial)
    cancel(started.folder)
    assert records.wait(started.folder).status == "Canceled"
    assert [records.read(RunFolder(trial)).status for trial in trials] == ["Canceled", "Canceled"]
    assert not started.folder.with_name(f"{started.name}_2").exists()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"search_space.x.values": [3, 7]}, "  x: one of 3, 7\n"),
        ({"search_space.x.values": [1, 2, 3, 4]}, "4 trials, 2 at once, grid sampling, minimize loss"),
    ],
)
def test_a_sweeps_dry_run_says_what_it_would_do(tmp_path, settings, told):
    file = write(tmp_path, SWEEP)
    assert told in dry_run(file, RunOptions(overrides=settings))


def test_a_server_that_died_is_started_again_and_the_record_is_whole(tmp_path):
    started = create(write(tmp_path, job('"echo on; while [ ! -e ../go ]; do sleep 0.05; done"')))
    until(follow(started.folder), "on")
    server.stop()
    (started.folder / "go").touch()
    run = Finished(started.folder, list(follow(started.folder)))
    assert tracked(run)["info"]["status"] == "FINISHED"
    assert artifacts(run, "user_logs") == ["user_logs/std_log.txt"]


def test_a_server_that_is_only_slow_is_waited_for():
    uri = server.ensure()
    state = json.loads((folders.home() / "tracking" / "server.json").read_text(encoding="utf-8"))
    family = [psutil.Process(state["pid"]), *psutil.Process(state["pid"]).children(recursive=True)]
    for process in family:
        process.suspend()
    assert server.running(timeout=0.2) is None
    threading.Timer(1, lambda: [process.resume() for process in family]).start()
    assert server.running(patience=60, timeout=0.2) == uri


def test_a_lost_run_is_closed_in_mlflow_too(tmp_path):
    started = create(write(tmp_path, job('"echo on; sleep 600"')))
    until(follow(started.folder), "on")
    owner = recovery.supervisor(RunFolder(started.folder))
    assert owner is not None
    os.kill(owner.pid, signal.SIGKILL)
    assert records.wait(started.folder).status == "Failed"
    assert tracked(Finished(started.folder, []))["info"]["status"] == "FAILED"


def test_a_run_canceled_while_its_record_is_made_leaves_none_running(tmp_path):
    others = set(runs_still_going(server.ensure()))  # those that other tests left
    server.stop()
    started = create(write(tmp_path, job("sleep 600")), options=RunOptions(environment="this-python"))
    until_note(follow(started.folder), "Starting the MLflow server")
    cancel(started.folder)
    record = records.wait(started.folder)
    assert record.status == "Canceled"
    assert record.tracking_url is not None
    assert set(runs_still_going(server.ensure())) <= others


def until_note(events: Iterator[Event], start: str) -> None:
    assert any(event.kind == "note" and event.text.startswith(start) for event in events)


def runs_still_going(uri: str) -> list[str]:
    query = {"experiment_ids": experiments(uri), "filter": "attributes.status = 'RUNNING'"}
    return [run["info"]["run_name"] for run in asked(uri, "runs/search", query).get("runs", [])]


def experiments(uri: str) -> list[str]:
    return [
        each["experiment_id"]
        for each in asked(uri, "experiments/search", {"max_results": 1000})["experiments"]
    ]


def asked(uri: str, name: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{uri}/api/2.0/mlflow/{name}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
