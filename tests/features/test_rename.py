"""A rename changes the name at each of its places, or says why it cannot."""

import pytest

from joblens.checks.subject import Subject
from joblens.features.rename import RenameError, renamable, rename
from joblens.text.document import Document
from tests.features import names
from tests.marked import marked, spans


def renamed(subject: Subject, offset: int, new_name: str) -> str:
    text = subject.document.text
    for edit in reversed(rename(subject, offset, new_name)):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize("job", names.ALL)
def test_a_rename_changes_the_name_alone(job: str) -> None:
    text, places = spans(job)
    subject = Subject(Document(text))
    for place in places:
        assert renamed(subject, place.start, "fresh") == spans(_with(job, "fresh"))[0]


def _with(job: str, name: str) -> str:
    first, *others = job.split("«")
    return first + "".join(f"«{name}»" + other.partition("»")[2] for other in others)


@pytest.mark.parametrize(
    ("job", "name", "reason"),
    [
        (names.COMMAND, "my-data", "'my-data' cannot be the name of this input: it may have only letters"),
        (names.COMMAND, "1st", "no digit first"),
        (names.COMMAND, "", "'' cannot be the name of this input"),
        (names.COMMAND, "on", "YAML does not read it as text"),
        (names.COMMAND, "data_2", "There already is another input 'data_2'."),
        (names.STEP, "Train", "'Train' cannot be the name of this step: it may have only lower-case letters"),
        (names.STEP, "train", "There already is another step 'train'."),
        (names.PREVIEW, "l r", "'l r' cannot be the name of this hyperparameter"),
    ],
)
def test_a_name_that_cannot_be_is_refused(job: str, name: str, reason: str) -> None:
    text, places = spans(job)
    with pytest.raises(RenameError) as refused:
        rename(Subject(Document(text)), places[0].start, name)
    assert reason in str(refused.value)


def test_the_preview_allows_what_its_client_reads() -> None:
    text, places = spans(names.PREVIEW)
    assert "{search_space.my-lr.1}" in renamed(Subject(Document(text)), places[0].start, "my-lr.1")


def test_what_can_be_renamed_is_the_name_under_the_cursor() -> None:
    at = marked("command: a ${{<|>inputs.x}}\nenvironment: azureml:e:1\ninputs: {'x': 1}\n")
    found = renamable(Subject(at.document), at.offset)
    assert found is not None
    assert (found.text, found.span) == ("x", (21, 22))


def test_other_text_cannot_be_renamed() -> None:
    at = marked("com<|>mand: a\nenvironment: azureml:e:1\n")
    assert renamable(Subject(at.document), at.offset) is None
    assert rename(Subject(at.document), at.offset, "x") == []


def test_a_name_that_a_component_file_gives_is_left_to_that_file() -> None:
    at = marked("type: pipeline\njobs:\n  a:\n    component: ./a.yml\n    inputs:\n      row<|>s: 1\n")
    with pytest.raises(RenameError, match=r"Component './a.yml' gives input 'rows' its name."):
        renamable(Subject(at.document), at.offset)


def test_a_step_of_a_component_file_can_be_renamed() -> None:
    at = marked("type: pipeline\njobs:\n  a<|>:\n    component: ./a.yml\n")
    assert renamed(Subject(at.document), at.offset, "b").startswith("type: pipeline\njobs:\n  b:\n")


def test_a_name_that_nothing_declares_cannot_be_renamed() -> None:
    at = marked("command: a ${{inputs.x<|>}}\nenvironment: azureml:e:1\n")
    with pytest.raises(RenameError, match=r"This file has no input 'x'.") as refused:
        renamable(Subject(at.document), at.offset)
    assert refused.value.hint == "Add it under 'inputs' first."
