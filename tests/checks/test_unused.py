"""Names that a command does not mention are hinted at, unless something else may use them."""

import pytest

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.text.document import Document
from tests.marked import spans

JOB = """
command: python train.py --rate ${{inputs.rate}} --to ${{outputs.model}}
environment: azureml:train-env:1
inputs:
  rate: 0.1
  INPUT
outputs:
  model:
    type: uri_folder
"""

SWEEP = """
type: sweep
trial:
  command: python train.py --rate ${{search_space.rate}}
  environment: azureml:train-env:1
sampling_algorithm: random
search_space:
  rate: {type: choice, values: [1, 2]}
  SPACE
objective: {primary_metric: loss, goal: minimize}
limits: {max_total_trials: 20}
"""

PREVIEW = """
command: python train.py --csv {inputs.iris}
code:
  local_path: src
inputs:
  iris:
    data: azureml:iris:1
    mode: mount
  «other»:
    data: azureml:iris:1
    mode: mount
environment: azureml:train-env:1
compute:
  target: azureml:cpu-cluster
"""

PIPELINE = """
type: pipeline
settings:
  default_compute: azureml:cpu-cluster
jobs:
  first:
    command: echo 1 > ${{outputs.made}}/1
    environment: azureml:train-env:1
    outputs:
      made:
  second:
    command: echo ${{inputs.rate}}
    environment: azureml:train-env:1
    inputs:
      rate: 1
      INPUT
"""


def check(text: str, code: str | None, message: str = "") -> None:
    """The text between « and » is all that is hinted at."""
    plain, expected = spans(text)
    found = problems(Document(plain))
    shown = [(one.code, plain[one.span.start : one.span.end], one.message) for one in found]
    assert [(one.code, one.span, one.severity) for one in found] == [
        (code, span, Severity.HINT) for span in expected
    ], shown
    assert all(len(one.message) <= 120 for one in found), shown
    if message:
        assert found[0].message == message


def job(entry: str, command: str = "") -> str:
    """A job with one more input, and more text in its command."""
    return JOB.replace("INPUT", entry).replace("train.py", f"train.py {command}".rstrip())


def test_an_input_that_the_command_does_not_mention() -> None:
    check(
        job("«seed»: 1"),
        "JL701",
        "Input 'seed' is unused: write ${{inputs.seed}} in the command, or remove it.",
    )


def test_a_long_name_is_shortened_in_the_message() -> None:
    check(job("«" + "a" * 90 + "»: 1"), "JL701")
    check(SWEEP.replace("SPACE", "«" + "a" * 90 + "»: {type: randint, upper: 5}"), "JL703")


@pytest.mark.parametrize(
    "command",
    [
        "${{inputs.seed}}",
        "${{ inputs.seed }}",
        "$[[--seed ${{inputs.seed}}]]",
        "$AZURE_ML_INPUT_seed",
        "${AZUREML_INPUT_SEED}",
        "${{ inputs.seed.path }}",
    ],
)
def test_an_input_is_used_in_many_ways(command: str) -> None:
    check(job("seed: 1", command), None)


def test_an_environment_variable_uses_an_input() -> None:
    check(job("seed: 1") + "environment_variables:\n  SEED: ${{inputs.seed}}\n", None)


def test_an_input_whose_name_only_begins_alike_is_not_used() -> None:
    check(job("«seed»: 1\n  seeds: 2", "${{inputs.seeds}}"), "JL701")


def test_several_unused_inputs_are_one_hint_when_none_is_used() -> None:
    check(
        "command: echo\nenvironment: azureml:e:1\n«inputs»:\n  a: 1\n  b: 2\n",
        "JL701",
        "The command uses none of these: a, b. Write ${{inputs.a}} in it.",
    )
    check("command: echo\nenvironment: azureml:e:1\ninputs:\n  «a»: 1\n", "JL701")


def test_an_output_that_the_command_does_not_mention() -> None:
    check(job("seed: 1", "${{inputs.seed}}") + "  «extra»:\n", "JL702")


@pytest.mark.parametrize(
    "output", ["extra: {path: 'azureml://datastores/d/paths/p'}", "default:", "artifacts:"]
)
def test_an_output_that_code_finds_by_itself_is_left_alone(output: str) -> None:
    check(job("seed: 1", "${{inputs.seed}}") + f"  {output}\n", None)


def test_a_hyperparameter_that_the_trial_does_not_mention() -> None:
    check(SWEEP.replace("SPACE", "«depth»: {type: randint, upper: 5}"), "JL703")


def test_the_trial_may_take_a_hyperparameter_as_an_input() -> None:
    sweep = SWEEP.replace("SPACE", "depth: {type: randint, upper: 5}")
    check(sweep.replace("train.py", "train.py ${{inputs.depth}}") + "inputs:\n  depth: 1\n", None)


def test_an_input_in_the_preview_dialect() -> None:
    check(
        PREVIEW,
        "JL701",
        "Input 'other' is unused: write {inputs.other} in the command, or remove it.",
    )


def test_a_step_of_a_pipeline() -> None:
    check(PIPELINE.replace("INPUT", "«seed»: 1"), "JL701")


def test_an_input_that_only_puts_steps_in_order_is_left_alone() -> None:
    check(PIPELINE.replace("INPUT", "after: ${{parent.jobs.first.outputs.made}}"), None)
    check(PIPELINE.replace("INPUT", "after: {path: '${{parent.jobs.first.outputs.made}}'}"), None)


def test_the_names_of_another_step_do_not_count() -> None:
    text = PIPELINE.replace("INPUT", "«seed»: 1").replace("echo 1", "echo ${{inputs.seed}}")
    check(
        text.replace("    outputs:\n      made:", "    inputs:\n      seed: 1\n    outputs:\n      made:"),
        "JL701",
    )


def test_hints_wait_until_nothing_worse_is_left() -> None:
    plain, _ = spans(job("«seed»: 1") + "experimen_name: iris\n")
    assert [one.code for one in problems(Document(plain))] == ["JL101"]


@pytest.mark.parametrize("command", ["${{inputs.sed}}", "${{inputs.see", "${{input.seed}}"])
def test_no_name_is_unused_while_a_placeholder_leads_nowhere(command: str) -> None:
    plain, _ = spans(job("seed: 1", command))
    assert all(one.code.startswith("JL2") for one in problems(Document(plain)))


def test_nothing_is_unused_while_the_text_is_not_yaml() -> None:
    plain, _ = spans(job("seed: 1") + "tags: {\n")
    assert [one.code for one in problems(Document(plain))] == ["JL001"]


def test_a_component_reference_says_nothing_of_its_inputs() -> None:
    step = "    component: azureml:c:1\n    compute: azureml:c\n    inputs:\n      x: 1\n"
    check(f"type: pipeline\njobs:\n  a:\n{step}", None)
