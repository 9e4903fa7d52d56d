"""MLflow's store fails while a run goes on: the run ends as it should, and its record is made up for."""

import contextlib
import itertools
import json
import os
import shutil
import signal
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from joblens.engine import folders, records
from joblens.engine.follow import follow
from joblens.engine.run import Run, RunOptions, create
from joblens.engine.tracking import server
from tests.engine.jobs import Finished, finished, job, until, write

pytestmark = pytest.mark.slow

WAITS = job(
    '"echo on; while [ ! -e ../go ]; do sleep 0.05; done; echo x > outputs/o.txt"', "inputs: {a: 1}\n"
)


@pytest.fixture(autouse=True)
def mlflow(need):
    need(find_spec("mlflow"), "mlflow is not installed")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What waits for a silent server waits a second instead of half a minute."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")


def waiting(tmp_path: Path) -> Run:
    """A run whose command waits for the word to go on."""
    started = create(write(tmp_path, WAITS), options=RunOptions(environment="this-python"))
    until(follow(started.folder), "on")
    return started


def ended(run: Run) -> Finished:
    """The same, once it was told to go on and has ended."""
    (run.folder / "go").touch()
    return Finished(run.folder, list(follow(run.folder)))


def store() -> Path:
    return folders.home() / "tracking" / "mlflow.db"


def tracked(folder: Path) -> Any:
    """The run as MLflow has it now."""
    known = records.show(folder).tracking
    address = f"{known['uri']}/api/2.0/mlflow/runs/get?run_id={known['run_id']}"
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)["run"]


def artifacts(folder: Path) -> list[str]:
    known = records.show(folder).tracking
    address = f"{known['uri']}/api/2.0/mlflow/artifacts/list?run_id={known['run_id']}&path=outputs"
    with urllib.request.urlopen(address) as answer:
        return [file["path"] for file in json.load(answer).get("files", [])]


def made_up_for(folder: Path) -> None:
    """Wait until the record of the run in `folder` was completed, by its supervisor or by a later run."""
    end = time.monotonic() + 120
    looks = itertools.count(1)
    while not _on_record(folder) and time.monotonic() < end:
        time.sleep(0.2)
        if next(looks) % 25 == 0:  # on a busy machine, a later run may have found the server silent
            finished(write(folder.parents[2] / "later", job("echo")))
    assert tracked(folder)["info"]["status"] == "FINISHED"
    assert {each["key"]: each["value"] for each in tracked(folder)["data"]["params"]} == {"a": "1"}
    assert artifacts(folder) == ["outputs/o.txt"]


def _on_record(folder: Path) -> bool:
    """Whether MLflow has the whole run, and nobody owes it anything any more."""
    debts = (folders.home() / "tracking" / "owed").glob("*.json")
    with contextlib.suppress(KeyError, OSError):  # not begun, or the server is silent; or a debt just settled
        is_owed = any(str(folder) in debt.read_text(encoding="utf-8") for debt in debts)
        return not is_owed and tracked(folder)["info"]["status"] == "FINISHED"
    return False


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Another program holds the database, as a backup does."""
    holder = sqlite3.connect(store(), isolation_level=None)
    holder.execute("begin immediate")
    try:
        yield
    finally:
        holder.close()


def test_a_locked_store_is_given_the_record_when_it_is_free_again(tmp_path):
    run = waiting(tmp_path)
    with locked():
        failed = ended(run)
    assert (failed.record.status, failed.record.exit_code) == ("Completed", 0)
    assert "The record in MLflow is not complete" in failed.notes[-1]
    assert finished(write(tmp_path, job("echo"))).record.status == "Completed"
    made_up_for(run.folder)


def test_a_run_that_a_locked_store_could_not_begin_is_recorded_later(tmp_path):
    server.ensure()
    with locked():
        run = waiting(tmp_path)
        failed = ended(run)
    assert (failed.record.status, failed.record.tracking) == ("Completed", {})
    assert "not tracked" in " ".join(failed.notes)
    finished(write(tmp_path, job("echo")))
    made_up_for(run.folder)
    began = tracked(run.folder)["info"]
    assert began["start_time"] == int((failed.record.started or 0) * 1000)
    assert began["end_time"] == int((failed.record.ended or 0) * 1000)


@contextlib.contextmanager
def forgetful(address: str) -> Iterator[str]:
    """A server before the one at `address`, which is unavailable for the first batch that is logged."""
    failures = iter([503])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = next(failures, 200) if self.path.endswith("/runs/log-batch") else 200
            answer = b"{}"
            if status == 200:
                request = urllib.request.Request(address + self.path, body or None, method=self.command)
                request.add_header("Content-Type", self.headers.get("Content-Type") or "application/json")
                try:
                    with urllib.request.urlopen(request) as found:
                        answer = found.read()
                except urllib.error.HTTPError as error:
                    status, answer = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_PUT = do_GET  # noqa: N815 - names of http.server

        def log_message(self, *_: object) -> None:
            pass

    between = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=between.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{between.server_port}"
    between.shutdown()
    between.server_close()


def test_inputs_that_mlflow_does_not_take_at_once_are_recorded_later(tmp_path, monkeypatch):
    with forgetful(server.ensure()) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        run = finished(write(tmp_path, job("echo", "inputs: {a: 1}\n")))
        assert run.record.status == "Completed"
        assert any("record in MLflow is not complete" in note for note in run.notes), run.notes
        end = time.monotonic() + 120
        while "a" not in {each["key"] for each in tracked(run.folder.path)["data"].get("params", [])}:
            assert time.monotonic() < end
            finished(write(tmp_path / "later", job("echo")))  # which pays what earlier runs owe


def test_a_deleted_store_is_made_anew_and_has_the_run(tmp_path):
    run = waiting(tmp_path)
    for file in store().parent.glob("mlflow.db*"):
        file.unlink()
    assert ended(run).record.status == "Completed"
    made_up_for(run.folder)


def test_a_server_that_stalls_is_replaced(tmp_path):
    run = waiting(tmp_path)
    state = json.loads((folders.home() / "tracking" / "server.json").read_text(encoding="utf-8"))
    family = [psutil.Process(state["pid"]), *psutil.Process(state["pid"]).children(recursive=True)]
    for process in family:
        os.kill(process.pid, signal.SIGSTOP)
    assert ended(run).record.status == "Completed"
    assert finished(write(tmp_path, job("echo"))).record.status == "Completed"  # which replaces it
    made_up_for(run.folder)


def test_a_store_of_a_newer_mlflow_stops_no_run_and_is_said(tmp_path, monkeypatch):
    server.ensure()
    home = tmp_path / "home"
    (home / "tracking").mkdir(parents=True)
    newer = home / "tracking" / "mlflow.db"
    with (
        contextlib.closing(sqlite3.connect(store())) as ours,
        contextlib.closing(sqlite3.connect(newer)) as its,
    ):
        ours.backup(its)
        its.execute("update alembic_version set version_num = 'ffffffffffff'")
        its.commit()
    shutil.copy(store().with_name("mlflow-version"), newer.with_name("mlflow-version"))
    monkeypatch.setenv("JOBLENS_HOME", str(home))
    first, second = (finished(write(tmp_path, job("echo ran"))) for _ in range(2))
    assert [first.lines, second.lines] == [["ran"], ["ran"]]
    assert [first.record.status, second.record.status] == ["Completed", "Completed"]
    assert "was made by a newer MLflow" in first.notes[-1]
    assert second.notes == [
        note for note in first.notes if not note.startswith("Starting")
    ]  # tried once only
