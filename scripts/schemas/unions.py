"""Which branch of a union its author meant: adds `x-discriminator` where one key decides."""

from collections.abc import Iterator
from typing import Any

from scripts.schemas.convert import PREFIX
from scripts.schemas.shapes import Json

# Keys that tell branches apart, in the order they are tried.
_FIELDS = ("type", "task", "policy_type")


def add_discriminators(definitions: dict[str, Json]) -> None:
    """Completes every union in `definitions`; a branch that is a union itself becomes a definition."""
    for name in list(definitions):
        for node in list(_nodes(definitions[name])):
            if "anyOf" in node:
                _complete(node, definitions)


def _nodes(node: Any) -> Iterator[Json]:
    """Every schema in a schema, the inner ones first."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "x-discriminator":
                yield from _nodes(value)
        yield node
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def _complete(node: Json, definitions: dict[str, Json]) -> None:
    _hoist_inner_unions(node, definitions)
    references = _references(node)
    if len(references) < 2:
        node.pop("x-discriminator", None)
        return
    for field in _FIELDS:
        chosen = _by_field(references, field, definitions)
        if chosen is None:
            continue
        _group(node, field, chosen, definitions)
        node["x-discriminator"] = {"field": field, "map": chosen}
        otherwise = _otherwise(references, field, chosen, definitions)
        if otherwise:
            node["x-discriminator"]["otherwise"] = otherwise
        return
    node.pop("x-discriminator", None)


def _hoist_inner_unions(node: Json, definitions: dict[str, Json]) -> None:
    """An inner union with its own deciding key moves to a definition, so that a map can name it."""
    for index, branch in enumerate(node["anyOf"]):
        if "x-discriminator" in branch and "anyOf" in branch:
            field = branch["x-discriminator"]["field"]
            node["anyOf"][index] = {"$ref": _define(f"by-{field}", branch, definitions)}


def _references(node: Json) -> list[str]:
    return [branch["$ref"] for branch in node["anyOf"] if "$ref" in branch]


def _by_field(references: list[str], field: str, definitions: dict[str, Json]) -> dict[str, list[str]] | None:
    """Value of `field` -> the branches that allow it; None when it does not tell at least two apart."""
    chosen: dict[str, list[str]] = {}
    for reference in references:
        for value in pinned(reference, field, definitions):
            chosen.setdefault(value, []).append(reference)
    groups = {tuple(group) for group in chosen.values()}
    return chosen if len(groups) > 1 else None


def pinned(reference: str, field: str, definitions: dict[str, Json]) -> list[str]:
    """The values a branch allows for a key; none where the key is missing or takes any text."""
    definition = definitions[reference.removeprefix(PREFIX)]
    if "anyOf" in definition:
        inner = _references(definition)
        return list(dict.fromkeys(value for one in inner for value in pinned(one, field, definitions)))
    return _values(definition.get("properties", {}).get(field, {})) or []


def _values(schema: Json) -> list[str] | None:
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return list(schema["enum"])
    if "x-casing" in schema:
        return list(schema["anyOf"][0]["enum"])
    if "anyOf" in schema:
        of_branches = [
            _values(one) for one in schema["anyOf"] if not str(one.get("pattern", "")).startswith(r"\$")
        ]
        if None not in of_branches:
            return [value for values in of_branches for value in values or []]
    return None


def _otherwise(
    references: list[str], field: str, chosen: dict[str, list[str]], definitions: dict[str, Json]
) -> list[str]:
    """The branches for an object without the key."""
    if field == "type" and len(chosen) > 2 and "command" in chosen:
        return chosen["command"]  # a pipeline's step without a type is a command
    return [one for one in references if not _requires(one, field, definitions)]


def _requires(reference: str, field: str, definitions: dict[str, Json]) -> bool:
    definition = definitions[reference.removeprefix(PREFIX)]
    if "anyOf" in definition:
        return all(_requires(one, field, definitions) for one in _references(definition))
    return field in definition.get("required", [])


def _group(node: Json, field: str, chosen: dict[str, list[str]], definitions: dict[str, Json]) -> None:
    """Where several branches share a value but another key tells them apart, they become one inner union."""
    for value, group in chosen.items():
        for other in _FIELDS:
            if other == field or len(group) < 2:
                continue
            inner = _by_field(group, other, definitions)
            if inner is None or any(len(branches) > 1 for branches in inner.values()):
                continue
            union = {
                "anyOf": [{"$ref": one} for one in group],
                "x-discriminator": {"field": other, "map": inner},
            }
            reference = _define(f"{value}-by-{other}", union, definitions)
            first = next(index for index, one in enumerate(node["anyOf"]) if one.get("$ref") == group[0])
            node["anyOf"][first] = {"$ref": reference}
            node["anyOf"] = [one for one in node["anyOf"] if one.get("$ref") not in group]
            chosen[value] = [reference]
            break


def _define(name: str, schema: Json, definitions: dict[str, Json]) -> str:
    free, number = name, 2
    while free in definitions and definitions[free] != schema:
        free, number = f"{name}.{number}", number + 1
    definitions[free] = schema
    return PREFIX + free
