"""A component moves out of its step and back in with its text kept, and means the same there."""

from pathlib import Path

import pytest
import yaml

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.checks.subject import Subject
from joblens.features.component_moves import Move, extraction, inlining
from joblens.text.document import Document

_BODY = """\
      # what it runs
      type: command
      command: >-
        python train.py
        --data ${{inputs.data}}

        --model ${{outputs.model}}
      code: ./src  # beside the pipeline
      environment: azureml:train-env:1
      inputs:
        data: {type: uri_folder}
      outputs:
        model:
          type: 'uri_folder'
"""
_PIPELINE = (
    "type: pipeline\nsettings:\n  default_compute: azureml:cpu\njobs:\n  train:\n    type: command\n"
    "    component: # written here\n"
    + _BODY
    + "\n    inputs:\n      data: {type: uri_folder, path: azureml:iris:1}\n"
    "# the end\n"
)


def _applied(text: str, move: Move) -> str:
    return text[: move.span.start] + move.text + text[move.span.end :]


def _at(folder: Path, text: str, word: str = "component") -> tuple[Subject, int]:
    return Subject(Document(text, folder / "pipeline.yml")), text.index(word) + 2


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").touch()
    return tmp_path


def test_a_component_is_extracted_with_its_comments(project: Path) -> None:
    move = extraction(*_at(project, _PIPELINE))
    assert move is not None
    assert move.path == project / "train.yml"
    assert move.content == (
        "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n"
        "name: train\n" + "".join(line.removeprefix("      ") + "\n" for line in _BODY.splitlines())
    )
    assert "component: ./train.yml # written here\n\n    inputs:" in _applied(_PIPELINE, move)


def test_what_is_extracted_is_as_right_as_before(project: Path) -> None:
    move = extraction(*_at(project, _PIPELINE))
    assert move is not None
    assert move.path is not None
    move.path.write_text(move.content)
    for path, text in ((project / "pipeline.yml", _applied(_PIPELINE, move)), (move.path, move.content)):
        assert [one for one in problems(Document(text, path)) if one.severity is Severity.ERROR] == []


def test_a_component_that_is_extracted_and_inlined_says_the_same(project: Path) -> None:
    out = extraction(*_at(project, _PIPELINE))
    assert out is not None
    assert out.path is not None
    out.path.write_text(out.content)
    back = inlining(*_at(project, _applied(_PIPELINE, out)))
    assert back is not None
    after = yaml.safe_load(_applied(_applied(_PIPELINE, out), back))
    expected = yaml.safe_load(_PIPELINE)
    expected["jobs"]["train"]["component"]["name"] = "train"
    assert after == expected


def test_paths_are_seen_from_the_new_folder(project: Path) -> None:
    (project / "steps" / "code").mkdir(parents=True)
    (project / "steps" / "train.yml").write_text(
        "# yaml-language-server: $schema=x/commandComponent.schema.json\n---\nname: train\ntype: command\n"
        "command: ls\ncode: code\nenvironment:\n  image: a\n  conda_file: ../conda.yml\n"
    )
    text = "type: pipeline\njobs:\n  a:\n    component: ./steps/train.yml # here\n    compute: azureml:c\n"
    move = inlining(*_at(project, text, "./steps"))
    assert move is not None
    component = yaml.safe_load(_applied(text, move))["jobs"]["a"]["component"]
    assert component["code"] == "./steps/code"
    assert component["environment"]["conda_file"] == "./conda.yml"
    assert "yaml-language-server" not in _applied(text, move)


@pytest.mark.parametrize(
    "component",
    ["azureml:train:1", "./nowhere.yml", "{type: command, command: ls, environment: azureml:e:1}"],
)
def test_what_cannot_be_moved_is_not_offered(project: Path, component: str) -> None:
    text = f"type: pipeline\njobs:\n  a:\n    component: {component}\n    compute: azureml:c\n"
    assert extraction(*_at(project, text)) is None
    assert inlining(*_at(project, text)) is None


def test_a_file_that_is_there_is_not_written_over(project: Path) -> None:
    (project / "train.yml").touch()
    move = extraction(*_at(project, _PIPELINE))
    assert move is not None
    assert move.path == project / "train_component.yml"
    move.path.touch()
    assert extraction(*_at(project, _PIPELINE)) is None


def test_windows_line_ends_stay(project: Path) -> None:
    text = _PIPELINE.replace("\n", "\r\n")
    out = extraction(*_at(project, text))
    assert out is not None
    assert out.path is not None
    assert out.content.count("\n") == out.content.count("\r\n")
    out.path.write_bytes(out.content.encode())
    back = inlining(*_at(project, _applied(text, out)))
    assert back is not None
    after = _applied(_applied(text, out), back)
    assert after.count("\n") == after.count("\r\n")
