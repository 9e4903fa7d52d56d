"""An input of a step and of the component in a file that it runs are one name, wherever one looks from."""

from pathlib import Path

import pytest

from joblens.checks.subject import Subject
from joblens.features.definition import Definition, File, definitions
from joblens.features.places import places
from joblens.features.references import references
from joblens.features.rename import RenameError, rename
from joblens.text.document import Document

_COMPONENT = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: train
command: python train.py --data ${{inputs.data}} --model ${{outputs.model}}
environment: azureml:train-env:1
inputs:
  data:
    type: uri_folder
  seed:
    type: integer
    default: 1
outputs:
  model:
    type: uri_folder
"""
_PIPELINE = """\
type: pipeline
settings:
  default_compute: azureml:cpu
inputs:
  data: {type: uri_folder, path: azureml:iris:1}
jobs:
  first:
    component: ./steps/train.yml
    inputs:
      data: ${{parent.inputs.data}}
  second:
    component: ./steps/train.yml
    inputs:
      data: ${{parent.jobs.first.outputs.model}}
"""
_OTHER = """\
type: pipeline
jobs:
  only:
    component: ../steps/train.yml
    compute: azureml:cpu
    inputs: {data: {type: uri_folder, path: azureml:iris:1}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("steps/train.yml", _COMPONENT), ("pipeline.yml", _PIPELINE), ("steps/o.yml", _OTHER)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _subject(project: Path, name: str) -> Subject:
    file = project / name
    return Subject(Document(file.read_text(), file))


def _offset(text: str, *path: str) -> int:
    """The offset of the last of some words, each looked for behind the one before it."""
    at = 0
    for word in path:
        at = text.index(word, at) + 1
    return at


def _told(project: Path, subject: Subject, offset: int) -> list[str]:
    return sorted(
        f"{one.document.path.relative_to(project)}:{one.document.line_of(one.occurrence.span.start) + 1}"
        for one in places(subject, offset)
        if one.document.path is not None
    )


_OF_DATA = ["pipeline.yml:10", "pipeline.yml:14", "steps/o.yml:6", "steps/train.yml:3", "steps/train.yml:6"]


def test_an_input_of_a_step_is_found_in_the_component_and_its_other_users(project: Path) -> None:
    subject = _subject(project, "pipeline.yml")
    assert _told(project, subject, _offset(_PIPELINE, "first", "inputs:", "data")) == _OF_DATA


def test_an_input_of_a_component_is_found_in_the_pipelines_near_it(project: Path) -> None:
    subject = _subject(project, "steps/train.yml")
    for offset in (_offset(_COMPONENT, "${{inputs.data"), _offset(_COMPONENT, "inputs:", "data")):
        assert _told(project, subject, offset) == _OF_DATA


def test_an_output_that_only_the_component_declares_is_found(project: Path) -> None:
    subject = _subject(project, "pipeline.yml")
    offset = _offset(_PIPELINE, "first.outputs.", "model")
    assert _told(project, subject, offset) == ["pipeline.yml:14", "steps/train.yml:12", "steps/train.yml:3"]
    (found,) = definitions(subject, offset)
    assert isinstance(found, Definition)
    assert found.document.text[slice(*found.span)] == "model"
    assert found.document.path == project / "steps" / "train.yml"


def test_the_pipelines_own_input_is_another_name(project: Path) -> None:
    subject = _subject(project, "pipeline.yml")
    assert _told(project, subject, _offset(_PIPELINE, "parent.inputs.data")) == [
        "pipeline.yml:10",
        "pipeline.yml:5",
    ]


def test_the_definition_is_in_the_step_and_in_the_component_but_not_in_other_pipelines(project: Path) -> None:
    subject = _subject(project, "pipeline.yml")
    found = definitions(subject, _offset(_PIPELINE, "first", "inputs:", "data"))
    files = [one.document.path for one in found if isinstance(one, Definition)]
    assert set(files) == {project / "pipeline.yml", project / "steps" / "train.yml"}


def test_the_path_of_a_component_leads_to_its_file(project: Path) -> None:
    subject = _subject(project, "pipeline.yml")
    assert definitions(subject, _offset(_PIPELINE, "./steps")) == [File(project / "steps" / "train.yml")]


def test_references_are_found_across_files(project: Path) -> None:
    subject = _subject(project, "steps/train.yml")
    found = references(subject, _offset(_COMPONENT, "inputs:", "data"), declarations=False)
    lines = [(one.document.path, one.document.line_of(one.occurrence.span.start) + 1) for one in found]
    assert sorted(lines) == [
        (project / "pipeline.yml", 10),
        (project / "pipeline.yml", 14),
        (project / "steps" / "o.yml", 6),
        (project / "steps" / "train.yml", 3),
    ]


def test_a_rename_reaches_all_files(project: Path) -> None:
    subject = _subject(project, "pipeline.yml")
    for edit in sorted(
        rename(subject, _offset(_PIPELINE, "first", "inputs:", "data"), "train_data"),
        key=lambda one: -one.span.start,
    ):
        assert edit.document.path is not None
        text = edit.document.path.read_text()
        edit.document.path.write_text(text[: edit.span.start] + edit.text + text[edit.span.end :])
    component = (project / "steps" / "train.yml").read_text()
    assert component == _COMPONENT.replace("inputs.data", "inputs.train_data").replace(
        "  data:", "  train_data:"
    )
    pipeline = (project / "pipeline.yml").read_text()
    assert pipeline == _PIPELINE.replace("      data:", "      train_data:")
    assert "{train_data: {type" in (project / "steps" / "o.yml").read_text()


def test_a_rename_to_a_name_of_the_component_is_refused(project: Path) -> None:
    subject = _subject(project, "pipeline.yml")
    with pytest.raises(RenameError, match="already is another input 'seed'"):
        rename(subject, _offset(_PIPELINE, "first", "inputs:", "data"), "seed")


def test_a_rename_of_what_a_registered_component_names_is_refused(project: Path) -> None:
    text = _PIPELINE.replace("./steps/train.yml", "azureml:train:1")
    subject = Subject(Document(text, project / "pipeline.yml"))
    with pytest.raises(RenameError, match="azureml:train:1"):
        rename(subject, _offset(text, "first", "inputs:", "data"), "train_data")


def test_the_script_of_a_command_leads_to_its_file(project: Path) -> None:
    (project / "steps" / "train.py").touch()
    text = _COMPONENT + "code: .\n"
    subject = Subject(Document(text, project / "steps" / "train.yml"))
    assert definitions(subject, _offset(text, "python ", "train.py")) == [
        File(project / "steps" / "train.py")
    ]
