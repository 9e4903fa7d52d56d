"""A pipeline as data: steps, what they take and give, and their bindings with exact places."""

from joblens.job.detect import Kind
from joblens.job.model import Dialect
from joblens.job.pipeline import Pipeline, Place, pipeline
from joblens.text.tree import parse

JOB = Kind("pipelineJob", Dialect.TODAY)

TEXT = """\
type: pipeline
inputs:
  rate: 0.1
jobs:
  prepare:
    command: python prepare.py ${{outputs.clean}}
    outputs:
      clean:
  train:
    component: ./train.yml
    compute: ${{parent.inputs.cluster}}
    inputs:
      rate: ${{parent.inputs.rate}}
      data:
        path: "${{ parent.jobs.prepare.outputs.clean }}/x"
    outputs:
      model: ${{parent.outputs.model}}
"""


def read(text: str, kind: Kind = JOB) -> Pipeline:
    found = pipeline(parse(text), kind, text)
    assert found is not None
    return found


def test_steps_have_their_inputs_and_outputs() -> None:
    found = read(TEXT)
    assert list(found.inputs) == ["rate"]
    assert list(found.steps) == ["prepare", "train"]
    assert list(found.steps["train"].inputs) == ["rate", "data"]
    assert list(found.steps["prepare"].outputs) == ["clean"]


def test_each_binding_has_its_place_and_spans() -> None:
    shown = [
        (step.name, one.place, one.entry, TEXT[slice(*one.span)], TEXT[slice(*one.name_span)], one.whole)
        for step, one in read(TEXT).bindings
    ]
    assert shown == [
        ("train", Place.OTHER, "compute", "${{parent.inputs.cluster}}", "cluster", True),
        ("train", Place.INPUT, "rate", "${{parent.inputs.rate}}", "rate", True),
        ("train", Place.INPUT, "data", "${{ parent.jobs.prepare.outputs.clean }}", "clean", False),
        ("train", Place.OUTPUT, "model", "${{parent.outputs.model}}", "model", True),
    ]


def test_the_step_that_a_binding_names_has_its_span() -> None:
    spans = [TEXT[slice(*one.step_span)] for _, one in read(TEXT).bindings if one.expression.step]
    assert spans == ["prepare"]


def test_the_outputs_of_a_command_are_known_and_those_of_a_component_elsewhere_are_not() -> None:
    found = read(TEXT)
    assert found.steps["prepare"].known_outputs == frozenset({"clean"})
    assert found.steps["train"].known_outputs is None
    assert found.steps["train"].component is None


def test_a_component_in_the_step_declares_inputs_and_outputs() -> None:
    text = (
        "jobs:\n  a:\n    component:\n      command: x ${{inputs.n}}\n      inputs: {n: {type: integer}}\n"
        "      outputs: {o: {type: uri_folder}}\n    outputs: {p: }\n"
    )
    step = read(text).steps["a"]
    assert step.component is not None
    assert list(step.component.inputs) == ["n"]
    assert step.known_inputs == frozenset({"n"})
    assert step.known_outputs == frozenset({"o", "p"})
    assert step.bindings == ()


def test_merged_entries_belong_to_the_step() -> None:
    text = "jobs:\n  a: &a\n    command: x\n    inputs: {n: '${{parent.inputs.n}}'}\n  b:\n    <<: *a\n"
    found = read(text)
    assert list(found.steps["b"].inputs) == ["n"]
    assert found.steps["b"].bindings == found.steps["a"].bindings


def test_steps_that_are_none_yet_have_nothing() -> None:
    found = read("jobs:\n  a:\n  b: text\n  c: [1]\n  d\n  e: *gone\n")
    assert list(found.steps) == ["a", "b", "c", "d", "e"]
    assert all(step.bindings == () and step.known_outputs is None for step in found.steps.values())


def test_an_anchor_that_holds_itself_is_read() -> None:
    assert list(read("jobs:\n  a:\n    inputs: &i\n      x: *i\n").steps) == ["a"]


def test_only_a_pipeline_of_today_with_steps_is_one() -> None:
    assert pipeline(parse("jobs: {}\n"), Kind("commandJob", Dialect.TODAY), "jobs: {}\n") is None
    assert pipeline(parse("jobs: 3\n"), JOB, "jobs: 3\n") is None
    assert pipeline(parse(""), JOB, "") is None
