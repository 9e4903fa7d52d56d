"""Records written into the database of our own server, which a process may keep open between them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from joblens.engine.tracking import direct, server
from joblens.engine.tracking.client import Client
from joblens.engine.tracking.direct import DirectClient

pytestmark = pytest.mark.slow


@pytest.fixture
def uri(need) -> str:
    need(find_spec("mlflow"), "mlflow is not installed")
    return server.ensure()


@pytest.fixture
def kept(monkeypatch) -> Iterator[None]:
    """This process keeps the database open, as one does that has many runs."""
    monkeypatch.setattr(direct, "_kept", None)
    direct.keep_open()
    yield
    direct.let_go()


def test_what_is_written_by_one_that_stays_open_is_what_mlflow_shows(uri, kept):
    client = direct.client(uri)
    assert isinstance(client, DirectClient)
    experiment = client.experiment("kept-open")
    runs = [client.create_run(experiment, f"run {number}", {"k": "v"}, waits=True) for number in range(3)]
    for run in runs:
        client.start(run.run_id)
        client.add_parameters(run.run_id, {"x": "1"})
        client.finish(run.run_id, "FINISHED", "told", 5.0)
    with closing(Client(uri)) as asked:
        states = asked.states(experiment, [run.run_id for run in runs], "loss")
    assert [states[run.run_id].status for run in runs] == ["FINISHED"] * 3
    assert [states[run.run_id].ended for run in runs] == [5000] * 3


def test_another_database_of_that_name_is_written_to_instead(uri, kept, tmp_path):
    store = server.store_of(uri)
    assert store is not None
    for name in ("own.db", "other.db"):
        copy(store, tmp_path / name)
    client = DirectClient(uri, tmp_path / "own.db")
    experiment = client.experiment("Default")
    client.create_run(experiment, "before", {})
    (tmp_path / "other.db").replace(tmp_path / "own.db")
    run = client.create_run(experiment, "after", {})
    with closing(sqlite3.connect(tmp_path / "own.db")) as database:
        found = database.execute("select name from runs where run_uuid = ?", (run.run_id,)).fetchone()
        assert found == ("after",)
        assert not database.execute("select name from runs where name = 'before'").fetchall()


def test_one_that_was_locked_is_written_to_again(uri, kept, tmp_path, monkeypatch):
    monkeypatch.setattr(direct, "_PATIENCE", 0.05)
    store = server.store_of(uri)
    assert store is not None
    copy(store, tmp_path / "own.db")
    client = DirectClient(uri, tmp_path / "own.db")
    experiment = client.experiment("Default")
    with closing(sqlite3.connect(tmp_path / "own.db", isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        asked = client.create_run(experiment, "asked", {})  # by a request, in the server's own database
    written = client.create_run(experiment, "written", {})
    with closing(sqlite3.connect(tmp_path / "own.db")) as database:
        names = [
            name for (name,) in database.execute("select name from runs where name in ('asked', 'written')")
        ]
    assert names == ["written"]
    with closing(Client(uri)) as client_of_all:
        assert client_of_all.has(asked.run_id)
        assert not client_of_all.has(written.run_id)


def copy(store: Path, target: Path) -> None:
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(target)) as made:
        source.backup(made)
        made.execute("pragma journal_mode = delete")  # nothing of it lies in a file of its own
