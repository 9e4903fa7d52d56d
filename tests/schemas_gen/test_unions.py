"""The key that decides between branches is found, however deep the choice."""

from typing import Any

from inline_snapshot import snapshot
from scripts.schemas.prune import prune
from scripts.schemas.shapes import Json
from scripts.schemas.unions import add_discriminators


def _branch(required: tuple[str, ...] = (), **pins: str) -> Json:
    properties = {key: {"type": "string", "enum": [value]} for key, value in pins.items()}
    return {"type": "object", "properties": properties, "required": list(required)}


def _union(*names: str) -> Json:
    return {"anyOf": [{"$ref": f"#/definitions/{name}"} for name in names]}


def test_branches_are_told_apart_by_type() -> None:
    definitions = {"A": _branch(("type",), type="a"), "B": _branch(type="b"), "U": _union("A", "B")}
    add_discriminators(definitions)
    assert definitions["U"]["x-discriminator"] == snapshot(
        {
            "field": "type",
            "map": {"a": ["#/definitions/A"], "b": ["#/definitions/B"]},
            "otherwise": ["#/definitions/B"],
        }
    )


def test_branches_of_one_type_are_told_apart_by_the_next_key() -> None:
    definitions = {
        "A": _branch(("type", "task"), type="a", task="x"),
        "B": _branch(("type", "task"), type="a", task="y"),
        "C": _branch(("type",), type="c"),
        "U": _union("A", "B", "C"),
    }
    add_discriminators(definitions)
    assert definitions["U"] == snapshot(
        {
            "anyOf": [{"$ref": "#/definitions/a-by-task"}, {"$ref": "#/definitions/C"}],
            "x-discriminator": {
                "field": "type",
                "map": {"a": ["#/definitions/a-by-task"], "c": ["#/definitions/C"]},
            },
        }
    )
    assert definitions["a-by-task"]["x-discriminator"]["map"] == snapshot(
        {"x": ["#/definitions/A"], "y": ["#/definitions/B"]}
    )


def test_branches_without_a_deciding_key_get_none() -> None:
    definitions = {"A": _branch(path="a"), "B": _branch(), "U": _union("A", "B")}
    add_discriminators(definitions)
    assert definitions["U"] == _union("A", "B")


def test_a_branch_that_contains_itself_is_told_apart_too() -> None:
    choice = _branch(("type",), type="choice")
    choice["properties"]["values"] = {"type": "array", "items": _union("Choice", "Number")}
    definitions = {"Choice": choice, "Number": _branch(("type",), type="number")}
    add_discriminators(definitions)
    items: dict[str, Any] = definitions["Choice"]["properties"]["values"]["items"]
    assert set(items["x-discriminator"]["map"]) == {"choice", "number"}


def test_pruning_merges_equal_variants_and_drops_the_unreachable() -> None:
    definitions = {
        "Job": {"properties": {"a": {"$ref": "#/definitions/In"}, "b": {"$ref": "#/definitions/In.binding"}}},
        "In": _branch(type="x"),
        "In.binding": _branch(type="x"),
        "Other": _branch(type="x"),
    }
    assert prune({"$ref": "#/definitions/Job", "definitions": definitions}) == snapshot(
        {
            "$ref": "#/definitions/Job",
            "definitions": {
                "Job": {"properties": {"a": {"$ref": "#/definitions/In"}, "b": {"$ref": "#/definitions/In"}}},
                "In": {
                    "type": "object",
                    "properties": {"type": {"type": "string", "enum": ["x"]}},
                    "required": [],
                },
            },
        }
    )
