"""What MLflow is owed, as later runs give it."""

import json
from pathlib import Path

import pytest

from joblens.engine import folders, records
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.engine.tracking import owed


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"folder": null, "server": null}', b"\xa6"])
def test_a_debt_that_is_damaged_keeps_no_other_from_being_given(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    debts = folders.home() / "tracking" / "owed"
    debts.mkdir(parents=True)
    whole = {"folder": str(tmp_path / "gone"), "server": "http://127.0.0.1:9"}
    (debts / "a.json").write_bytes(text)
    (debts / "b.json").write_text(json.dumps(whole), encoding="utf-8")
    assert owed.settle() == 1
    assert list(debts.glob("*.json")) == []


def test_a_run_whose_plan_is_damaged_keeps_no_other_from_being_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    damaged = RunFolder(tmp_path / "damaged")
    damaged.path.mkdir()
    records.write(damaged, Record("damaged", records.COMPLETED))
    damaged.plan.write_text("{", encoding="utf-8")
    owed.owe(damaged)
    assert owed.settle() == 1
