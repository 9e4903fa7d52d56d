"""Whether one scalar of the text satisfies one rule, as the official client would judge it."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from joblens.schema.store import Rule

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_INTEGER = re.compile(r"[-+]?\d+")
_UNDERSCORED = re.compile("_([a-zA-Z0-9])")
_INNER_WORD = re.compile("(.)([A-Z][a-z]+)")
_INNER_CAPITAL = re.compile("([a-z0-9])([A-Z])")
# The words that marshmallow's Boolean field takes for true and false.
_BOOLEAN_WORDS = frozenset(
    [
        "t",
        "T",
        "true",
        "True",
        "TRUE",
        "on",
        "On",
        "ON",
        "y",
        "Y",
        "yes",
        "Yes",
        "YES",
        "1",
        "f",
        "F",
        "false",
        "False",
        "FALSE",
        "off",
        "Off",
        "OFF",
        "n",
        "N",
        "no",
        "No",
        "NO",
        "0",
    ]
)

UNVERSIONED = frozenset(("computes", "datastores"))
"""What is referred to by its name alone."""

_TYPE_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing",
}


def fits_type(value: object, rule: Rule) -> bool:
    """Whether a scalar's value (as PyYAML reads it) is of the rule's `type`."""
    kinds = rule.get("type")
    if kinds is None:
        return True
    cast = bool(rule.get("x-cast"))
    if isinstance(kinds, list):
        return any(_fits_one(value, kind, cast) for kind in kinds)
    return _fits_one(value, kinds, cast)


def _fits_one(value: object, kind: str, cast: bool) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool) or str(value) in _BOOLEAN_WORDS
        case "null":
            return value is None
        case "integer" | "number":
            return _fits_number(value, kind, cast)
    return False


def _fits_number(value: object, kind: str, cast: bool) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return cast and bool((_INTEGER if kind == "integer" else _NUMBER).fullmatch(value))
    if kind == "integer":
        # The client would cut a fraction off without a word.
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, int | float)


def folded(word: str, casing: str | None) -> str:
    """A word as the client compares it: `x-casing` says whether it folds case and underscores."""
    match casing:
        case "lower":
            return word.lower()
        case "snake":
            return _INNER_CAPITAL.sub(r"\1_\2", _INNER_WORD.sub(r"\1_\2", word)).lower()
        case "camel":
            return _UNDERSCORED.sub(lambda match: match[1].upper(), word)
        case _:
            return word


def plain(word: str) -> str:
    """A word without case and underscores: which one is meant, however it is spelled."""
    return word.replace("_", "").lower()


def allowed(rule: Rule) -> list[Any] | None:
    """The values that the rule lists; None when it lists none."""
    if "x-casing" in rule:
        return next((list(one["enum"]) for one in rule.get("anyOf", (rule,)) if "enum" in one), None)
    if "enum" in rule:
        return list(rule["enum"])
    return [rule["const"]] if "const" in rule else None


def fits_limits(value: object, rule: Rule) -> bool:
    """Whether a value of the right type is one of those listed, in range and of the right form."""
    listed = allowed(rule)
    if listed is not None and value not in listed:
        casing = rule.get("x-casing")
        if not isinstance(value, str) or folded(value, casing) not in {
            folded(str(x), casing) for x in listed
        }:
            return False
    if isinstance(value, str):
        return _fits_text(value, rule)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _fits_range(value, rule)
    return True


def _fits_text(value: str, rule: Rule) -> bool:
    pattern = rule.get("pattern")
    if pattern is not None and not compiled(pattern).search(value):
        return False
    refused = rule.get("not", {}).get("pattern")
    if refused is not None and compiled(refused).search(value):
        return False
    if rule.get("x-cast") and _NUMBER.fullmatch(value):
        return _fits_range(float(value), rule)
    return len(value) >= int(rule.get("minLength", 0))


def _fits_range(value: float, rule: Rule) -> bool:
    least, most = rule.get("minimum", -math.inf), rule.get("maximum", math.inf)
    above, below = rule.get("exclusiveMinimum", -math.inf), rule.get("exclusiveMaximum", math.inf)
    return bool(least <= value <= most and above < value < below)


def kinds(rule: Rule) -> list[str]:
    """The types that a reader would name: of a number that may be given as text, the number alone."""
    given = rule.get("type", [])
    found = [given] if isinstance(given, str) else list(given)
    return found[:1] if rule.get("x-cast") else found


def type_names(rule: Rule) -> list[str]:
    """The same in words."""
    return [_TYPE_NAMES.get(kind, kind) for kind in kinds(rule)]


def is_binding(rule: Rule) -> bool:
    """Whether the rule is there only to let a `${{...}}` of a pipeline stand for the value."""
    return str(rule.get("pattern", "")).startswith(("\\$\\{\\{", "^\\$\\{\\{"))


def expected(rule: Rule) -> str:
    """What the rule asks for, in a few words."""
    if kinds(rule) == ["boolean"]:
        return "true or false"
    if "minimum" in rule and "maximum" in rule:
        return f"a number from {rule['minimum']} to {rule['maximum']}"
    if "minimum" in rule:
        return f"at least {rule['minimum']}"
    if "maximum" in rule:
        return f"at most {rule['maximum']}"
    if rule.get("x-file-ref"):
        return "file:PATH"
    if "x-arm-type" in rule and "pattern" in rule:
        return "azureml:NAME" if rule["x-arm-type"] in UNVERSIONED else "azureml:NAME:VERSION"
    return " or ".join(type_names(rule)) or "another value"


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled once."""
    return re.compile(pattern)
