"""Which alternative of a union the user meant, and where the text departs from it.

Only that alternative is ever spoken of: a mapping is told by its discriminating key (`type`, mostly), else by
how well its keys fit; a scalar by its type.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from enum import Enum

from joblens.schema import values
from joblens.schema.near import likeness, nearest
from joblens.schema.store import Rule, Schema
from joblens.text.nodes import Alias, Mapping, Node, Pair, Path, Scalar, Sequence, Span
from joblens.text.tree import Tree
from joblens.text.values import scalar_value

_MOST_BELOW = 4
_MOST_TYPES = 16
_LIKE_IF_OPEN = 0.75
_FEWEST_KEYS = 3
_LIKE_AT_ROOT = 0.45  # So much a word at the top must be like a key that is missing to stand for it.
_DEEPEST = 60  # An alias may contain itself; no job is nested deeper.


class Fault(Enum):
    """In which way the text departs from the schema; the value weighs against it when branches compete."""

    UNKNOWN_KEY = 3
    MISSING_KEY = 2
    BAD_KEY = 5
    WRONG_TYPE = 4
    NOT_ALLOWED = 6
    EMPTY = 1


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One departure from the schema, at the text to blame."""

    fault: Fault
    span: Span
    path: Path
    name: str
    """The key, or the value as written."""
    rules: tuple[Rule, ...]
    """What the place asks for: the object rule for keys, the alternatives for values."""
    meant: str = ""
    """Of an unknown key: the one that was meant."""
    fits: bool = False
    """Whether the value of an unknown key is one for the key that was meant."""

    @property
    def is_let_pass(self) -> bool:
        """Whether the client lets the unknown key pass unread, and misses nothing."""
        rule = self.rules[0]
        is_open = self.fault is Fault.UNKNOWN_KEY and rule.get("additionalProperties") is True
        return is_open and self.meant not in rule.get("required", ())


def mismatches(schema: Schema, tree: Tree) -> list[Mismatch]:
    """Every departure of the first document from the schema, in the order of the text."""
    root = tree.root
    if root is None:
        return []
    found = _Reader(schema, tree).check(root, schema.root, (), Span(root.span.start, root.span.start))
    return sorted(found, key=lambda one: one.span)


def candidates(schema: Schema, tree: Tree, node: Node | None, rule: Rule) -> list[Rule]:
    """The branches of `rule` that `node` may be an attempt at; every object and list where it is empty."""
    return _Reader(schema, tree).candidates(node, rule)


class _Reader:
    def __init__(self, schema: Schema, tree: Tree) -> None:
        self._schema = schema
        self._tree = tree
        self._depth = 0

    def check(self, written: Node | None, rule: Rule, path: Path, owner: Span) -> list[Mismatch]:
        """Departures of one value; `owner` is blamed for what is not there."""
        node = self._tree.resolved(written)
        branches = self._schema.branches(rule)
        if node is None or (isinstance(node, Scalar) and scalar_value(node) is None):
            return self._check_empty(node, branches, path, owner)
        if isinstance(node, Scalar):
            return _check_scalar(node, branches, path)
        assert not isinstance(node, Alias), "resolved above"
        return self._check_container(node, rule, branches, path, owner)

    def candidates(self, node: Node | None, rule: Rule) -> list[Rule]:
        """The branches `node` may be an attempt at: those its discriminator names, else all of its type."""
        node = self._tree.resolved(node)
        branches = self._schema.branches(rule)
        if isinstance(node, Sequence):
            return _of_type(branches, "array")
        if isinstance(node, Mapping):
            objects = _of_type(branches, "object")
            return self._told(node, rule, objects) or objects
        return branches

    def _check_empty(
        self, node: Node | None, branches: list[Rule], path: Path, owner: Span
    ) -> list[Mismatch]:
        if any("type" not in b or values.fits_type(None, b) for b in branches):
            return []
        span = node.span if node is not None and node.span.end > node.span.start else owner
        return [Mismatch(Fault.EMPTY, span, path, str(path[-1]) if path else "", tuple(branches))]

    def _check_container(
        self, node: Mapping | Sequence, rule: Rule, branches: list[Rule], path: Path, owner: Span
    ) -> list[Mismatch]:
        fitting = _of_type(branches, "object" if isinstance(node, Mapping) else "array")
        if not fitting:
            span = owner if owner.end > owner.start else node.span
            name = str(path[-1]) if path else ""
            return [Mismatch(Fault.WRONG_TYPE, span, path, name, tuple(branches))]
        if self._depth > _DEEPEST:
            return []
        self._depth += 1
        try:
            if isinstance(node, Sequence):
                return self._check_items(node, fitting[0], path)
            return self._check_mapping(node, rule, fitting, path, owner)
        finally:
            self._depth -= 1

    def _check_mapping(
        self, node: Mapping, rule: Rule, objects: list[Rule], path: Path, owner: Span
    ) -> list[Mismatch]:
        unchanged = self._schema.unchanged
        part = unchanged.part(self._tree, node, rule, self._depth)
        if part is None:
            return self._check_union(node, rule, objects, path, owner)
        if unchanged.follows(part):
            return []
        found = self._check_union(node, rule, objects, path, owner)
        if not found:
            unchanged.add(part, rule)
        return found

    def _check_items(self, node: Sequence, rule: Rule, path: Path) -> list[Mismatch]:
        items = rule.get("items")
        if not isinstance(items, dict):
            return []
        found = []
        for index, item in enumerate(node.items):
            found.extend(self.check(item, items, (*path, index), node.span))
        return found

    def _check_union(
        self, node: Mapping, rule: Rule, objects: list[Rule], path: Path, owner: Span
    ) -> list[Mismatch]:
        told = self._told(node, rule, objects)
        if told == []:
            return self._unknown_discriminator(node, rule, path)
        attempts = []
        for branch in told or objects:
            found = self._check_object(node, branch, path, owner)
            if not found:
                return []
            attempts.append((self._weight(node, branch, found, len(path)), found))
        best = min(attempts, key=lambda attempt: attempt[0])[1]
        return self._other_type(node, rule, objects, path, owner) or best if told and len(best) > 1 else best

    def _other_type(
        self, node: Mapping, rule: Rule, objects: list[Rule], path: Path, owner: Span
    ) -> list[Mismatch]:
        """The type alone, where it is all that is wrong: everything else is of another one."""
        teller = _discriminator(self._schema.resolve(rule))
        if teller is None or len(objects) > _MOST_TYPES:
            return []
        place = (*path, teller[0])
        words: list[object] = []
        for branch in objects:
            found = self._check_object(node, branch, path, owner)
            if found and all(one.path == place and one.fault is Fault.NOT_ALLOWED for one in found):
                words.extend(values.allowed(branch["properties"][teller[0]]) or ())
        value = self._entries(node)[teller[0]].value
        if not words or value is None:
            return []
        assert isinstance(value, Scalar), "told by it"
        return [Mismatch(Fault.NOT_ALLOWED, value.span, place, value.value, ({"enum": words},))]

    def _weight(self, node: Mapping, branch: Rule, found: list[Mismatch], depth: int) -> int:
        """How far the mapping is from a branch; keys it does not name count, even where it lets any pass.

        A value deeper down tells less of the branch than the mapping's own keys do.
        """
        weight = sum(
            one.fault.value if len(one.path) <= depth + 1 else min(one.fault.value, _MOST_BELOW)
            for one in found
        )
        weight += sum(_stands_in(one) for one in found)
        if branch.get("additionalProperties") is False:
            return weight
        said = sum(one.fault is Fault.UNKNOWN_KEY and len(one.path) == depth + 1 for one in found)
        return weight + Fault.UNKNOWN_KEY.value * (len(self._strangers(node, branch)) - said)

    def _strangers(self, node: Mapping, branch: Rule) -> list[str]:
        return [name for name in self._entries(node) if name not in branch.get("properties", ())]

    def _told(self, node: Mapping, rule: Rule, objects: list[Rule]) -> list[Rule] | None:
        """Branches that the discriminating key names: none for an unknown word, None when nothing tells."""
        rule = self._schema.resolve(rule)
        if len(objects) < 2 or (teller := _discriminator(rule)) is None:
            return None
        field, by_word = teller
        pair = self._entries(node).get(field)
        if pair is None or not isinstance(pair.value, Scalar) or not pair.value.value:
            return None
        word = values.plain(pair.value.value)
        named = [r for key, rules in by_word.items() if values.plain(key) == word for r in rules]
        resolved = [b for reference in named for b in self._schema.branches(reference)]
        if resolved and any(self._is_said(pair.value, b["properties"][field]) for b in resolved):
            return resolved
        covered = {id(b) for rules in by_word.values() for r in rules for b in self._schema.branches(r)}
        # An alternative that takes the key with any value at all, as a service of a free `type` does.
        free = [b for b in objects if id(b) not in covered and field in b.get("properties", {})]
        return free or resolved

    def _is_said(self, written: Scalar, rule: Rule) -> bool:
        return not _check_scalar(written, self._schema.branches(rule), ())

    def _unknown_discriminator(self, node: Mapping, rule: Rule, path: Path) -> list[Mismatch]:
        teller = _discriminator(self._schema.resolve(rule))
        assert teller is not None, "asked only where a key tells the branches apart"
        field, by_word = teller
        value = self._entries(node)[field].value
        assert isinstance(value, Scalar)
        listed: Rule = {"enum": list(by_word)}
        return [Mismatch(Fault.NOT_ALLOWED, value.span, (*path, field), value.value, (listed,))]

    def _check_object(self, node: Mapping, rule: Rule, path: Path, owner: Span) -> list[Mismatch]:
        properties: Dict[str, Rule] = rule.get("properties", {})
        others = rule.get("additionalProperties", True)
        found = []
        entries = self._entries(node)
        meant = self._meant(node, rule, path) if others is False else self._slips(node, rule)
        for name, pair in entries.items():
            if pair.colon is None:
                continue
            known = properties.get(name)
            if known is not None:
                found.extend(self.check(pair.value, known, (*path, name), pair.key.span))
            elif others is False or name in meant:
                found.append(self._unknown(pair, rule, (*path, name), meant.get(name, "")))
            elif isinstance(others, dict):
                found.extend(self._check_name(pair.key.span, name, rule, path))
                found.extend(self.check(pair.value, others, (*path, name), pair.key.span))
        found.extend(self._missing(entries, node, rule, path, owner, meant))
        return found

    def _meant(self, node: Mapping, rule: Rule, path: Path) -> dict[str, str]:
        """For keys that the object does not take, those that were meant: by name, else by what is missing."""
        strangers = self._strangers(node, rule)
        if not strangers:
            return {}
        entries = self._entries(node)
        free = [
            key
            for key, one in rule.get("properties", {}).items()
            if key not in entries and _is_asked(key, one)
        ]
        absent = [key for key in rule.get("required", ()) if key in free]
        meant: dict[str, str] = {}
        for name in strangers:
            key = nearest(name, free)
            if absent and key not in absent:
                # What is missing is meant sooner than what may be left out.
                least = _LIKE_AT_ROOT if key is not None or not path else 0.0
                needed = (one for one in absent if likeness(name, one) >= least)
                key = next((one for one in needed if self._fits(entries[name], rule, one)), key)
            if key is not None:
                meant[name] = key
                free.remove(key)
                absent = [one for one in absent if one != key]
        return meant

    def _slips(self, node: Mapping, rule: Rule) -> dict[str, str]:
        """For keys that the client lets pass unread, those that they are all but certainly meant for."""
        if rule.get("additionalProperties") is not True or len(rule.get("properties", ())) < _FEWEST_KEYS:
            return {}
        found = self._meant(node, {**rule, "required": ()}, ())
        entries = self._entries(node)
        return {
            name: key
            for name, key in found.items()
            if likeness(name, key) >= _LIKE_IF_OPEN and self._fits(entries[name], rule, key)
        }

    def _fits(self, pair: Pair, rule: Rule, key: str) -> bool:
        return not self.check(pair.value, rule["properties"][key], (key,), pair.key.span)

    def _unknown(self, pair: Pair, rule: Rule, path: Path, meant: str) -> Mismatch:
        fits = bool(meant) and self._fits(pair, rule, meant)
        return Mismatch(Fault.UNKNOWN_KEY, pair.key.span, path, str(path[-1]), (rule,), meant, fits)

    def _check_name(self, span: Span, name: str, rule: Rule, path: Path) -> list[Mismatch]:
        names = rule.get("propertyNames")
        if names is None or values.fits_limits(name, self._schema.resolve(names)):
            return []
        return [Mismatch(Fault.BAD_KEY, span, (*path, name), name, (names,))]

    def _missing(
        self,
        entries: Dict[str, Pair],
        node: Mapping,
        rule: Rule,
        path: Path,
        owner: Span,
        meant: Dict[str, str],
    ) -> list[Mismatch]:
        first = next((pair.key.span for pair in node.pairs), node.span)
        span = owner if owner.end > owner.start else first
        # A key that is there, but misspelt, is one mistake.
        there = {*entries, *meant.values()}
        return [
            Mismatch(Fault.MISSING_KEY, span, path, name, (rule,))
            for name in rule.get("required", ())
            if name not in there
        ]

    def _entries(self, node: Mapping) -> dict[str, Pair]:
        return self._tree.entries(node)


def _stands_in(found: Mismatch) -> bool:
    """Whether an unknown key was taken for a missing one for its value alone."""
    return bool(found.meant) and nearest(found.name, [found.meant]) is None


def _is_asked(key: str, rule: Rule) -> bool:
    return key != "$schema" and not rule.get("readOnly")


def _of_type(branches: list[Rule], kind: str) -> list[Rule]:
    return [b for b in branches if b.get("type") == kind or ("type" not in b and "enum" not in b)]


def _discriminator(rule: Rule) -> tuple[str, dict[str, list[Rule]]] | None:
    """The key that tells a union's branches apart, and the branches of each of its words."""
    told = rule.get("x-discriminator")
    if told is None:
        inner = [_discriminator(b) for b in rule.get("anyOf", ()) if "x-discriminator" in b]
        return inner[0] if len(inner) == 1 else None
    by_word = {word: [{"$ref": one} for one in references] for word, references in told["map"].items()}
    return told["field"], by_word


def _check_scalar(node: Scalar, branches: list[Rule], path: Path) -> list[Mismatch]:
    value = scalar_value(node)
    typed = [b for b in branches if values.fits_type(value, b)]
    if any(values.fits_limits(value, b) for b in typed):
        return []
    fault = Fault.NOT_ALLOWED if typed else Fault.WRONG_TYPE
    return [Mismatch(fault, node.span, path, node.value, tuple(typed or branches))]
