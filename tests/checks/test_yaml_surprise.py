"""What YAML 1.1 takes for something else is said where it changes a job, with quotes as the fix."""

import pytest

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.text.document import Document
from tests.marked import spans

JOB = """
command: python train.py ${{inputs.a}}
environment: azureml:train-env:1
inputs:
  a: VALUE
"""

COMPONENT = """
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: train
version: 1
command: python train.py ${{inputs.a}}
environment: azureml:train-env:1
inputs:
  a:
    type: TYPE
    default: VALUE
"""

SWEEP = """
type: sweep
trial:
  command: python train.py ${{search_space.a}}
  environment: azureml:train-env:1
sampling_algorithm: random
search_space:
  a: {type: choice, values: [VALUE, 1000]}
objective: {primary_metric: loss, goal: minimize}
limits: {max_total_trials: 20}
"""

STEP = """
type: pipeline
settings:
  default_compute: azureml:cpu-cluster
jobs:
  one:
    command: echo ${{inputs.a}}
    environment: azureml:train-env:1
    inputs:
      a: VALUE
"""

ENVIRONMENT = """
$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json
name: train
image: docker.io/python
version: VALUE
"""


def check(job: str, value: str, code: str | None, message: str = "") -> None:
    """With this value the job has the one problem, or none; quotes mend it."""
    plain, expected = spans(job.replace("VALUE", value if code is None else f"«{value}»"))
    found = problems(Document(plain))
    shown = [(one.code, plain[one.span.start : one.span.end], one.message) for one in found]
    assert [(one.code, one.span) for one in found] == [(code, span) for span in expected], shown
    for one in found:
        assert one.severity is (Severity.ERROR if code == "JL103" else Severity.WARNING)
        assert one.fix is not None
        after = plain[: one.fix.span.start] + one.fix.text + plain[one.fix.span.end :]
        assert after == job.replace("VALUE", f'"{value}"').lstrip("\n")
        assert problems(Document(after)) == []
        assert message in ("", one.message)


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "Yes", "OFF"])
@pytest.mark.parametrize("job", [JOB, STEP, COMPONENT.replace("TYPE", "string")])
def test_a_word_that_becomes_true_or_false(job: str, word: str) -> None:
    check(job, word, "JL501")


def test_the_message_names_the_key_and_both_readings() -> None:
    check(JOB, "off", "JL501", "'a': YAML reads 'off' as false. Put it in quotes.")
    check(JOB, "010", "JL502", "'a': YAML reads 010 as 8. Put it in quotes.")
    check(JOB, "12:30:45", "JL502", "'a': YAML reads 12:30:45 as 45045. Put it in quotes.")


@pytest.mark.parametrize("job", [JOB, STEP, SWEEP, ENVIRONMENT, COMPONENT.replace("TYPE", "string")])
@pytest.mark.parametrize("number", ["010", "0755", "12:30", "12:30:45", "1:30.5"])
def test_a_number_in_base_8_or_60(job: str, number: str) -> None:
    check(job, number, "JL502")


@pytest.mark.parametrize("job", [JOB, STEP, SWEEP])
@pytest.mark.parametrize(
    "value",
    ["'010'", '"yes"', "0", "07", "08", "0o10", "0x1F", "1_000", "1.10", "1e-3", "y", "12:75", "adam"],
)
def test_a_value_that_stays_what_it_is(job: str, value: str) -> None:
    check(job, value, None)


def test_true_and_false_are_meant() -> None:
    check(JOB, "true", None)
    check(JOB, "False", None)


def test_a_word_is_meant_where_true_or_false_is_declared() -> None:
    check(COMPONENT.replace("TYPE", "boolean"), "yes", None)


def test_a_component_that_is_written_in_its_step() -> None:
    component = (
        COMPONENT.replace("TYPE", "string").split("version: 1")[1].replace("\n", "\n      ").rstrip(" ")
    )
    step = f"    type: command\n    compute: azureml:c\n    component:{component}"
    check(f"type: pipeline\njobs:\n  one:\n{step}", "yes", "JL501")


def test_a_component_of_its_own_file_may_declare_its_inputs_true_or_false() -> None:
    step = "    component: azureml:c:1\n    compute: azureml:c\n    inputs:\n      a: VALUE\n"
    check(f"type: pipeline\njobs:\n  one:\n{step}", "yes", None)


@pytest.mark.parametrize("version", ["1.10", "3.20", "1_0"])
def test_a_version_that_loses_something(version: str) -> None:
    check(ENVIRONMENT, version, "JL503")


@pytest.mark.parametrize("version", ["1", "1.1", "2.0", "0.0.1", "'1.10'"])
def test_a_version_that_stays_what_it_is(version: str) -> None:
    check(ENVIRONMENT, version, None)


def test_an_input_that_is_named_after_a_version() -> None:
    job = JOB.replace("inputs.a", "inputs.python_version").replace("  a:", "  python_version:")
    check(job, "3.10", "JL503", "'python_version': YAML reads 3.10 as 3.1. Put it in quotes.")
    check(job, "3.11", None)


def test_an_environment_variable() -> None:
    job = "command: echo\nenvironment: azureml:e:1\nenvironment_variables:\n  A: VALUE\n"
    check(job, "on", "JL501")
    check(job, "010", "JL502")
    check(job, "true", None)
    check(job.replace("A:", "CUDA_VERSION:"), "11.10", "JL503")


def test_an_environment_variable_of_a_trial() -> None:
    trial = SWEEP.replace("VALUE", "1").replace(
        "sampling", "  environment_variables: {A: VALUE}\nsampling", 1
    )
    check(trial, "no", "JL501")


@pytest.mark.parametrize("value", ["yes", "010", "1.10", "2024-01-02", "12:30:45"])
def test_where_text_is_required_the_type_check_alone_says_it(value: str) -> None:
    check("command: echo\nenvironment: azureml:e:1\ntags:\n  t: VALUE\n", value, "JL103")


@pytest.mark.parametrize("job", [JOB, SWEEP, ENVIRONMENT])
def test_a_date_is_refused_by_the_client(job: str) -> None:
    check(job, "2024-01-02", "JL103")


def test_a_value_that_two_places_share_is_said_once() -> None:
    text = (
        "command: echo ${{inputs.a}} ${{inputs.b}}\nenvironment: azureml:e:1\ninputs:\n  a: &a 010\n  b: *a\n"
    )
    assert [one.code for one in problems(Document(text))] == ["JL502"]
