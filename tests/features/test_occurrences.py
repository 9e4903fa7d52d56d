"""A name is found wherever the file has it, and nowhere else."""

import pytest

from joblens.checks.subject import Subject
from joblens.features.definition import Definition, definitions
from joblens.features.highlight import highlights
from joblens.features.occurrences import occurrences
from joblens.features.places import Place
from joblens.features.references import references
from joblens.text.document import Document
from joblens.text.nodes import Span
from tests.features import names
from tests.marked import marked, spans
from tests.shared_data import EXAMPLES


def _spans(found: list[Place]) -> list[Span]:
    return [one.occurrence.span for one in found]


def told(marked_text: str) -> tuple[Subject, list[Span]]:
    text, places = spans(marked_text)
    return Subject(Document(text)), places


@pytest.mark.parametrize("job", names.ALL)
def test_every_place_leads_to_all_places(job: str) -> None:
    subject, places = told(job)
    for place in places:
        for offset in (place.start, place.end):
            assert [one.span for one in occurrences(subject, offset)] == places


def test_nothing_occurs_at_other_text() -> None:
    for place in ("com<|>mand: a", "command: a ${{name<|>}}", "# ${{inputs.a<|>}}\ncommand: a"):
        at = marked(place + "\nenvironment: azureml:e:1\ninputs: {a: 1}\n")
        assert occurrences(Subject(at.document), at.offset) == []


def test_a_half_typed_placeholder_has_its_name() -> None:
    at = marked("command: a ${{inputs.ro<|>ws\nenvironment: azureml:e:1\ninputs: {rows: 1}\n")
    assert len(occurrences(Subject(at.document), at.offset)) == 2


def test_names_are_found_in_a_file_that_is_being_typed() -> None:
    text = spans(names.STEP_OUTPUT)[0]
    for end in range(len(text)):
        subject = Subject(Document(text[:end]))
        for one in subject.occurrences:
            assert text[one.span.start : one.span.end] == one.name.text


def test_the_definition_is_the_entry_that_declares_the_name() -> None:
    at = marked("command: a ${{in<|>puts.x}}\nenvironment: azureml:e:1\ninputs:\n  x:\n    type: uri_file\n")
    (found,) = definitions(Subject(at.document), at.offset)
    assert isinstance(found, Definition)
    text = at.document.text
    assert text[slice(*found.span)] == "x"
    assert text[slice(*found.whole)] == "x:\n    type: uri_file"


def test_a_step_and_its_output_are_defined_apart() -> None:
    subject, (declared, used) = told(names.STEP)
    text = subject.document.text
    assert [one.span for one in definitions(subject, used.start)] == [declared]
    (output,) = definitions(subject, used.end + len(".outputs.d"))
    assert text[slice(*output.whole)] == "data: {type: uri_folder}"


def test_a_name_that_nothing_declares_has_no_definition() -> None:
    at = marked("command: a ${{inputs.x<|>}}\nenvironment: azureml:e:1\n")
    assert definitions(Subject(at.document), at.offset) == []
    assert len(references(Subject(at.document), at.offset, declarations=True)) == 1


def test_references_leave_out_the_declaration_unless_it_is_asked_for() -> None:
    subject, (first, second, declared) = told(names.COMMAND)
    assert _spans(references(subject, first.start, declarations=False)) == [first, second]
    assert _spans(references(subject, first.start, declarations=True)) == [first, second, declared]


def test_a_highlight_says_where_the_name_is_declared() -> None:
    subject, places = told(names.COMMAND)
    assert [one.declares for one in highlights(subject, places[0].start)] == [False, False, True]


def test_a_pipeline_that_holds_itself_is_read_once() -> None:
    text = "type: pipeline\njobs: &all\n  a:\n    type: pipeline\n    jobs: *all\n"
    assert {one.name.text for one in Subject(Document(text)).occurrences} == {"a"}


@pytest.mark.usefixtures("corpus")
def test_the_public_files_use_only_names_that_they_or_their_components_have() -> None:
    for file in sorted(EXAMPLES.rglob("*.yml")):
        subject = Subject(Document(file.read_text(encoding="utf-8")))
        found = subject.occurrences
        declared = {one.name for one in found if one.declared_by is not None}
        # What a step puts out may be said in its component's file alone.
        used = {one.name for one in found if one.name.context != "outputs"}
        assert used == used & declared, file
        assert all(subject.document.text[slice(*one.span)] == one.name.text for one in found), file


def test_a_quote_alone_is_a_key_without_a_name() -> None:
    text = "command: a\nenvironment: azureml:e:1\ninputs:\n  a: 1\n  '"
    empty = [one for one in Subject(Document(text)).occurrences if not one.name.text]
    assert [one.span for one in empty] == [Span(len(text), len(text))]
