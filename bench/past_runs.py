"""What a run costs after many others: hello-world with 1, 1,000 and 10,000 past runs, in turn."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
import uuid
from contextlib import closing
from pathlib import Path

from bench.overhead import Workplace
from bench.samples import Samples

COUNTS = (1, 1_000, 10_000)
_BY_RUN = ("runs", "tags", "params", "latest_metrics", "metrics")
"""The tables of MLflow's store that have rows for each run."""


def measure(rounds: int) -> Samples:
    """Each number of past runs in turn, `rounds` times, after a turn that warms up."""
    samples = Samples()
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        workplaces = {count: _workplace(Path(name).resolve() / str(count), count) for count in COUNTS}
        try:
            for number in range(rounds + 1):
                print(f"past runs, round {number} of {rounds}", file=sys.stderr)
                for count, workplace in workplaces.items():
                    seconds = workplace.joblens()
                    if number:
                        samples[named(count)].add(seconds)
        finally:
            for workplace in workplaces.values():
                workplace.close()
    return samples


def named(count: int) -> str:
    """How a number of past runs is called in the results."""
    return "1 past run" if count == 1 else f"{count:,} past runs"


def _workplace(folder: Path, count: int) -> Workplace:
    folder.mkdir()
    workplace = Workplace(folder)
    workplace.joblens()
    print(f"Writing {named(count)} ...", file=sys.stderr)
    workplace.close()  # nobody else writes to the store meanwhile
    fill(folder, count)
    workplace.start()
    return workplace


def fill(folder: Path, count: int) -> None:
    """Make `count` runs of the one that is there: their folders, and their rows in MLflow's store."""
    runs = folder / ".joblens" / "runs"
    (first,) = runs.iterdir()
    record = json.loads((first / "run.json").read_text(encoding="utf-8"))
    ids = [uuid.uuid4().hex for _ in range(count - 1)]
    for number, run_id in enumerate(ids):
        name = f"past_run_{number:05}"
        shutil.copytree(first, runs / name, symlinks=True)
        past = {**record, "name": name, "tracking": {**record["tracking"], "run_id": run_id}}
        (runs / name / "run.json").write_text(json.dumps(past), encoding="utf-8")
    store = folder / "home" / "tracking" / "mlflow.db"
    with closing(sqlite3.connect(store)) as connection, connection:
        for table in _BY_RUN:
            _copy(connection, table, record["tracking"]["run_id"], ids)


def _copy(connection: sqlite3.Connection, table: str, run_id: str, ids: list[str]) -> None:
    """Copy a run's rows of a table once for each of `ids`."""
    columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
    place = columns.index("run_uuid")
    rows = connection.execute(f"select * from {table} where run_uuid = ?", (run_id,)).fetchall()
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"insert into {table} values ({marks})",
        [[*row[:place], other, *row[place + 1 :]] for other in ids for row in rows],
    )
