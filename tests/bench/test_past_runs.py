"""Past runs that are written for the benchmark: folders, and rows of the store."""

import json
import sqlite3
from contextlib import closing

from bench.past_runs import fill


def test_a_run_is_copied_with_its_rows_under_names_of_its_own(tmp_path):
    first = tmp_path / ".joblens" / "runs" / "first"
    first.mkdir(parents=True)
    record = {"name": "first", "status": "Completed", "tracking": {"run_id": "a", "uri": "http://x"}}
    (first / "run.json").write_text(json.dumps(record), encoding="utf-8")
    store = tmp_path / "home" / "tracking" / "mlflow.db"
    store.parent.mkdir(parents=True)
    with closing(sqlite3.connect(store)) as connection, connection:
        for table in ("runs", "tags", "params", "latest_metrics", "metrics"):
            connection.execute(f"create table {table} (key text, run_uuid text)")
        connection.execute("insert into runs values ('name', 'a')")
        connection.executemany("insert into tags values (?, 'a')", [("one",), ("two",)])

    fill(tmp_path, 4)

    records = [json.loads(file.read_text("utf-8")) for file in first.parent.glob("*/run.json")]
    with closing(sqlite3.connect(store)) as connection:
        known = {row[0] for row in connection.execute("select run_uuid from runs")}
        (tags,) = connection.execute("select count(*) from tags").fetchone()
    assert len({one["name"] for one in records}) == len(known) == 4
    assert {one["tracking"]["run_id"] for one in records} == known
    assert tags == 8
