"""Placeholders in the style of another tool: spoken of only where the name is declared."""

import pytest

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.text.document import Document
from tests.marked import spans

JOB = """
command: >-
  python main.py
  --csv {}
environment: azureml:train-env:1
inputs:
  iris:
    type: uri_file
    path: https://example.org/iris.csv
outputs:
  model:
"""


@pytest.mark.parametrize(
    "written",
    [
        "$(inputs.iris)",
        "$( inputs.iris )",
        "$inputs.iris",
        "${inputs.iris}",
        "${ inputs.iris }",
        "{{inputs.iris}}",
        "{ inputs.iris }",
        "$[[inputs.iris]]",
        "$[inputs.iris]",
    ],
)
def test_each_style_is_a_warning_whose_fix_writes_todays(written: str) -> None:
    plain, expected = spans(JOB.replace("{}", f"«{written}» --model ${{{{outputs.model}}}}"))
    (found,) = problems(Document(plain))
    assert (found.code, found.span, found.severity) == ("JL210", expected[0], Severity.WARNING)
    assert found.message == f"'{written}' stays as it is in the command. Write '${{{{inputs.iris}}}}'."
    assert found.fix is not None
    assert (found.fix.span, found.fix.text) == (expected[0], "${{inputs.iris}}")


def test_the_form_of_2021_is_still_filled_in_a_job_and_its_name_is_checked() -> None:
    plain, expected = spans(JOB.replace("{}", "«{inputs.iris}» ${{outputs.model}}"))
    (found,) = problems(Document(plain))
    assert (found.code, found.span, found.severity) == ("JL210", expected[0], Severity.WARNING)
    assert "form of 2021" in found.message
    plain, expected = spans(JOB.replace("{}", "${{inputs.iris}} «{inputs.irsi}» ${{outputs.model}}"))
    (found,) = problems(Document(plain))
    assert (found.code, found.span, found.severity) == ("JL201", expected[0], Severity.ERROR)
    assert found.fix is not None
    assert found.fix.text == "${{inputs.iris}}"


@pytest.mark.parametrize(
    "written",
    [
        "$(inputs.other)",
        "$(cat inputs.iris)",
        "$inputs.other",
        "{inputs.other}",
        "inputs.iris",
        "${{inputs.iris}}",
        "${{ inputs.iris }}",
        "$[[--csv ${{inputs.iris}}]]",
        "x; inputs=a; echo $inputs.iris",
        "x; for inputs in a b; do echo $inputs.iris; done",
        "$(search_space.iris)",
    ],
)
def test_what_may_be_meant_for_the_shell_is_left_alone(written: str) -> None:
    plain, _ = spans(JOB.replace("{}", f"{written} ${{{{inputs.iris}}}} ${{{{outputs.model}}}}"))
    assert [one for one in problems(Document(plain)) if one.code == "JL210"] == []


def test_a_flag_of_that_name_is_no_variable() -> None:
    plain, _ = spans(JOB.replace("--csv {}", "--inputs=$inputs.iris ${{outputs.model}}"))
    assert [one.code for one in problems(Document(plain))] == ["JL210"]


def test_the_preview_dialect_gets_its_own_form() -> None:
    preview = """
        command: python main.py --iris-csv «$(inputs.iris)»
        code:
          local_path: src
        inputs:
          iris:
            data:
              path: https://example.org/iris.csv
            mode: mount
        environment:
          docker:
            image: docker.io/python
        compute:
          target: azureml:cpu-cluster
        """
    plain, expected = spans(preview)
    (found,) = problems(Document(plain))
    assert (found.code, found.span) == ("JL210", expected[0])
    assert found.fix is not None
    assert found.fix.text == "{inputs.iris}"
