"""A step is checked against the component in the file that it names."""

from pathlib import Path

import pytest

from joblens.checks import check, problems
from joblens.checks.subject import Subject
from joblens.text.document import Document

_COMPONENT = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: train
command: python train.py ${{inputs.data}} ${{inputs.epochs}} $[[${{inputs.note}}]] ${{outputs.model}}
environment: azureml:train-env:1
inputs:
  data:
    type: uri_folder
  epochs:
    type: integer
    default: 3
  note:
    type: string
    optional: true
outputs:
  model:
    type: uri_folder
"""


def _said(folder: Path, steps: str) -> list[tuple[str, str]]:
    (folder / "train.yml").write_text(_COMPONENT)
    text = f"type: pipeline\nsettings:\n  default_compute: azureml:c\njobs:\n{steps}"
    found = problems(Document(text, folder / "pipeline.yml"))
    return [(one.code, text[one.span.start : one.span.end]) for one in found]


_TRAIN = "  train:\n    component: {}\n    inputs:\n      data: {{type: uri_folder, path: azureml:d:1}}\n"


@pytest.mark.parametrize("written", ["./train.yml", "train.yml", "file:train.yml", "file:./train.yml"])
def test_a_step_that_fits_its_component_has_no_problem(tmp_path: Path, written: str) -> None:
    assert _said(tmp_path, _TRAIN.format(written)) == []


def test_a_required_input_is_missing(tmp_path: Path) -> None:
    assert _said(tmp_path, "  train:\n    component: ./train.yml\n") == [("JL408", "train")]


def test_an_input_is_unknown(tmp_path: Path) -> None:
    said = _said(tmp_path, _TRAIN.format("./train.yml") + "      epoch: 5\n")
    assert said == [("JL408", "epoch")]


def test_an_output_is_unknown(tmp_path: Path) -> None:
    user = (
        "  use:\n    command: ls ${{inputs.m}}\n    environment: azureml:e:1\n"
        "    inputs:\n      m: ${{parent.jobs.train.outputs.modell}}\n"
    )
    said = _said(tmp_path, _TRAIN.format("./train.yml") + user)
    assert said == [("JL402", "${{parent.jobs.train.outputs.modell}}")]


def test_an_output_that_only_the_component_names_is_known(tmp_path: Path) -> None:
    user = (
        "  use:\n    command: ls ${{inputs.m}}\n    environment: azureml:e:1\n"
        "    inputs:\n      m: ${{parent.jobs.train.outputs.model}}\n"
    )
    assert _said(tmp_path, _TRAIN.format("./train.yml") + user) == []


def test_a_value_is_of_another_type(tmp_path: Path) -> None:
    said = _said(tmp_path, "  train:\n    component: ./train.yml\n    inputs:\n      data: 3\n")
    assert said == [("JL411", "3")]


@pytest.mark.parametrize("content", ["", "a: [", "name: other\n", "services: {}\n", "\0"])
def test_a_file_that_is_no_component_says_nothing_of_the_step(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.yml").write_text(content)
    assert _said(tmp_path, "  train:\n    component: ./other.yml\n    inputs:\n      anything: 3\n") == []


def test_a_pipeline_in_a_file_needs_no_compute_of_its_step(tmp_path: Path) -> None:
    (tmp_path / "inner.yml").write_text(
        "$schema: https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json\n"
        "type: pipeline\nname: inner\njobs:\n  a: {component: azureml:a:1, compute: azureml:c}\n"
    )
    text = "type: pipeline\njobs:\n  one:\n    component: ./inner.yml\n"
    assert problems(Document(text, tmp_path / "pipeline.yml")) == []


def test_a_component_that_is_open_counts_as_it_is_typed(tmp_path: Path) -> None:

    (tmp_path / "train.yml").write_text(_COMPONENT)
    opened = Document(_COMPONENT.replace("epochs", "rounds"), tmp_path / "train.yml")
    text = (
        "type: pipeline\nsettings:\n  default_compute: azureml:c\njobs:\n"
        + _TRAIN.format("./train.yml")
        + "      rounds: 5\n"
    )
    subject = Subject(
        Document(text, tmp_path / "pipeline.yml"), lambda path: opened if path == opened.path else None
    )
    assert check(subject) == []


def test_what_a_sweep_draws_is_an_input_of_its_trial(tmp_path: Path) -> None:
    sweep = """\
  tune:
    type: sweep
    trial: ./train.yml
    search_space:
      epoch: {type: choice, values: [1, 2]}
    sampling_algorithm: random
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 2}
    inputs:
      data: {type: uri_folder, path: azureml:d:1}
"""
    assert _said(tmp_path, sweep) == [("JL408", "epoch")]
    assert _said(tmp_path, sweep.replace("epoch:", "epochs:")) == []
