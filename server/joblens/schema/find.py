"""The schema of one place in a document: what the key there means, what may be written there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from joblens.schema import values
from joblens.schema.match import candidates
from joblens.schema.store import Rule, Schema
from joblens.text.nodes import Mapping, Node, Path, Sequence
from joblens.text.tree import Tree

_PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class Known:
    """What the schema says of one place."""

    rules: tuple[Rule, ...]
    """As the properties state them, one for each alternative still possible."""
    branches: tuple[Rule, ...]
    """The same with references followed and unions laid open."""
    required: bool = False

    @property
    def description(self) -> str:
        """What it means, in Markdown; empty where the schema does not say."""
        texts = _texts(self.rules) or _texts(self.branches)
        if len(texts) < 2:
            return "".join(texts)
        if all(values.allowed(rule) for rule in self.rules):
            # The key that tells alternatives apart: each says of itself what its own word means.
            return "\n".join(f"- {text.partition(_PARAGRAPH)[0]}" for text in texts)
        return texts[0] if _texts(self.rules) else ""

    @property
    def meanings(self) -> dict[str, str]:
        """What those of its words mean of which the schema says so, in Markdown."""
        found: dict[str, str] = {}
        for rule in self.rules:
            words = values.allowed(rule) or ()
            if len(words) == 1 and "description" in rule:
                found.setdefault(str(words[0]), rule["description"].partition(_PARAGRAPH)[0])
            found |= rule.get("x-words", {})
        return found

    def meaning(self, word: str) -> str | None:
        """What a word means, however it is spelled."""
        same = (text for known, text in self.meanings.items() if _folded(known) == _folded(word))
        return next(same, None)

    @property
    def default(self) -> object | None:
        """The value it has when it is left out."""
        return next((rule["default"] for rule in (*self.rules, *self.branches) if "default" in rule), None)

    @property
    def words(self) -> list[str]:
        """The values listed for it, in the order of the schema."""
        found: dict[str, None] = {}
        for rule in self.branches:
            if values.kinds(rule)[:1] == ["boolean"]:
                found |= {"true": None, "false": None}
            found |= {_written(word): None for word in values.allowed(rule) or ()}
        return list(found)

    @property
    def only_words(self) -> bool:
        """Whether nothing but the listed values may be written, leaving aside maps, lists and bindings."""
        plain = [rule for rule in self.branches if not {"object", "array", "null"} & {*values.kinds(rule)}]
        return all(values.allowed(rule) or values.is_binding(rule) for rule in plain)

    @property
    def read_only(self) -> bool:
        """Whether Azure sets it, and what a file says is passed over."""
        return all(rule.get("readOnly") for rule in self.rules)

    @property
    def types(self) -> list[str]:
        """The types it may have, in words."""
        own = [rule for rule in self.branches if not values.is_binding(rule)]
        return list(dict.fromkeys(kind for rule in own for kind in values.type_names(rule)))


def find(schema: Schema, tree: Tree, path: Path) -> Known | None:
    """What the schema says of the value at `path`; None for a place it does not know."""
    rules: list[Rule] = [schema.root]
    node: Node | None = tree.root
    required = False
    for part in path:
        holders = list(_holders(schema, tree, node, rules))
        required = any(part in holder.get("required", ()) for holder in holders)
        rules = [rule for holder in holders if (rule := _inner(holder, part)) is not None]
        if not rules:
            return None
        node = _child(tree, node, part)
    branches = [branch for rule in rules for branch in schema.branches(rule)]
    return Known(_distinct(rules), _distinct(branches), required)


def keys(schema: Schema, tree: Tree, path: Path) -> dict[str, Known]:
    """The keys that the mapping at `path` may have, as its alternatives give them."""
    place = find(schema, tree, path)
    if place is None:
        return {}
    node = tree.resolved(tree.node_at(path))
    found: dict[str, list[tuple[Rule, bool]]] = {}
    holders = list(_holders(schema, tree, node, list(place.rules)))
    for holder in holders:
        required = holder.get("required", ())
        for name, rule in holder.get("properties", {}).items():
            found.setdefault(name, []).append((rule, name in required))
    return {
        name: Known(
            _distinct([rule for rule, _ in given]),
            _distinct([branch for rule, _ in given for branch in schema.branches(rule)]),
            len(given) == len(holders) and all(required for _, required in given),
        )
        for name, given in found.items()
    }


def _holders(schema: Schema, tree: Tree, node: Node | None, rules: list[Rule]) -> Iterator[Rule]:
    """The rules of the mapping or list `node` that may hold a child: those it is an attempt at."""
    for rule in rules:
        yield from candidates(schema, tree, node, rule)


def _inner(holder: Rule, part: str | int) -> Rule | None:
    if isinstance(part, int):
        items = holder.get("items")
        return items if isinstance(items, dict) else None
    known: Rule | None = holder.get("properties", {}).get(part)
    if known is not None:
        return known
    others = holder.get("additionalProperties")
    return others if isinstance(others, dict) else None


def _child(tree: Tree, node: Node | None, part: str | int) -> Node | None:
    node = tree.resolved(node)
    if isinstance(node, Mapping) and isinstance(part, str):
        pair = tree.entries(node).get(part)
        return pair.value if pair is not None else None
    if isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return None


def _distinct(rules: list[Rule]) -> tuple[Rule, ...]:
    return tuple({id(rule): rule for rule in rules}.values())


def _texts(rules: tuple[Rule, ...]) -> list[str]:
    return list(dict.fromkeys(text for rule in rules if (text := rule.get("description"))))


def _folded(word: str) -> str:
    return values.plain(word)


def _written(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)
