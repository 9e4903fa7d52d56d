"""Files into which one mistake was planted have exactly one problem, on the text that was planted."""

import csv

import pytest

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.checks import test_planted_pipelines
from tests.shared_data import CORPUS

_PLANTED = {
    "03_typo_input_spaces": ("JL201", 2, "${{ inputs.lrr }}"),
    "04_unused_inputs": ("JL701", 6, "inputs"),
    "07_unknown_ctx": ("JL203", 2, "${{foo.bar}}"),
    "08_unknown_field": ("JL101", 11, "experimen_name"),
    "11_bad_dist": ("JL104", 12, "pytorhc"),
    "13_missing_code": ("JL801", 3, "srcc"),
    "14_missing_data": ("JL801", 10, "data/y.csv"),
    "17_compute_nonprefix": ("JL107", 11, "cpu-cluster"),
    "19_env_no_version": ("JL106", 4, "azureml:my-env"),
    "20_missing_script": ("JL803", 2, "mian.py"),
    "23_no_command": ("JL102", 1, "$schema"),
    "24_dup_key": ("JL002", 11, "code"),
    "51_sweep_typo_ss": ("JL201", 4, "${{search_space.lrr}}"),
    "53_sweep_unused_ss": ("JL703", 14, "b"),
    "54_sweep_min_gt_max": ("JL301", 13, "0.001"),
    "56_sweep_bayes_early": ("JL306", 24, "early_termination"),
    "60_sweep_zero_trials": ("JL309", 21, "0"),
    "61_sweep_no_limits": ("JL102", 1, "$schema"),
    "62_sweep_bad_goal": ("JL104", 18, "min"),
    "64_sweep_empty_choice": ("JL303", 16, "[]"),
    "65_sweep_trunc_150": ("JL308", 26, "150"),
    "67_sweep_unknown_dist": ("JL104", 11, "uniforn"),
    "68_sweep_randint_neg": ("JL302", 12, "-3"),
}
"""The code, the line and the text of the problem; pipelines have a table of their own."""
_CLEAN = ["01_ok", "25_d1_file", "27_spaces_ok", "50_sweep_ok", "63_sweep_goal_case", "70_sweep_d1"]


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
    left = problems(Document(_mended(document.text, found), document.path))
    # Where something was worse, what is unused was not spoken of.
    assert [one for one in left if one.code != "JL701"] == (
        [] if found.fix or found.code == "JL701" else [found]
    )


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", _CLEAN)
def test_a_correct_file_has_no_problem(name: str) -> None:
    assert problems(_document(name)) == []


@pytest.mark.usefixtures("corpus")
def test_every_planted_file_is_in_a_table() -> None:
    # 10 is a correct file, whose inputs are unused all the same.
    tables = {*_PLANTED, *_CLEAN, *test_planted_pipelines.PLANTED, "10_str_int"}
    assert {file.stem for file in (CORPUS / "broken").glob("*.yml")} == tables


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
