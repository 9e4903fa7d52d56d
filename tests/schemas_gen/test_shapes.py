"""The pieces say of every value what the SDK's own fields say."""

import pytest
from azure.ai.ml._schema.core.fields import StringTransformedEnum
from azure.ai.ml._utils.utils import camel_to_snake, snake_to_camel
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from jsonschema import Draft7Validator
from marshmallow import ValidationError, fields
from scripts.schemas.shapes import Json, cast, nullable, union, words

_WORDS = ["median_stopping", "bandit", "two_words2"]
_SPELLINGS = st.sampled_from(
    [
        *_WORDS,
        "MedianStopping",
        "medianStopping",
        "MEDIAN_STOPPING",
        "Median_Stopping",
        "medianstopping",
        "BANDIT",
    ]
) | st.text(alphabet="bandiBANDT_", max_size=7)


def _loads(field: fields.Field, value: object) -> bool:
    try:
        field.deserialize(value)
    except ValidationError:
        return False
    return True


@given(_SPELLINGS)
def test_words_take_the_spellings_that_camel_case_takes(text: str) -> None:
    field = StringTransformedEnum(allowed_values=_WORDS[:2], casing_transform=snake_to_camel)
    allowed = [snake_to_camel(word) for word in _WORDS[:2]]
    assert Draft7Validator(words(allowed, snake_to_camel)).is_valid(text) == _loads(field, text)


@given(_SPELLINGS)
def test_words_take_the_spellings_that_snake_case_takes(text: str) -> None:
    field = StringTransformedEnum(allowed_values=_WORDS, casing_transform=camel_to_snake)
    assert Draft7Validator(words(_WORDS, camel_to_snake)).is_valid(text) == _loads(field, text)


@given(_SPELLINGS)
def test_words_take_the_spellings_that_lower_case_takes(text: str) -> None:
    field = StringTransformedEnum(allowed_values=_WORDS)
    assert Draft7Validator(words(_WORDS, str.lower)).is_valid(text) == _loads(field, text)


def test_words_without_another_spelling_are_an_enum() -> None:
    assert words(["aB"], lambda word: word) == {"type": "string", "enum": ["aB"]}


_FIELDS: dict[str, fields.Field] = {
    "integer": fields.Integer(),
    "number": fields.Float(),
    "boolean": fields.Boolean(),
}


@pytest.mark.parametrize("kind", _FIELDS)
@pytest.mark.parametrize(
    "value",
    ["4", "-4", "+4", "x", "", "4.5", "1e-3", ".5", 4, -1, 0, 1, True, "true", "Yes", "off", "nope", [], {}],
)
def test_a_cast_takes_what_the_field_takes(kind: str, value: object) -> None:
    assert Draft7Validator(cast(kind)).is_valid(value) == _loads(_FIELDS[kind], value)


def test_null_is_added_where_it_fits() -> None:
    assert nullable({"type": "string"}) == {"type": ["string", "null"]}
    assert nullable({"type": "string", "enum": ["a"]}) == {
        "anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]
    }
    assert nullable({}) == {}


def test_a_union_opens_inner_ones_and_gathers_plain_types() -> None:
    branches: list[Json] = [
        {"type": "integer"},
        {"anyOf": [{"type": "number"}, {"$ref": "#/a"}]},
        {"type": "string"},
        {"$ref": "#/a"},
    ]
    assert union(branches) == snapshot({"anyOf": [{"$ref": "#/a"}, {"type": ["number", "string"]}]})


def test_a_number_as_text_needs_no_pattern_beside_plain_text() -> None:
    assert union([cast("number"), {"type": "string"}]) == snapshot({"type": ["string", "number"]})


def test_a_binding_needs_no_branch_beside_plain_text() -> None:
    binding = {"type": "string", "pattern": r"\$\{\{\s*(\S*)\s*\}\}"}
    assert union([binding, {"type": "string"}]) == {"type": "string"}
    assert union([binding, cast("integer")]) == {"anyOf": [binding, cast("integer")]}
