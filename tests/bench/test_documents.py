"""The benchmark's documents are as long as asked, valid, and marked where they say."""

import json
from pathlib import Path

import pytest
import yaml
from bench.documents import Place, document, lay_out

from joblens.checks import problems
from joblens.text.document import Document
from tests.shared_data import ROOT

SIZES = [20, 45, 200, 2000]


@pytest.mark.parametrize("lines", [*SIZES, 20000])
def test_a_document_has_the_lines_asked_for(lines: int) -> None:
    assert document(lines).text.count("\n") == lines


@pytest.mark.parametrize("lines", SIZES)
def test_a_document_is_a_valid_pipeline(lines: int) -> None:
    import jsonschema

    schema = json.loads((ROOT / "schemas" / "pipelineJob.schema.json").read_text(encoding="utf-8"))
    job = yaml.safe_load(document(lines).text)
    assert list(jsonschema.Draft7Validator(schema).iter_errors(job)) == []


@pytest.mark.parametrize("lines", [*SIZES, 20000])
def test_the_places_are_where_they_say(lines: int) -> None:
    marked = document(lines)
    text = marked.text.split("\n")

    def behind(place: Place) -> str:
        return text[place.line][place.column :]

    assert behind(marked.mode) == "ro_mount"
    assert behind(marked.distribution) == "pytorch"
    assert behind(marked.counted_key) == "tance_count: 2"
    assert behind(marked.command_end) == ""
    assert "python train.py" in text[marked.command_end.line]
    assert not text[marked.step_end.line].startswith("    ")
    assert text[marked.step_end.line - 1].startswith("    ")


@pytest.mark.parametrize("lines", [20, 200, 2000])
def test_joblens_has_nothing_to_say_of_a_document_and_of_a_letter_more(lines: int, tmp_path: Path) -> None:
    lay_out(tmp_path)
    marked = document(lines)
    text = marked.text.split("\n")
    assert problems(Document(marked.text, tmp_path / "pipeline.yml")) == []
    text[marked.command_end.line] += "x"
    assert problems(Document("\n".join(text), tmp_path / "pipeline.yml")) == []
