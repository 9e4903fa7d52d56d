"""What is remembered of a text changes how long its reading takes, and nothing else."""

import random

import pytest
from bench.documents import document

from joblens.checks.subject import Subject
from joblens.schema.match import Mismatch, mismatches
from joblens.schema.store import Rule, Schema, load
from joblens.text.document import Document
from tests.shared_data import EXAMPLES

PIECES = [
    "\n",
    "  ",
    "x",
    ": ",
    "- ",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    "|+\n",
    "> ",
    "#",
    "&a ",
    "*a",
    "1",
    "? ",
    "%",
    "",
]


def read(schema: Schema, document: Document) -> list[Mismatch]:
    return mismatches(schema, document.tree)


def edited(text: str, chance: random.Random) -> str:
    """The text after an edit: a piece of it replaced, or lines doubled, taken out or indented."""
    at = chance.randrange(len(text) + 1)
    if chance.random() < 0.5:
        return text[:at] + chance.choice(PIECES) + text[at + chance.randrange(3) :]
    lines = text.splitlines(keepends=True) or ["\n"]
    first = chance.randrange(len(lines))
    block = lines[first : first + chance.randrange(1, 30)]
    place = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            lines[place:place] = block
        case 1:
            del lines[first : first + len(block)]
        case 2:
            lines[place:place] = [chance.choice(["  ", "    "]) + line for line in block]
        case 3:
            lines[place:place] = [line.removeprefix("  ") for line in block]
    return "".join(lines)


def hold(text: str, edits: int, seed: int) -> None:
    """Every version of a text is read as if it were the first; an edit that breaks it is mostly undone."""
    chance = random.Random(seed)
    schema = Subject(Document(text)).schema
    assert schema is not None
    for _ in range(edits):
        changed = edited(text, chance)
        version = Document(changed)
        assert read(schema, version) == read(Schema(schema.name, schema.root), version), changed
        if not version.problems or chance.random() < 0.1:
            text = changed if len(changed) < 20_000 else text


@pytest.mark.parametrize("seed", range(8))
def test_a_version_is_read_as_if_it_were_the_first(seed: int) -> None:
    hold(document(120).text, 150, seed)


@pytest.mark.slow
@pytest.mark.usefixtures("corpus")
def test_so_is_a_version_of_each_public_pipeline() -> None:
    files = sorted(EXAMPLES.rglob("*pipeline*.y*ml"))
    assert len(files) > 10
    for seed, file in enumerate(files):
        text = file.read_text(encoding="utf-8")
        if Subject(Document(text)).schema is not None:
            hold(text, 40, seed)


def differ(before: str, after: str) -> None:
    """A part that stands in both texts follows the schema in the first alone."""
    schema = load("pipelineJob")
    assert schema is not None
    schema = Schema(schema.name, schema.root)
    assert read(schema, Document(before)) == []
    found = read(schema, Document(after))
    assert found == read(Schema(schema.name, schema.root), Document(after))
    assert any(one.path[:2] == ("jobs", "second") for one in found)


STEPS = """\
type: pipeline
jobs:
  first:
    command: echo
    environment: azureml:e:1
    inputs:
      data: {anchor}
        path: azureml:d:1
        mode: {mode}
  second:
    command:
      echo
      - one
    environment: azureml:e:1
    compute: azureml:a-cluster-with-a-long-name-and-so-this-part-is-long-enough
    inputs:
      data: {alias}
"""


def test_a_part_with_an_alias_is_read_again() -> None:
    text = STEPS.format(anchor="&a", mode="{mode}", alias="*a")
    differ(text.format(mode="ro_mount"), text.format(mode="wrong"))


def test_a_part_of_an_invalid_text_is_read_again() -> None:
    text = STEPS.format(anchor="", mode="ro_mount", alias="azureml:d:1")
    differ(text, text.replace("  first:\n", "  first:\n    name: 'open\n"))


class CountingSchema(Schema):
    asked = 0

    def branches(self, rule: Rule) -> list[Rule]:
        self.asked += 1
        return super().branches(rule)


def test_what_was_read_once_is_not_read_again() -> None:
    text = document(400).text
    known = Subject(Document(text)).schema
    assert known is not None
    schema = CountingSchema(known.name, known.root)
    read(schema, Document(text))
    first = schema.asked
    read(schema, Document(text.replace("shm_size: 8g", "shm_size: 9g", 1)))
    assert schema.asked - first < first / 4
