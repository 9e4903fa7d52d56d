"""A slip in the words that say what a file is does not turn everything off."""

import pytest

from joblens.checks import problems
from joblens.job.detect import detect
from joblens.job.kinds import kind_meant_by_schema
from joblens.text.document import Document

HOST = "https://azuremlschemas.azureedge.net/latest/"


def kind_of(text: str) -> str | None:
    document = Document(text)
    found = detect(document.tree, text)
    return found.name if found else None


def test_a_misspelt_schema_is_read_as_the_one_that_was_meant() -> None:
    assert kind_meant_by_schema(f"{HOST}commandJb.schema.json") == "commandJob"
    assert kind_of(f"$schema: {HOST}commandJb.schema.json\nenvironment: azureml:e:1\n") == "commandJob"


@pytest.mark.parametrize(
    "address", [f"{HOST}commandJob.schema.json", f"{HOST}modelVersionPackage.schema.json"]
)
def test_a_right_schema_and_one_of_another_kind_are_no_slip(address: str) -> None:
    assert kind_meant_by_schema(address) is None


def test_a_schema_of_another_host_is_no_slip() -> None:
    assert kind_meant_by_schema("https://example.org/commandJb.schema.json") is None


def test_a_misspelt_type_is_one_problem() -> None:
    text = "type: comand\ncommand: python a.py\nenvironment: azureml:e:1\n"
    assert kind_of(text) == "commandJob"
    assert [(one.code, text[one.span.start : one.span.end]) for one in problems(Document(text))] == [
        ("JL104", "comand")
    ]


def test_a_misspelt_command_is_one_problem() -> None:
    text = "comand: python a.py\nenvironment: azureml:e:1\ncompute: azureml:c\n"
    assert [(one.code, text[one.span.start : one.span.end]) for one in problems(Document(text))] == [
        ("JL101", "comand")
    ]


def test_a_line_that_ran_into_the_schema_is_a_problem() -> None:
    text = f"$schema: {HOST}commandJob.schema.jsoncommand: sleep 50\nenvironment: azureml:e:1\n"
    assert "JL001" in [one.code for one in problems(Document(text))]


@pytest.mark.parametrize(
    "text",
    [
        "type: common\ncommand: echo\nenvironment: prod\n",
        "commands: [a]\nenvironment: prod\ncompute: large\n",
        "comand: echo\n",
    ],
)
def test_files_of_others_stay_theirs(text: str) -> None:
    assert kind_of(text) is None
