"""Public job files that the official client accepts give no error and no idle hint; those of 2021 nothing."""

import csv
from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.shared_data import CORPUS, EXAMPLES, SEED

_SEED_JOBS = [*sorted(SEED.glob("jobs/**/*job*.yml")), SEED / "jobs" / "hello-world.yml"]

_TRANSFORM = "image_classification_with_densenet/apply_image_transformation"
_SAID = [
    ("cli/jobs/basics/hello-iris-literal.yml", "JL701", "'type' stands beside the input it was meant for"),
    (
        f"cli/jobs/pipelines-with-components/{_TRANSFORM}/entry.spec.yaml",
        "JL701",
        "the command has a fixed mode",
    ),
    (
        f"sdk/python/jobs/pipelines/2d_{_TRANSFORM}/apply_image_transformation.yaml",
        "JL701",
        "the command has a fixed mode",
    ),
]
"""Hints and warnings on files that the client accepts, each with the reason why it is true."""


def _accepted() -> list[Path]:
    listing = CORPUS / "examples.tsv"
    if not listing.is_file():
        return []
    with listing.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [EXAMPLES / row["path"] for row in rows if row["official_client_verdict"] == "ok"]


def _found(file: Path) -> list[tuple[str, Problem]]:
    document = Document(file.read_text(encoding="utf-8"), file)
    return [
        (f"{file}:{document.line_of(one.span.start) + 1} {one.code} {one.message}", one)
        for one in problems(document)
    ]


@pytest.mark.usefixtures("corpus")
def test_accepted_files_have_no_errors() -> None:
    files = _accepted()
    assert len(files) > 200
    found = [line for file in files for line, one in _found(file) if one.severity is Severity.ERROR]
    assert found == []


@pytest.mark.usefixtures("corpus")
def test_what_is_said_of_accepted_files_is_known_to_be_true() -> None:
    said = [
        (file.relative_to(EXAMPLES).as_posix(), one.code)
        for file in _accepted()
        for _, one in _found(file)
        if one.severity is not Severity.ERROR
    ]
    assert sorted(said) == sorted((path, code) for path, code, _ in _SAID)


@pytest.mark.usefixtures("corpus")
def test_preview_files_have_no_problems() -> None:
    assert len(_SEED_JOBS) > 8
    assert [line for file in _SEED_JOBS for line, _ in _found(file)] == []
