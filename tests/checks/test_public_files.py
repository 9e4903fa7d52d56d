"""Public job files that the official client accepts give no error and no idle hint; those of 2021 nothing."""

import csv
from pathlib import Path

from joblens.checks import problems
from joblens.checks.missing_file import MISSING
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.public_tree import is_listed
from tests.shared_data import CORPUS

_TABLE = Path(__file__).parent / "accepted_files.tsv"
"""Hints and warnings on files that the client accepts, each with the reason why it is true."""


def test_accepted_files_have_no_errors(public_files: Path) -> None:
    files = _accepted(public_files)
    assert len(files) > 200
    found = [line for file in files for line, one in _found(file) if one.severity is Severity.ERROR]
    assert found == []


def test_what_is_said_of_accepted_files_is_known_to_be_true(public_files: Path) -> None:
    root = public_files / "examples"
    said = {
        (file.relative_to(root).as_posix(), one.code)
        for file in _accepted(public_files)
        for _, one in _found(file)
        # Nothing is known of what lies beside the files of the other folders.
        if one.code != MISSING or is_listed(file.relative_to(root))
    }
    with _TABLE.open(encoding="utf-8") as lines:
        known = {(row["path"], row["code"]) for row in csv.DictReader(lines, delimiter="\t")}
    assert said == known


def test_preview_jobs_have_no_problems(public_files: Path) -> None:
    seed = public_files / "preview" / "seed-2021-05-25" / "cli"
    jobs = [*sorted(seed.glob("jobs/**/*job*.yml")), seed / "jobs" / "hello-world.yml"]
    assert len(jobs) > 8
    assert [line for file in jobs for line, _ in _found(file)] == []


def _accepted(public_files: Path) -> list[Path]:
    with (CORPUS / "examples.tsv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [
            public_files / "examples" / row["path"] for row in rows if row["official_client_verdict"] == "ok"
        ]


def _found(file: Path) -> list[tuple[str, Problem]]:
    document = Document(file.read_text(encoding="utf-8"), file)
    return [
        (f"{file}:{document.line_of(one.span.start) + 1} {one.code} {one.message}", one)
        for one in problems(document)
    ]
