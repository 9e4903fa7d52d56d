"""The reader of schemas: it speaks of one branch only, and never contradicts a JSON Schema validator."""

import csv
import json
import random
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from joblens.checks.subject import Subject
from joblens.schema.match import Fault, mismatches
from joblens.schema.store import FOLDER, Schema, kinds, load
from joblens.text.document import Document
from tests.shared_data import CORPUS, EXAMPLES

UNION = Schema(
    "union",
    {
        "anyOf": [{"$ref": "#/definitions/Cat"}, {"$ref": "#/definitions/Dog"}],
        "x-discriminator": {
            "field": "type",
            "map": {"cat": ["#/definitions/Cat"], "dog": ["#/definitions/Dog"]},
        },
        "definitions": {
            "Cat": {
                "type": "object",
                "properties": {"type": {"enum": ["cat"]}, "lives": {"type": "integer", "maximum": 9}},
                "required": ["type", "lives"],
                "additionalProperties": False,
            },
            "Dog": {
                "type": "object",
                "properties": {
                    "type": {"enum": ["dog"]},
                    "tricks": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["type"],
                "additionalProperties": False,
            },
        },
    },
)


def check(text: str, *expected: tuple[Fault, str]) -> None:
    found = mismatches(UNION, Document(text).tree)
    assert [(one.fault, text[one.span.start : one.span.end]) for one in found] == list(expected)


def test_the_discriminator_chooses_the_branch() -> None:
    check("type: cat\nlives: 9\n")
    check("type: dog\nlives: 9\n", (Fault.UNKNOWN_KEY, "lives"))


def test_an_unknown_word_is_blamed_alone() -> None:
    check("type: cow\nlives: 9\n", (Fault.NOT_ALLOWED, "cow"))


def test_without_its_discriminator_the_keys_choose_the_branch() -> None:
    check("tricks: [sit]\n", (Fault.MISSING_KEY, "tricks"))


def test_a_number_out_of_range() -> None:
    check("type: cat\nlives: 10\n", (Fault.NOT_ALLOWED, "10"))


def test_an_item_of_the_wrong_type() -> None:
    check("type: dog\ntricks: [sit, 3]\n", (Fault.WRONG_TYPE, "3"))


def test_a_key_without_value() -> None:
    check("type: cat\nlives:\n", (Fault.EMPTY, "lives"))


def test_merged_and_aliased_keys_count() -> None:
    check("lives: &n 9\n<<: &base {type: cat}\n")
    check("type: &kind cat\nlives: *kind\n", (Fault.WRONG_TYPE, "cat"))


def test_an_alias_of_itself_ends() -> None:
    assert mismatches(UNION, Document("&a\ntype: dog\ntricks: [*a]\n").tree)


def _examples() -> list[Path]:
    listing = CORPUS / "examples.tsv"
    if not listing.is_file():
        return []
    with listing.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [EXAMPLES / row["path"] for row in rows if row["official_client_verdict"] == "ok"]


def _changed(data: object, chance: random.Random) -> object:
    """The data with one value, somewhere in it, made wrong in one of the ways that users do."""
    if isinstance(data, dict) and data and chance.random() < 0.8:
        key = chance.choice(list(data))
        match chance.randrange(4):
            case 0:
                return {**{k: v for k, v in data.items() if k != key}, f"{key}x": data[key]}
            case 1:
                return {k: v for k, v in data.items() if k != key}
            case _:
                return {**data, key: _changed(data[key], chance)}
    if isinstance(data, list) and data:
        at = chance.randrange(len(data))
        return [*data[:at], _changed(data[at], chance), *data[at + 1 :]]
    return chance.choice([7, "word", ["item"], {"key": "value"}, True, -1])


@pytest.mark.parametrize("word", ["'false'", "'TRUE'", "'1'", "yes", "true"])
def test_true_and_false_may_be_written_as_text(word: str) -> None:
    schema = load("commandComponent")
    assert schema is not None
    text = f"name: c\ncommand: echo\nenvironment: azureml:e:1\nis_deterministic: {word}\n"
    assert mismatches(schema, Document(text).tree) == []


@pytest.mark.usefixtures("corpus")
def test_a_validator_agrees_on_public_files_and_on_changed_ones() -> None:
    chance = random.Random(3)
    disagreements, judged, refused = [], 0, 0
    validators: dict[str, Draft7Validator] = {}
    for file in _examples():
        original = yaml.safe_load(file.read_text(encoding="utf-8"))
        subject = Subject(Document(file.read_text(encoding="utf-8")))
        schema, kind = subject.schema, subject.kind
        assert schema is not None
        assert kind is not None
        if schema.name not in validators:
            validators[schema.name] = Draft7Validator(schema.root)
        for data in (original, *(_changed(original, chance) for _ in range(4))):
            text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
            # The validator has no date and no tag of a type: it judges what JSON can say.
            plain = json.loads(json.dumps(data, default=str))
            # A slip in a key that any may stand beside is no fault to a validator.
            ours = [one for one in mismatches(schema, Document(text).tree) if not one.is_let_pass]
            theirs = validators[schema.name].is_valid(plain)
            judged += 1
            refused += not theirs
            if bool(ours) == theirs:
                disagreements.append((file.name, schema.name, theirs, ours[:2], text))
    assert judged > 800
    assert refused > 200
    assert [one[:4] for one in disagreements] == []


def test_every_kind_loads_and_an_unknown_one_is_none() -> None:
    assert len(kinds()) >= 53
    assert all(load(kind) is not None for kind in (*kinds(), "preview/commandJob", "preview/sweepJob"))
    assert load("../pyproject") is None
    assert (FOLDER / "commandJob.schema.json").is_file()
