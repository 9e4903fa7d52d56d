"""The schemas as they are committed, and validators for them."""

import functools
import json
from typing import Any

from jsonschema import Draft7Validator

from tests.shared_data import ROOT

SCHEMAS = ROOT / "schemas"


def names() -> list[str]:
    """Every schema file below schemas/, without its ending."""
    paths = sorted(SCHEMAS.rglob("*.schema.json"))
    return [path.relative_to(SCHEMAS).as_posix().removesuffix(".schema.json") for path in paths]


@functools.cache
def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


@functools.cache
def validator(name: str) -> Draft7Validator:
    return Draft7Validator(schema(name))


def accepts(name: str, document: object, definition: str | None = None) -> bool:
    """Whether the schema, or one definition of it, takes the document."""
    if definition is None:
        return bool(validator(name).is_valid(document))
    root = {"$ref": f"#/definitions/{definition}", "definitions": schema(name)["definitions"]}
    return bool(Draft7Validator(root).is_valid(document))
