"""Pipelines with one planted mistake give one problem, at its line and text; the fix makes the file clean."""

import pytest

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.shared_data import CORPUS

PLANTED = {
    "80_pipe_ok": [],
    "81_pipe_bad_job": ["JL401 error 19 ${{parent.jobs.aa.outputs.o}}"],
    "82_pipe_bad_output": ["JL402 error 19 ${{parent.jobs.a.outputs.oo}}"],
    "83_pipe_bad_parent_input": ["JL403 error 12 ${{parent.inputs.ss}}"],
    "84_pipe_cycle": ["JL405 error 19 ${{parent.jobs.a.outputs.o}}"],
    "85_pipe_child_typo": ["JL201 error 16 ${{inputs.yy}}"],
    "87_pipe_hyphen_job": ["JL104 error 8 a-1"],
    "88_pipe_upper_job": ["JL104 error 8 A"],
    "90_pipe_unused_input": ["JL409 hint 7 t"],
    "92_pipe_self": ["JL404 error 19 ${{parent.jobs.b.inputs.y}}"],
    "93_pipe_spaces": ["JL406 error 19 ${{ parent.jobs.a.outputs.o }}"],
    "94_pipe_spaces_typo": [
        "JL403 error 12 ${{ parent.inputs.sss }}",
        "JL401 error 19 ${{ parent.jobs.nope.outputs.o }}",
    ],
}
_FIXED = [
    "81_pipe_bad_job",
    "82_pipe_bad_output",
    "83_pipe_bad_parent_input",
    "85_pipe_child_typo",
    "93_pipe_spaces",
]


def _text(name: str) -> str:
    return (CORPUS / "broken" / f"{name}.yml").read_text(encoding="utf-8")


def _found(text: str) -> list[Problem]:
    """All but the hints on names that other checks say nothing uses."""
    return [
        one for one in problems(Document(text)) if one.severity is not Severity.HINT or one.code[:4] == "JL40"
    ]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_mistake_is_the_only_problem(name: str) -> None:
    text = _text(name)
    document = Document(text)
    shown = [
        f"{one.code} {one.severity.value} {document.line_of(one.span.start) + 1} {text[slice(*one.span)]}"
        for one in _found(text)
    ]
    assert shown == PLANTED[name]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", _FIXED)
def test_the_fix_makes_the_file_clean(name: str) -> None:
    text = _text(name)
    fix = _found(text)[0].fix
    assert fix is not None
    assert _found(text[: fix.span.start] + fix.text + text[fix.span.end :]) == []
