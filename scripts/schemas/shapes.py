"""Small JSON Schema pieces that say exactly what the SDK takes: folded words, numbers as text, null."""

import re
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]

# What a validator must let through as text, because PyYAML reads `1e-3` or a quoted "4" as text and the SDK
# turns it into a number.
_INTEGER_TEXT = r"^[-+]?\d+$"
_NUMBER_TEXT = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"

# A word in camel case, after the SDK's change of spelling -> our name for that change.
_CASINGS = {"abcd": "lower", "ab_cd": "snake", "ABCD": "upper", "Abcd": "capital"}


def cast(kind: str) -> Json:
    """A number or boolean that may also be given as text; the first type is the one that is meant."""
    if kind == "boolean":
        words = ["t", "true", "on", "y", "yes", "1", "f", "false", "off", "n", "no", "0"]
        pattern = _one_of(
            word if word.isdigit() else f"{word}|{word.capitalize()}|{word.upper()}" for word in words
        )
        return {
            "type": ["boolean", "string", "integer"],
            "pattern": pattern,
            "minimum": 0,
            "maximum": 1,
            "x-cast": True,
        }
    text = _INTEGER_TEXT if kind == "integer" else _NUMBER_TEXT
    return {"type": [kind, "string"], "pattern": text, "x-cast": True}


def words(allowed: list[str], respell: Callable[[str], str]) -> Json:
    """The allowed words, and as a pattern every other spelling that `respell` turns into one of them."""
    casing = _CASINGS.get(respell("abCd")) or ("camel" if respell("ab_cd") == "abCd" else None)
    if casing is None:
        return {"type": "string", "enum": allowed}
    if all(respell(word.swapcase()) == word for word in allowed) and casing not in ("snake", "camel"):
        pattern = _one_of(_any_case(word) for word in allowed)
    elif casing == "camel":
        pattern = _one_of(re.sub("[A-Z]", _hump, word) for word in allowed)
    else:
        pattern = _one_of(
            re.escape(form) for word in allowed for form in _spellings(word) if respell(form) == word
        )
    return {"type": "string", "anyOf": [{"enum": allowed}, {"pattern": pattern}], "x-casing": casing}


def nullable(schema: Json) -> Json:
    """The same, or null."""
    if not schema or "null" in _types(schema):
        return schema
    if "type" in schema and not {"enum", "const", "anyOf", "$ref"} & set(schema):
        return {**schema, "type": [*_types(schema), "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def union(branches: Iterable[Json]) -> Json:
    """Any of the branches: inner unions opened, plain types gathered, no branch that another contains."""
    opened = [
        one for branch in branches for one in (branch["anyOf"] if set(branch) == {"anyOf"} else [branch])
    ]
    plain = [name for one in opened if set(one) == {"type"} for name in _types(one)]
    out: list[Json] = []
    for one in (_without_cast(one, plain) for one in opened):
        if set(one) == {"type"}:
            continue
        if "string" in plain and _is_binding(one):
            continue
        if one not in out:
            out.append(one)
    plain += [
        name for one in opened if set(_without_cast(one, plain)) == {"type"} for name in _types(one)[:1]
    ]
    kinds = [name for name in dict.fromkeys(plain) if not (name == "integer" and "number" in plain)]
    if kinds:
        out.append({"type": kinds[0] if len(kinds) == 1 else kinds})
    return out[0] if len(out) == 1 else {"anyOf": out}


def _types(schema: Json) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _without_cast(schema: Json, plain: list[str]) -> Json:
    """Beside plain text, a number as text needs no pattern of its own."""
    if schema.get("x-cast") and "string" in plain and "exclusiveMinimum" not in schema:
        return {"type": _types(schema)[0]}
    return schema


def _is_binding(schema: Json) -> bool:
    return set(schema) == {"type", "pattern"} and str(schema["pattern"]).startswith(r"\$\{\{")


def _one_of(patterns: Iterable[str]) -> str:
    return "^(" + "|".join(dict.fromkeys(patterns)) + ")$"


def _any_case(word: str) -> str:
    return "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in word)


def _hump(letter: re.Match[str]) -> str:
    return f"(?:{letter[0]}|_[{letter[0]}{letter[0].lower()}])"


def _spellings(word: str) -> list[str]:
    parts = [part for part in re.split("[_ ]", word) if part]
    pascal = "".join(part.capitalize() for part in parts)
    return [word, word.lower(), word.upper(), pascal, pascal[:1].lower() + pascal[1:], "-".join(parts)]
