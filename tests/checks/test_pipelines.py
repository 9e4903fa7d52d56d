"""Bindings of a pipeline's steps: each mistake is one problem, on exactly the text at fault."""

import pytest

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.marked import spans

PIPELINE = """
type: pipeline
settings:
  default_compute: azureml:cpu-cluster
inputs:
  rate: 0.1
  raw:
    type: uri_folder
    path: azureml:raw:1
outputs:
  model:
    type: mlflow_model
jobs:
  prepare:
    command: python prepare.py ${{inputs.raw}} ${{outputs.clean}}
    environment: azureml:train-env:1
    inputs:
      raw: ${{parent.inputs.raw}}
    outputs:
      clean:
        type: uri_folder
  train:
    component: azureml:train:1
    inputs:
      rate: ${{parent.inputs.rate}}
      data: ${{parent.jobs.prepare.outputs.clean}}
    outputs:
      model: ${{parent.outputs.model}}
"""

INLINE = """
type: pipeline
settings:
  default_compute: azureml:cpu-cluster
jobs:
  train:
    type: command
    component:
      type: command
      command: python train.py --epochs ${{inputs.epochs}} ${{inputs.rate}} $[[${{inputs.seed}}]]
      environment: azureml:train-env:1
      inputs:
        epochs:
          type: integer
        rate:
          type: number
          default: 0.1
        seed:
          type: integer
          optional: true
    inputs:
      epochs: 5
"""


def check(text: str, code: str | None, message: str = "") -> list[Problem]:
    """The text between « and » is the only problem; None for a text without problems."""
    plain, expected = spans(text)
    found = problems(Document(plain))
    shown = [(one.code, plain[one.span.start : one.span.end], one.message) for one in found]
    assert [(one.code, one.span) for one in found] == [(code, span) for span in expected], shown
    assert all(len(one.message) <= 120 for one in found), shown
    if message:
        assert found[0].message == message
    return found


def changed(old: str, new: str, text: str = PIPELINE) -> str:
    assert old in text
    return text.replace(old, new)


def fixed(text: str) -> str:
    """The text after the fix of its one problem."""
    plain, _ = spans(text)
    (found,) = problems(Document(plain))
    assert found.fix is not None
    return plain[: found.fix.span.start] + found.fix.text + plain[found.fix.span.end :]


@pytest.mark.parametrize("text", [PIPELINE, INLINE])
def test_a_pipeline_without_mistakes_has_no_problems(text: str) -> None:
    check(text, None)


def test_a_step_that_is_not_there_is_named_with_the_one_that_was_meant() -> None:
    text = changed("${{parent.jobs.prepare.outputs.clean}}", "«${{parent.jobs.prepair.outputs.clean}}»")
    check(text, "JL401", "There is no step 'prepair'. Did you mean 'prepare'?")
    assert fixed(text) == spans(PIPELINE)[0]


def test_where_no_step_is_like_it_all_are_listed() -> None:
    text = changed("${{parent.jobs.prepare.outputs.clean}}", "«${{parent.jobs.xyz.outputs.clean}}»")
    (found,) = check(text, "JL401", "There is no step 'xyz'. Steps: prepare, train.")
    assert found.fix is None


def test_an_output_that_a_command_step_does_not_list() -> None:
    text = changed("${{parent.jobs.prepare.outputs.clean}}", "«${{parent.jobs.prepare.outputs.cleen}}»")
    check(text, "JL402", "Step 'prepare' has no output 'cleen'. Did you mean 'clean'?")
    assert fixed(text) == spans(PIPELINE)[0]


def test_an_output_of_a_component_that_stands_elsewhere_is_not_judged() -> None:
    for component in ("azureml:prepare:1", "./prepare.yml"):
        step = f"component: {component}"
        text = changed("command: python prepare.py ${{inputs.raw}} ${{outputs.clean}}", step)
        text = text.replace("    environment: azureml:train-env:1\n", "")
        check(text.replace("outputs.clean}}", "outputs.other}}"), None)


def test_an_output_of_a_component_written_in_the_step() -> None:
    outputs = "      outputs:\n        model:\n          type: uri_folder\n"
    taker = "  use:\n    component: azureml:use:1\n    inputs:\n      model: {}\n"
    text = changed("    inputs:\n      epochs: 5\n", outputs + "    inputs:\n      epochs: 5\n", INLINE)
    text = changed("train.py ", "train.py ${{outputs.model}} ", text)
    check(text + taker.format("${{parent.jobs.train.outputs.model}}"), None)
    check(text + taker.format("«${{parent.jobs.train.outputs.modl}}»"), "JL402")


def test_an_output_of_a_sweep_step_is_that_of_its_trial() -> None:
    sweep = """
    type: pipeline
    jobs:
      tune:
        type: sweep
        compute: azureml:cpu-cluster
        sampling_algorithm: random
        search_space:
          rate:
            type: uniform
            min_value: 0.1
            max_value: 0.9
        objective:
          primary_metric: loss
          goal: minimize
        limits:
          max_total_trials: 4
        trial:
          command: python train.py ${{search_space.rate}} ${{outputs.model}}
          environment: azureml:train-env:1
          outputs:
            model:
              type: uri_folder
      use:
        component: azureml:use:1
        inputs:
          model: ${{parent.jobs.tune.outputs.model}}
    """
    plain = spans(sweep)[0]
    check(plain, None)
    wrong = plain.replace("tune.outputs.model", "tune.outputs.modle")
    assert [one.code for one in problems(Document(wrong)) if one.code.startswith("JL4")] == ["JL402"]


def test_an_input_of_another_step() -> None:
    check(
        changed("${{parent.inputs.rate}}", "${{parent.jobs.prepare.inputs.raw}}").replace(
            "  rate: 0.1\n", ""
        ),
        None,
    )
    text = changed("${{parent.inputs.rate}}", "«${{parent.jobs.prepare.inputs.row}}»")
    check(text, "JL402", "Step 'prepare' has no input 'row'. Did you mean 'raw'?")


def test_an_input_that_the_pipeline_does_not_have_is_the_only_problem() -> None:
    text = changed("${{parent.inputs.rate}}", "«${{parent.inputs.rat}}»")
    check(text, "JL403", "The pipeline has no input 'rat'. Did you mean 'rate'?")
    assert fixed(text) == spans(PIPELINE)[0]


def test_an_output_that_the_pipeline_does_not_have() -> None:
    text = changed("${{parent.outputs.model}}", "«${{parent.outputs.best}}»")
    check(text, "JL403", "The pipeline has no output 'best'. There is: model.")
    check(text.replace("outputs:\n  model:\n    type: mlflow_model\n", ""), "JL403")


def test_a_part_of_a_group_of_inputs_is_that_group() -> None:
    check(changed("${{parent.inputs.rate}}", "${{parent.inputs.rate.low}}"), None)
    group = changed("  rate: 0.1\n", "  group.rate: 0.1\n")
    check(group.replace("parent.inputs.rate", "parent.inputs.group.rate"), None)


def test_a_binding_in_the_path_of_an_input() -> None:
    path = "\n        type: uri_folder\n        path: {}"
    check(changed("${{parent.inputs.raw}}", path.format("${{parent.inputs.raw}}")), None)
    check(changed("${{parent.inputs.raw}}", path.format("«${{parent.inputs.row}}»")), "JL403")


def test_a_binding_within_a_text() -> None:
    check(changed("${{parent.inputs.rate}}", "at-${{ parent.inputs.rate }}"), None)
    check(changed("${{parent.inputs.rate}}", "at-«${{parent.inputs.rat}}»"), "JL403")


def test_a_binding_elsewhere_in_a_step() -> None:
    step = "component: azureml:train:1"
    check(changed(step, f"{step}\n    compute: ${{{{parent.inputs.rate}}}}"), None)
    check(changed(step, f"{step}\n    compute: «${{{{parent.inputs.cluster}}}}»"), "JL403")


def test_placeholders_of_a_steps_own_inputs_are_no_bindings() -> None:
    check(changed("python prepare.py", "echo ${{ inputs.raw }} && python prepare.py"), None)


def test_an_input_bound_to_its_own_step() -> None:
    for source in ("inputs.data", "outputs.model"):
        text = changed("${{parent.jobs.prepare.outputs.clean}}", f"«${{{{parent.jobs.train.{source}}}}}»")
        check(
            text,
            "JL404",
            "'data' of step 'train' is bound to its own step. Bind it to another, or to an input.",
        )


def test_one_binding_of_a_circle_of_three_is_blamed() -> None:
    step = "  {}:\n    component: azureml:c:1\n    inputs:\n      data: {}\n"
    text = "type: pipeline\njobs:\n"
    text += step.format("a", "${{parent.jobs.b.outputs.o}}")
    text += step.format("b", "${{parent.jobs.c.outputs.o}}")
    text += step.format("c", "«${{parent.jobs.a.outputs.o}}»")
    check(text, "JL405", "Steps wait for each other: a -> b -> c -> a. Remove one of the bindings.")


def test_two_circles_are_two_problems() -> None:
    step = "  {}:\n    component: azureml:c:1\n    inputs:\n      data: {}\n"
    text = "type: pipeline\njobs:\n"
    text += step.format("a", "${{parent.jobs.b.outputs.o}}")
    text += step.format("b", "«${{parent.jobs.a.outputs.o}}»")
    text += step.format("c", "${{parent.jobs.d.outputs.o}}")
    text += step.format("d", "«${{parent.jobs.c.outputs.o}}»")
    check(text, "JL405")


def test_steps_that_share_a_source_are_no_circle() -> None:
    step = "  {}:\n    component: azureml:c:1\n    inputs:\n      one: {}\n      two: {}\n"
    text = "type: pipeline\njobs:\n  a:\n    component: azureml:c:1\n"
    source = "${{parent.jobs.%s.outputs.o}}"
    text += step.format("b", source % "a", source % "a") + step.format("c", source % "a", source % "b")
    check(text, None)


def test_blanks_are_said_once_where_a_step_would_not_wait_and_mended_everywhere() -> None:
    text = changed("${{parent.inputs.rate}}", "${{ parent.inputs.rate }}")
    text = changed(
        "${{parent.jobs.prepare.outputs.clean}}", "«${{ parent.jobs.prepare.outputs.clean }}»", text
    )
    check(text, "JL406")
    assert fixed(text) == spans(PIPELINE)[0]


def test_blanks_in_an_output() -> None:
    check(changed("${{parent.outputs.model}}", "«${{ parent.outputs.model}}»"), "JL406")


def test_a_wrong_name_comes_before_blanks_and_its_fix_removes_both() -> None:
    text = changed("${{parent.inputs.rate}}", "«${{ parent.inputs.rat }}»")
    check(text, "JL403")
    assert fixed(text) == spans(PIPELINE)[0]


def test_bindings_without_parent_are_said_once_and_mended_everywhere() -> None:
    text = changed("${{parent.inputs.raw}}", "«${{inputs.raw}}»")
    text = changed("${{parent.jobs.prepare.outputs.clean}}", "${{ jobs.prepare.outputs.clean }}", text)
    text = changed("${{parent.outputs.model}}", "${{outputs.model}}", text)
    check(text, "JL407")
    assert fixed(text) == spans(PIPELINE)[0]


def test_a_binding_that_is_not_closed() -> None:
    text = changed("${{parent.inputs.rate}}", "«${{parent.inputs.rate»")
    check(text, "JL202", "'${{parent.inputs.rate' is not closed. Add '}}'.")
    assert fixed(text) == spans(PIPELINE)[0]


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        ("parent.jobs.prepare.clean", "names no output. Write 'parent.jobs.prepare.outputs.NAME'."),
        ("parent.jobs.prepare", "names no output. Write 'parent.jobs.prepare.outputs.NAME'."),
        ("parent.jobs", "names no output. Write 'parent.jobs.STEP.outputs.NAME'."),
        ("parent.inputs", "names no input. Write 'parent.inputs.NAME'."),
        ("parent.input.raw", "refers to nothing. Did you mean 'parent.inputs'?"),
        ("parent.raw", "refers to nothing. Known: inputs, outputs, jobs."),
        ("parnt.inputs.raw", "refers to nothing. Did you mean 'parent'?"),
    ],
)
def test_a_binding_that_refers_to_nothing(binding: str, message: str) -> None:
    text = changed("${{parent.jobs.prepare.outputs.clean}}", f"«${{{{{binding}}}}}»")
    check(text, "JL410", f"'${{{{{binding}}}}}' {message}")


def test_a_whole_step_may_be_named_outside_inputs() -> None:
    loop = "  again:\n    type: do_while\n    body: {}\n    limits:\n      max_iteration_count: 3\n"
    named = [one.code for one in problems(Document(PIPELINE + loop.format("${{parent.jobs.train}}")))]
    assert not [code for code in named if code.startswith("JL4")]
    wrong = [one.code for one in problems(Document(PIPELINE + loop.format("${{parent.jobs.trin}}")))]
    assert "JL401" in wrong


def test_a_required_input_of_a_component_in_the_step() -> None:
    text = changed("  train:\n", "  «train»:\n", INLINE).replace("    inputs:\n      epochs: 5\n", "")
    (found,) = check(text, "JL408", "Step 'train' gives its component no 'epochs'. Add it under 'inputs'.")
    assert found.severity is Severity.ERROR


def test_a_misspelt_input_of_a_component_in_the_step_is_one_problem() -> None:
    text = changed("      epochs: 5\n", "      «epoch»: 5\n", INLINE)
    (found,) = check(text, "JL408", "The component of 'train' has no input 'epoch'. Did you mean 'epochs'?")
    assert found.severity is Severity.ERROR
    assert fixed(text) == spans(INLINE)[0]


def test_an_input_that_the_component_drops_is_a_warning() -> None:
    text = changed("      epochs: 5\n", "      epochs: 5\n      «shuffle»: true\n", INLINE)
    (found,) = check(
        text, "JL408", "The component of 'train' has no input 'shuffle'. It could take: rate, seed."
    )
    assert found.severity is Severity.WARNING


def test_an_input_that_no_step_takes_is_a_hint() -> None:
    text = changed("  rate: 0.1\n", "  rate: 0.1\n  «epochs»: 5\n")
    (found,) = check(text, "JL409")
    assert found.severity is Severity.HINT


def test_an_input_taken_only_within_a_text_is_taken() -> None:
    check(changed("${{parent.inputs.rate}}", "at-${{parent.inputs.rate}}"), None)


def test_bindings_shared_by_an_anchor_are_judged_once() -> None:
    text = """
        type: pipeline
        jobs:
          a:
            component: azureml:c:1
            inputs: &shared
              data: «${{parent.inputs.raw}}»
          b:
            component: azureml:c:1
            inputs: *shared
        """
    check(text, "JL403")


def test_a_pipeline_component_is_judged_like_a_job() -> None:
    text = """
        $schema: https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json
        type: pipeline
        name: both
        version: 1
        inputs:
          raw:
            type: uri_folder
        jobs:
          a:
            component: azureml:c:1
            inputs:
              data: {}
        """
    check(text.replace("{}", "${{parent.inputs.raw}}"), None)
    check(text.replace("{}", "«${{parent.inputs.rew}}»"), "JL403")


def test_while_a_line_is_broken_nothing_is_said_of_inputs_that_no_step_takes() -> None:
    found = problems(Document(changed("      rate: ${{parent.inputs.rate}}\n", "      rat\n")))
    assert {one.code for one in found} == {"JL001"}


def test_bindings_half_typed_raise_nothing() -> None:
    whole = "${{parent.jobs.prepare.outputs.clean}}"
    for end in range(len(whole)):
        problems(Document(changed(whole, whole[:end])))
        problems(Document(changed(whole, f"{whole[:end]}}}}}")))


def test_the_command_of_a_component_in_the_step_has_the_names_of_the_component() -> None:
    check(changed("--epochs ${{inputs.epochs}}", "«${{inputs.epoch}}» ${{inputs.epochs}}", INLINE), "JL201")


SPARK = """
type: pipeline
inputs:
  raw:
    type: uri_file
    path: azureml://datastores/d/paths/raw.csv
jobs:
  clean:
    type: spark
    code: src
    entry:
      file: clean.py
    conf:
      spark.driver.cores: 1
      spark.driver.memory: 2g
      spark.executor.cores: 2
      spark.executor.memory: 2g
      spark.executor.instances: 2
    resources:
      instance_type: standard_e4s_v3
      runtime_version: "3.4"
    inputs:
      raw:
        type: uri_file
        path: ${{parent.inputs.raw}}
        mode: direct
    outputs:
      clean:
        type: uri_folder
        mode: direct
    args: --raw ${{inputs.raw}} --clean ${{outputs.clean}}
"""


def test_the_arguments_of_a_spark_step_are_filled_like_a_command() -> None:
    check(SPARK, None)
    text = changed("${{inputs.raw}}", "«${{inputs.row}}»", SPARK)
    check(text, "JL201", "There is no input 'row'. Did you mean 'raw'?")
    assert fixed(text) == spans(SPARK)[0]


TYPED = """
type: pipeline
settings:
  default_compute: azureml:cpu-cluster
inputs:
  folder:
    type: uri_folder
    path: azureml:raw:1
  word: hello
  count: 3
jobs:
  make:
    command: echo ${{outputs.made}} ${{inputs.a}} ${{inputs.b}} ${{inputs.c}}
    environment: azureml:train-env:1
    inputs:
      a: ${{parent.inputs.folder}}
      b: ${{parent.inputs.word}}
      c: ${{parent.inputs.count}}
    outputs:
      made:
        type: uri_folder
  train:
    type: command
    component:
      type: command
      command: python train.py ${{inputs.given}}
      environment: azureml:train-env:1
      inputs:
        given:
          type: TYPE
    inputs:
      given: GIVEN
"""


def typed(kind: str, given: str) -> str:
    return TYPED.replace("TYPE", kind).replace("GIVEN", given)


@pytest.mark.parametrize(
    ("kind", "given", "severity"),
    [
        ("uri_folder", "«3»", Severity.ERROR),
        ("mltable", "«true»", Severity.ERROR),
        ("uri_file", "«${{parent.inputs.count}}»", Severity.WARNING),
        ("integer", "«hello»", Severity.ERROR),
        ("boolean", "«perhaps»", Severity.ERROR),
        ("number", "«${{parent.inputs.word}}»", Severity.WARNING),
        ("integer", "«2.5»", Severity.WARNING),
        ("integer", "«true»", Severity.WARNING),
        ("integer", "«${{parent.inputs.folder}}»", Severity.ERROR),
        ("number", "«${{parent.jobs.make.outputs.made}}»", Severity.ERROR),
    ],
)
def test_an_input_that_gets_what_its_type_cannot_be(kind: str, given: str, severity: Severity) -> None:
    (found,) = check(typed(kind, given), "JL411")
    assert found.severity is severity


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("uri_folder", "./data"),
        ("uri_file", "${{parent.inputs.folder}}"),
        ("uri_folder", "${{parent.inputs.word}}"),
        ("integer", "3"),
        ("number", "'1e-3'"),
        ("integer", "${{parent.inputs.count}}"),
        ("boolean", "'True'"),
        ("boolean", "1"),
        ("string", "3"),
        ("string", "${{parent.jobs.make.outputs.made}}"),
        ("integer", "'1${{parent.inputs.count}}'"),
    ],
)
def test_what_a_type_may_be_is_left_alone(kind: str, given: str) -> None:
    check(typed(kind, given), None)


def test_a_step_without_a_compute_is_named_once_for_all() -> None:
    text = changed("settings:\n  default_compute: azureml:cpu-cluster\n", "")
    message = "Step 'prepare' has no compute. Give it one, or set 'settings.default_compute'."
    check(text.replace("  prepare:\n", "  «prepare»:\n"), "JL412", message)
    second = "  last:\n    command: echo\n    environment: azureml:train-env:1\n"
    check(
        text.replace("  prepare:\n", "  «prepare»:\n") + second,
        "JL412",
        "Step 'prepare' (and 1 more) has no compute. Give it one, or set 'settings.default_compute'.",
    )


def test_a_step_needs_no_compute_where_the_pipeline_has_one_or_it_runs_elsewhere() -> None:
    without = changed("settings:\n  default_compute: azureml:cpu-cluster\n", "")
    check(without + "compute: azureml:cpu-cluster\n", None)
    check(without.replace("  prepare:\n", "  prepare:\n    compute: azureml:cpu-cluster\n"), None)
    component = """
        $schema: https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json
        type: pipeline
        name: both
        version: 1
        jobs:
          a:
            command: echo
            environment: azureml:train-env:1
        """
    check(component, None)


def test_a_long_binding_to_nothing_leaves_room_for_the_way_out() -> None:
    job = "type: pipeline\njobs:\n  a:\n    command: echo ${{inputs.x}}\n    environment: azureml:e:1\n"
    text = (
        job + "    compute: azureml:c\n    inputs:\n      x: ${{nothing - like.it.with.a.name.without.end}}\n"
    )
    (message,) = [one.message for one in problems(Document(text)) if one.code == "JL410"]
    assert message.endswith("Write 'parent.inputs.NAME' or 'parent.jobs.STEP.outputs.NAME'.")
    assert len(message) < 120
