"""Keeps few definitions: equal ones are merged, unreachable ones go, the rest stand as they are met."""

import json
from collections.abc import Iterator
from typing import Any

from scripts.schemas.convert import PREFIX
from scripts.schemas.shapes import Json


def prune(schema: Json) -> Json:
    """The same schema with the fewest definitions."""
    body = {key: value for key, value in schema.items() if key != "definitions"}
    definitions: dict[str, Json] = schema["definitions"]
    while renames := _equal(definitions):
        definitions = {
            name: _renamed(definition, renames)
            for name, definition in definitions.items()
            if name not in renames
        }
        body = _renamed(body, renames)
    return {**body, "definitions": {name: definitions[name] for name in _reached(body, definitions)}}


def _equal(definitions: dict[str, Json]) -> dict[str, str]:
    """Name of a definition -> the earlier one of the same class that says the same."""
    first: dict[tuple[str, str], str] = {}
    renames = {}
    for name, definition in definitions.items():
        key = (name.partition(".")[0], json.dumps(definition).replace(f'"{PREFIX}{name}"', '"#self"'))
        kept = first.setdefault(key, name)
        if kept != name:
            renames[name] = kept
    return renames


def _renamed(node: Any, renames: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _renamed(value, renames) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, renames) for value in node]
    if isinstance(node, str) and node.startswith(PREFIX):
        return PREFIX + renames.get(node.removeprefix(PREFIX), node.removeprefix(PREFIX))
    return node


def _reached(body: Json, definitions: dict[str, Json]) -> list[str]:
    reached: list[str] = []
    waiting = list(_named(body))
    while waiting:
        name = waiting.pop(0)
        if name not in reached:
            reached.append(name)
            waiting.extend(_named(definitions[name]))
    return reached


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)
    elif isinstance(node, str) and node.startswith(PREFIX):
        yield node.removeprefix(PREFIX)
