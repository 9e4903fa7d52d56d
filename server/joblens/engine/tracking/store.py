"""MLflow's database: made once, brought up to date with the MLflow that is installed, its loss noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from joblens.errors import MissingToolError

_TOO_NEW = ("Can't locate revision", "out-of-date database schema")
"""What MLflow says of a database that it does not know."""


def make(store: Path, version: str, variables: Mapping[str, str]) -> None:
    """A store in write-ahead mode, which MLflow keeps, in the shape that this version of MLflow wants."""
    import sqlite3

    made_by = store.with_name("mlflow-version")
    if not store.exists():
        for left in ("-wal", "-shm"):  # of one that was deleted: they would be read as this one's
            store.with_name(store.name + left).unlink(missing_ok=True)
        connection = sqlite3.connect(store)
        try:
            connection.execute("pragma journal_mode=wal")
        finally:
            connection.close()
    elif not made_by.exists() or made_by.read_text(encoding="utf-8") != version:
        _upgrade(store, variables)
    made_by.write_text(version, encoding="utf-8")


def _upgrade(store: Path, variables: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{store.as_posix()}"]
    done = subprocess.run(
        command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise does_not_fit(store, done.stderr)


def does_not_fit(store: Path, words: str) -> MissingToolError:
    """That MLflow cannot work with the store, and why."""
    if any(phrase in words for phrase in _TOO_NEW):
        why = "was made by a newer MLflow"
    else:
        why = f"does not fit this MLflow: {words.strip()[-300:]}"
    return MissingToolError(
        f"MLflow's database {store} {why}, so this run is not tracked.",
        hint="Install that version of MLflow, or move the file away and a new one is made.",
    )


def is_too_new(words: str) -> bool:
    """Whether a server's own words say that it cannot read its database."""
    return any(phrase in words for phrase in _TOO_NEW)


def mark(store: Path) -> str:
    """Which file it is: another one of that name has another mark, and a missing one none."""
    try:
        found = store.stat()
    except OSError:
        return ""
    return f"{found.st_dev} {found.st_ino}"


def refused(store: Path, version: str) -> bool:
    """Whether this MLflow is known not to read the store as it is: trying takes seconds, in each run."""
    try:
        known = json.loads(_refusals(store).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(known == [version, mark(store), _revision(store)])


def refuse(store: Path, version: str) -> None:
    """Remember that this MLflow does not read the store."""
    _refusals(store).write_text(json.dumps([version, mark(store), _revision(store)]), encoding="utf-8")


def _refusals(store: Path) -> Path:
    return store.with_name("refused.json")


def _revision(store: Path) -> str:
    """The shape that the database has, in MLflow's numbering."""
    import sqlite3

    connection = sqlite3.connect(store.as_uri() + "?mode=ro", uri=True)
    try:
        row = connection.execute("select version_num from alembic_version").fetchone()
        return str(row[0]) if row else ""
    except sqlite3.Error:
        return ""
    finally:
        connection.close()
