"""Public job files that the official client accepts give no error; those of 2021 give nothing at all."""

import csv
from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.text.document import Document
from tests.shared_data import CORPUS, EXAMPLES, SEED

_SEED_JOBS = [*sorted(SEED.glob("jobs/**/*job*.yml")), SEED / "jobs" / "hello-world.yml"]


def _accepted() -> list[Path]:
    listing = CORPUS / "examples.tsv"
    if not listing.is_file():
        return []
    with listing.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [EXAMPLES / row["path"] for row in rows if row["official_client_verdict"] == "ok"]


def _described(file: Path) -> list[str]:
    document = Document(file.read_text(encoding="utf-8"), file)
    return [
        f"{file}:{document.line_of(one.span.start) + 1} {one.code} {one.message}"
        for one in problems(document)
        if one.severity is Severity.ERROR
    ]


@pytest.mark.usefixtures("corpus")
def test_accepted_files_have_no_errors() -> None:
    files = _accepted()
    assert len(files) > 200
    assert [line for file in files for line in _described(file)] == []


@pytest.mark.usefixtures("corpus")
def test_preview_files_have_no_problems() -> None:
    assert len(_SEED_JOBS) > 8
    assert [line for file in _SEED_JOBS for line in _described(file)] == []
