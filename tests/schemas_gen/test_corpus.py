"""Public job files get from our schemas the verdict that the official client gives on loading them."""

import csv
from pathlib import Path

import pytest
import yaml

from tests.schemas_gen.committed import accepts, names, validator
from tests.shared_data import CORPUS, EXAMPLES

# Mistakes that the official client notices with code of its own, not by a class's fields.
_BEYOND_A_SCHEMA = {
    "13_missing_code",
    "81_pipe_bad_job",
    "82_pipe_bad_output",
    "83_pipe_bad_parent_input",
    "92_pipe_self",
}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _kind(name: str) -> str | None:
    """The corpus writes some kinds with a capital."""
    return next((kind for kind in names() if kind.lower() == name.lower()), None)


def _loaded() -> list[tuple[str, str]]:
    rows = [row for row in _rows(CORPUS / "examples.tsv") if row["official_client_verdict"] == "ok"]
    kinds = [(row["path"], _kind(row["schema_kind"])) for row in rows]
    return [(path, kind) for path, kind in kinds if kind]


def _caught() -> list[str]:
    rows = [row for row in _rows(CORPUS / "broken.tsv") if row["official_client"] == "caught on load"]
    return [row["file"] for row in rows if row["file"] not in _BEYOND_A_SCHEMA]


def _kind_of_broken(name: str) -> str:
    if "sweep" in name:
        return "sweepJob"
    return "pipelineJob" if "pipe" in name else "commandJob"


def test_the_corpus_has_examples_of_many_kinds(corpus: None) -> None:
    assert len(_loaded()) > 200
    assert len({kind for _, kind in _loaded()}) > 20
    assert len(_caught()) >= 9


@pytest.mark.parametrize(("path", "kind"), _loaded())
def test_a_file_that_the_client_loads_is_valid(path: str, kind: str) -> None:
    document = yaml.safe_load((EXAMPLES / path).read_text(encoding="utf-8"))
    assert [error.message for error in validator(kind).iter_errors(document)] == []


@pytest.mark.parametrize("name", _caught())
def test_a_mistake_that_the_client_catches_is_invalid(name: str) -> None:
    document = yaml.safe_load((CORPUS / "broken" / f"{name}.yml").read_text(encoding="utf-8"))
    assert not accepts(_kind_of_broken(name), document)


@pytest.mark.parametrize(
    "name", ["01_ok", "10_str_int", "27_spaces_ok", "50_sweep_ok", "63_sweep_goal_case", "80_pipe_ok"]
)
def test_a_correct_file_among_the_broken_ones_is_valid(name: str, corpus: None) -> None:
    document = yaml.safe_load((CORPUS / "broken" / f"{name}.yml").read_text(encoding="utf-8"))
    assert accepts(_kind_of_broken(name), document)
