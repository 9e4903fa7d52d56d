"""Files into which one mistake was planted have exactly one problem, on the text that was planted."""

import csv

import pytest

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.shared_data import CORPUS

_PLANTED = {
    "04_unused_inputs": ("JL701", 6, "inputs"),
    "53_sweep_unused_ss": ("JL703", 14, "b"),
    "54_sweep_min_gt_max": ("JL301", 13, "0.001"),
    "56_sweep_bayes_early": ("JL306", 24, "early_termination"),
    "60_sweep_zero_trials": ("JL309", 21, "0"),
    "64_sweep_empty_choice": ("JL303", 16, "[]"),
    "65_sweep_trunc_150": ("JL308", 26, "150"),
    "68_sweep_randint_neg": ("JL302", 12, "-3"),
}


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", _PLANTED)
def test_a_planted_mistake_is_the_only_problem(name: str) -> None:
    document = _document(name)
    (found,) = problems(document)
    line = document.line_of(found.span.start) + 1
    text = document.text[found.span.start : found.span.end]
    assert (found.code, line, text) == _PLANTED[name]
    assert (found.severity is Severity.ERROR) == (_levels()[name] == "error")


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", _PLANTED)
def test_a_fix_that_is_offered_leaves_nothing_wrong(name: str) -> None:
    document = _document(name)
    (found,) = problems(document)
    assert problems(Document(_mended(document.text, found))) == ([] if found.fix else [found])


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", ["01_ok", "27_spaces_ok", "50_sweep_ok", "63_sweep_goal_case", "80_pipe_ok"])
def test_a_correct_file_has_no_problem(name: str) -> None:
    assert problems(_document(name)) == []


def _document(name: str) -> Document:
    file = CORPUS / "broken" / f"{name}.yml"
    return Document(file.read_text(encoding="utf-8"), file)


def _levels() -> dict[str, str]:
    with (CORPUS / "broken.tsv").open(encoding="utf-8") as lines:
        return {row["file"]: row["level"] for row in csv.DictReader(lines, delimiter="\t")}


def _mended(text: str, found: Problem) -> str:
    if found.fix is None:
        return text
    return text[: found.fix.span.start] + found.fix.text + text[found.fix.span.end :]
