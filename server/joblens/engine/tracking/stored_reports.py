"""Reports of a metric, read from our own server's database as they come."""

from __future__ import annotations

import contextlib
import math
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from joblens.engine.tracking import store as marks

_PATIENCE = 0.1
"""Seconds to wait for a database that is locked: what is not read now, is read with the next turn."""
_Row: TypeAlias = tuple[int, str, float]
"""A report's place among all metrics, its run, its value."""


class StoredReports:
    """Follows the table of metrics by its row numbers, which grow with each report."""

    def __init__(self, store: Path, metric: str) -> None:
        self.behind = False
        """Whether the last call of `new` could not see all."""
        self._store, self._metric = store, metric
        self._opened: tuple[str, sqlite3.Connection] | None = None
        """The database that is open, and which file it is."""
        self._mark = ""
        self._last = 0
        """The last row that was seen."""
        self._counts: dict[str, int] = {}
        """Of each run that is followed, how many reports were answered."""

    def new(self, runs: Mapping[str, int]) -> list[tuple[int, float]]:
        """Reports since the last call, in the order in which they came: (trial number, value)."""
        try:
            with self._database() as database:
                rows = self._read(database, runs)
        except sqlite3.Error:
            self.behind = True
            return []
        self.behind = False
        return [(runs[run_id], value) for _, run_id, value in rows]

    def names(self, run_id: str) -> Sequence[str]:
        """All metrics that a run has logged."""
        query = "select key from latest_metrics where run_uuid = ? order by key"
        with contextlib.suppress(sqlite3.Error), self._database() as database:
            return [str(name) for (name,) in database.execute(query, (run_id,))]
        return []

    def _read(self, database: sqlite3.Connection, runs: Mapping[str, int]) -> list[_Row]:
        mark = marks.mark(self._store)
        (last,) = database.execute("select coalesce(max(rowid), 0) from metrics").fetchone()
        # Rows are numbered anew in another file, and after the last ones were removed, as `mlflow gc` does.
        anew = mark != self._mark or last < self._last
        known = {} if anew else {run_id: self._counts[run_id] for run_id in runs if run_id in self._counts}
        rows = [row for row in self._since(database, self._last) if row[1] in known] if known else []
        for run_id in runs.keys() - known.keys():
            rows += self._of_run(database, run_id)[self._counts.get(run_id, 0) if anew else 0 :]
        counts = {run_id: self._counts.get(run_id, 0) if anew else known.get(run_id, 0) for run_id in runs}
        for _, run_id, _ in rows:
            counts[run_id] += 1
        self._mark, self._last, self._counts = mark, last, counts
        return sorted(rows)

    def _since(self, database: sqlite3.Connection, last: int) -> list[_Row]:
        query = "select rowid, run_uuid, value, is_nan from metrics where rowid > ? and key = ?"
        return [_row(*row) for row in database.execute(query, (last, self._metric))]

    def _of_run(self, database: sqlite3.Connection, run_id: str) -> list[_Row]:
        query = (
            "select rowid, run_uuid, value, is_nan from metrics where run_uuid = ? and key = ? order by rowid"
        )
        return [_row(*row) for row in database.execute(query, (run_id, self._metric))]

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The database as it stands now: what is written meanwhile does not show."""
        database = self._connection()
        database.execute("begin")
        try:
            yield database
        finally:
            database.rollback()

    def _connection(self) -> sqlite3.Connection:
        """An open database; another one for another file of that name."""
        mark = marks.mark(self._store)
        if self._opened is None or self._opened[0] != mark:
            self.close()
            address = f"{self._store.as_uri()}?mode=ro"
            opened = sqlite3.connect(address, timeout=_PATIENCE, uri=True, isolation_level=None)
            self._opened = (mark, opened)
        return self._opened[1]

    def close(self) -> None:
        """Let go of the database."""
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None


def _row(row: int, run_id: str, value: float, is_nan: int) -> _Row:
    return row, run_id, math.nan if is_nan else finite_or_not(value)


def finite_or_not(value: float) -> float:
    """A value as it was logged: MLflow keeps the largest number for what is infinite."""
    return math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else value
