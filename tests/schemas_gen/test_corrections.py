"""What only the SDK's code decides, and our schemas say for it."""

import pytest
from scripts.schemas.corrections import correct
from scripts.schemas.shapes import Json

from tests.schemas_gen.committed import accepts

JOB = {"command": "python train.py", "environment": {"image": "python"}}


@pytest.mark.parametrize("conda_file", ["environment.yml", {"dependencies": ["pip"]}])
def test_a_conda_file_is_a_path_or_its_content(conda_file: object) -> None:
    assert accepts("commandJob", JOB | {"environment": {"image": "python", "conda_file": conda_file}})


@pytest.mark.parametrize("conda_file", [["pip"], 3, None])
def test_a_conda_file_is_nothing_else(conda_file: object) -> None:
    assert not accepts("commandJob", JOB | {"environment": {"image": "python", "conda_file": conda_file}})


@pytest.mark.parametrize(("version", "right"), [("1", True), (1, True), (1.5, True), ([1], False)])
def test_a_version_is_text_or_a_number(version: object, right: bool) -> None:
    assert accepts("environment", {"name": "env", "image": "python", "version": version}) == right


def test_a_step_with_an_unknown_key_does_not_pass_as_a_parallel_one() -> None:
    assert not accepts("pipelineJob", {"jobs": {"a": {"comand": "echo", "environment": "azureml:env:1"}}})


def test_a_table_has_a_type_and_whatever_steps_it_likes() -> None:
    table = {"type": "mltable", "paths": [{"file": "a.csv"}], "metadata": {}}
    steps = [{"read_delimited": {"delimiter": ",", "other": 1}}, {"take": "5"}, {"unheard_of": 3}, "skip"]
    assert accepts("MLTable", table | {"transformations": steps})
    assert not accepts("MLTable", table | {"paths": [{"fil": "a.csv"}]})


def test_every_variant_of_a_class_is_corrected() -> None:
    definitions: dict[str, Json] = {
        "AnonymousEnvironment.binding": {"properties": {"conda_file": {}, "image": {}}},
        "PipelineParallelJob.binding.open": {"properties": {}, "additionalProperties": True},
        "Command.open": {"properties": {"conda_file": {}}, "additionalProperties": True},
    }
    correct(definitions)
    assert definitions["AnonymousEnvironment.binding"]["properties"]["conda_file"]["anyOf"]
    assert definitions["AnonymousEnvironment.binding"]["properties"]["image"] == {}
    assert definitions["PipelineParallelJob.binding.open"]["additionalProperties"] is False
    assert definitions["Command.open"] == {"properties": {"conda_file": {}}, "additionalProperties": True}
