"""What MLflow is owed, as later runs give it."""

import json
from pathlib import Path

import pytest

from joblens.engine import folders
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
