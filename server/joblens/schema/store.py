"""The schemas that ship with Joblens, each read once, at first need; nothing is ever fetched."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from joblens.schema.unchanged import Unchanged

Rule: TypeAlias = dict[str, Any]
"""One JSON Schema (draft-07) object with its references resolved one step."""

_PACKAGED = Path(__file__).parent.parent / "schemas"
_IN_REPOSITORY = Path(__file__).parents[3] / "schemas"
FOLDER = _PACKAGED if _PACKAGED.is_dir() else _IN_REPOSITORY
_SUFFIX = ".schema.json"


class Schema:
    """One schema file: its root rule and the definitions that the rules refer to."""

    def __init__(self, name: str, content: Rule) -> None:
        self.name = name
        self._definitions: dict[str, Rule] = content.get("definitions", {})
        self._flat: dict[int, list[Rule]] = {}
        self.root: Rule = content
        self.unchanged = Unchanged()

    def resolve(self, rule: Rule) -> Rule:
        """The rule itself, or the definition that its `$ref` names."""
        while (reference := rule.get("$ref")) is not None:
            rule = self._definitions[reference.rpartition("/")[2]]
        return rule

    def branches(self, rule: Rule) -> list[Rule]:
        """The alternatives that `rule` stands for, in order; just itself when it is no union.

        A rule with `x-casing` is one list of words, though draft-07 needs an `anyOf` to say how they fold.
        """
        rule = self.resolve(rule)
        if "anyOf" not in rule or "x-casing" in rule:
            return [rule]
        found = self._flat.get(id(rule))
        if found is None:
            found = []
            for branch in rule["anyOf"]:
                found.extend(b for b in self.branches(branch) if not any(b is known for known in found))
            self._flat[id(rule)] = found
        return found


@cache
def load(name: str) -> Schema | None:
    """The schema of a kind (`commandJob`, `preview/sweepJob`); None when there is none of that name."""
    file = FOLDER / f"{name}{_SUFFIX}"
    if not file.is_file():
        return None
    return Schema(name, json.loads(file.read_text(encoding="utf-8")))


@cache
def kinds() -> tuple[str, ...]:
    """Names of the kinds of today's dialect, sorted."""
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in FOLDER.glob(f"*{_SUFFIX}")))
