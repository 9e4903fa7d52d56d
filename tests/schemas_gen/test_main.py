"""The generator writes what is committed, always the same, and notices a file that differs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.schemas.__main__ import main
from scripts.schemas.write import differing, text_of, write

from tests.schemas_gen.committed import SCHEMAS
from tests.shared_data import ROOT


@pytest.mark.parametrize("seed", ["1", "2"])
def test_committed_files_are_what_is_generated_whatever_the_hash_seed(seed: str) -> None:
    """Two orders of Python's sets, one text."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.schemas", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_check_names_an_edited_and_a_missing_file_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "schemas"
    shutil.copytree(SCHEMAS, folder)
    edited = folder / "commandJob.schema.json"
    edited.write_text(edited.read_text(encoding="utf-8").replace("2g", "3g"), encoding="utf-8")
    (folder / "preview" / "sweepJob.schema.json").unlink()
    before = edited.read_bytes()

    assert main(["--check"], folder) == 1

    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said[:-1]] == [
        "commandJob.schema.json",
        "preview/sweepJob.schema.json",
    ]
    assert "npm run schemas" in said[-1]
    assert edited.read_bytes() == before
    assert not (folder / "preview" / "sweepJob.schema.json").exists()


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    same, other, new = tmp_path / "same", tmp_path / "other", tmp_path / "deep" / "new"
    same.write_text("1\n", encoding="utf-8")
    other.write_text("1\n", encoding="utf-8")
    texts = {same: "1\n", other: "2\n", new: "3\n"}
    assert write(texts) == [other, new]
    assert differing(texts) == []


def test_text_keeps_the_order_of_keys_and_one_line_for_what_is_short() -> None:
    long = {"z": "x" * 60, "a": "y" * 60}
    assert text_of({"b": 1, "a": {"d": [], "c": {}}, "long": long}) == (
        '{\n "b": 1,\n "a": {"d": [], "c": {}},\n "long": {\n'
        f'  "z": "{"x" * 60}",\n  "a": "{"y" * 60}"\n }}\n}}\n'
    )
