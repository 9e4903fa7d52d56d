"""Records written straight into our own server's database.

A request costs MLflow's one worker 6 to 10 ms of its processor, and a run needs four of them: a large part of
what a short run takes, and of 500 short trials more than all else. What is written here is what MLflow itself
would write; a database of another shape, or of another server, is spoken to by requests.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from joblens.engine.tracking import server
from joblens.engine.tracking import store as marks
from joblens.engine.tracking.client import LONGEST_TAG, LONGEST_VALUE, Client, TrackedRun, milliseconds

SHAPES = frozenset({"dc11669786a5"})
"""Alembic revisions of MLflow's schema that this module knows: MLflow 3.17."""
_PATIENCE = 2.0
"""Seconds to wait for another writer, before MLflow is asked, which waits longer."""
_LONGEST_NAME = 250
_kept: dict[str, sqlite3.Connection] | None = None
"""The open database by its mark, in a process that keeps it open."""


def keep_open() -> None:
    """Keep the database open from now on: to open it, and read its shape, takes longer than to write a run.

    For a process that records many runs, all from one thread.
    """
    global _kept
    _kept = {}


def let_go() -> None:
    """Close the database, if it is kept open; whoever writes next opens it again."""
    while _kept:
        _kept.popitem()[1].close()


def client(uri: str) -> Client:
    """Whoever writes quickest into the server at `uri`."""
    store = server.store_of(uri)
    if store is not None and _is_known(store, marks.mark(store)):
        return DirectClient(uri, store)
    return Client(uri)


def reaches(uri: str) -> bool:
    """Whether the records of the server at `uri` are written straight into its database."""
    return isinstance(client(uri), DirectClient)


@functools.lru_cache(maxsize=4)
def _is_known(store: Path, _mark: str) -> bool:
    """Whether the database has a shape that is known here; `_mark` is another one for another file."""
    return shape(store) in SHAPES


def shape(store: Path) -> str:
    """The revision of the database's schema; empty where it cannot be read."""
    try:
        with contextlib.closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
            return str(connection.execute("select version_num from alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return ""


class DirectClient(Client):
    """A client that writes runs into the database, and asks the server for all else."""

    def __init__(self, uri: str, store: Path) -> None:
        super().__init__(uri)
        self._store = store

    def experiment(self, name: str) -> str:
        """The id of the experiment, made where it is missing."""
        with contextlib.suppress(sqlite3.Error), self._database() as database:
            found = database.execute(
                "select experiment_id from experiments where name = ? and lifecycle_stage = 'active'"
                " and workspace = 'default'",
                (name,),
            ).fetchone()
            if found:
                return str(found[0])
        return super().experiment(name)

    def create_run(
        self,
        experiment: str,
        name: str,
        tags: Mapping[str, str],
        started: float | None = None,
        *,
        waits: bool = False,
    ) -> TrackedRun:
        """Start a run, now or when it was `started`; one that `waits` is told to `start` later."""
        with contextlib.suppress(sqlite3.Error), self._database() as database:
            run = _create(database, experiment, name[:_LONGEST_NAME], tags, milliseconds(started))
            if waits:
                database.execute("update runs set status = 'SCHEDULED' where run_uuid = ?", (run.run_id,))
            return run
        return super().create_run(experiment, name, tags, started, waits=waits)

    def start(self, run_id: str) -> None:
        """Let a run begin now that waited."""
        with contextlib.suppress(sqlite3.Error), self._database() as database:
            now = milliseconds(None)
            database.execute(
                "update runs set status = 'RUNNING', start_time = ? where run_uuid = ?", (now, run_id)
            )
            return
        super().start(run_id)

    def add_parameters(self, run_id: str, parameters: Mapping[str, str]) -> None:
        """Record the values that the run was started with, but for those of which it has recorded its own."""
        rows = [(key, value[:LONGEST_VALUE], run_id) for key, value in parameters.items()]
        with contextlib.suppress(sqlite3.Error), self._database() as database:
            database.executemany("insert or ignore into params (key, value, run_uuid) values (?, ?, ?)", rows)
            return
        super().add_parameters(run_id, parameters)

    def finish(self, run_id: str, status: str, name: str, ended: float | None = None) -> None:
        """Set the final status, and the name back that a script may have changed."""
        with contextlib.suppress(sqlite3.Error), self._database(for_good=True) as database:
            changed = database.execute(
                "update runs set status = ?, end_time = ?, name = ? where run_uuid = ?"
                " and lifecycle_stage = 'active'",
                (status, milliseconds(ended), name, run_id),
            )
            _set_tag(database, run_id, "mlflow.runName", name)
            if changed.rowcount:
                return
        super().finish(run_id, status, name, ended)

    @contextlib.contextmanager
    def _database(self, *, for_good: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction; what is written `for_good` survives a power cut, with all before it."""
        with _opened(self._store) as database:
            database.execute(f"pragma synchronous = {'full' if for_good else 'normal'}")
            with database:
                yield database


@contextlib.contextmanager
def _opened(store: Path) -> Iterator[sqlite3.Connection]:
    if _kept is None:
        with contextlib.closing(_connect(store)) as database:
            yield database
        return
    mark = marks.mark(store)
    if mark not in _kept:
        let_go()
        _kept[mark] = _connect(store)
    try:
        yield _kept[mark]
    except sqlite3.Error:
        let_go()
        raise


def _connect(store: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{store.as_uri()}?mode=rw", timeout=_PATIENCE, uri=True)


def _create(
    database: sqlite3.Connection, experiment: str, name: str, tags: Mapping[str, str], started: int
) -> TrackedRun:
    (root,) = database.execute(
        "select artifact_location from experiments where experiment_id = ?", (int(experiment),)
    ).fetchone()
    run_id = os.urandom(16).hex()  # as long as MLflow's; `uuid` takes longer to import than the rest of this
    artifacts = f"{root}/{run_id}/artifacts"
    database.execute(
        "insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status,"
        " start_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
        " values (?, ?, 'UNKNOWN', '', '', ?, 'RUNNING', ?, '', 'active', ?, ?)",
        (run_id, name, tags.get("mlflow.user", ""), started, artifacts, int(experiment)),
    )
    rows = [(key, value[:LONGEST_TAG], run_id) for key, value in {**tags, "mlflow.runName": name}.items()]
    database.executemany("insert into tags (key, value, run_uuid) values (?, ?, ?)", rows)
    return TrackedRun(run_id, experiment, artifacts)


def _set_tag(database: sqlite3.Connection, run_id: str, key: str, value: str) -> None:
    database.execute(
        "insert into tags (key, value, run_uuid) values (?, ?, ?)"
        " on conflict (key, run_uuid) do update set value = excluded.value",
        (key, value, run_id),
    )
