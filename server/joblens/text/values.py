"""What a node is worth: the value that PyYAML's SafeLoader makes of it (YAML 1.1)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TypeAlias

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from joblens.text.anchors import Anchors
from joblens.text.nodes import Mapping, Node, Scalar, Sequence, Style

Value: TypeAlias = str | int | float | bool | bytes | dt.date | None
"""What a scalar can be (a datetime is a date)."""

_PREFIX = "tag:yaml.org,2002:"
_MERGE = _PREFIX + "merge"
_MOST_NESTED = 150


def scalar_value(node: Scalar) -> Value:
    """The typed value of a scalar; its text where PyYAML would refuse it (as in `!!int x`)."""
    if node.tag is None:
        if node.style is not Style.PLAIN or not _may_be_typed(node.value):
            return node.value
        return _plain_value(node.value)
    return _constructed(_tag(node), node.value)


def value_of(node: Node | None, root: Node | None = None) -> object:
    """The plain data of a node, as `yaml.safe_load` gives it, with aliases and merge keys of `root` followed.

    Never raises: what PyYAML refuses (an unknown alias, a list as a key) is None, or left out.
    """
    return _Reader(Anchors(node if root is None else root)).value(node, 0)


def is_merge_key(key: Node) -> bool:
    """Whether a key is `<<`, which takes over the pairs of its value."""
    return isinstance(key, Scalar) and key.value == "<<" and _tag(key) == _MERGE


class _Judge(SafeConstructor, Resolver):
    """PyYAML's own rules, without a stream to read."""

    def __init__(self) -> None:
        SafeConstructor.__init__(self)
        Resolver.__init__(self)


_JUDGE = _Judge()
_FIRST_CHARACTERS = frozenset(first or "" for first in Resolver.yaml_implicit_resolvers)


def _implied(value: str, plain: bool) -> str:
    tag: str = _JUDGE.resolve(yaml.ScalarNode, value, (plain, not plain))  # type: ignore[no-untyped-call]
    return tag


def _may_be_typed(value: str) -> bool:
    return value[:1] in _FIRST_CHARACTERS


@lru_cache(maxsize=4096)
def _plain_value(value: str) -> Value:
    return _constructed(_implied(value, True), value)


def _tag(node: Scalar) -> str:
    """The full name of a scalar's tag, found by its text where none is written."""
    if node.tag is None:
        return _implied(node.value, node.style is Style.PLAIN)
    if node.tag == "!":
        return _implied(node.value, True)
    return _full(node.tag)


def _full(tag: str) -> str:
    if tag.startswith("!<"):
        return tag[2:-1]
    return _PREFIX + tag[2:] if tag.startswith("!!") else tag


def _constructed(tag: str, value: str) -> Value:
    if tag == _PREFIX + "str":
        return value
    construct = _JUDGE.yaml_constructors.get(tag)
    if construct is None:
        return value
    try:
        made: Value = construct(_JUDGE, yaml.ScalarNode(tag, value))
    except (yaml.YAMLError, ValueError, KeyError, TypeError, IndexError, OverflowError, AttributeError):
        return value
    return made if isinstance(made, Value) else value


class _Reader:
    """Makes data of nodes; a node that two aliases name becomes one object, as in PyYAML."""

    def __init__(self, anchors: Anchors) -> None:
        self.anchors = anchors
        self.made: dict[int, object] = {}
        self.merged: dict[int, list[tuple[Node, Node | None]]] = {}

    def value(self, node: Node | None, depth: int) -> object:
        node = self.anchors.resolved(node)
        if node is None or depth > _MOST_NESTED:
            return None
        if isinstance(node, Scalar):
            return scalar_value(node)
        if id(node) in self.made:
            return self.made[id(node)]
        if isinstance(node, Sequence):
            return self._sequence(node, depth)
        return self._mapping(node, depth) if isinstance(node, Mapping) else None

    def _sequence(self, node: Sequence, depth: int) -> object:
        items: list[object] = []
        self.made[id(node)] = items
        items.extend(self.value(item, depth + 1) for item in node.items)
        if node.tag in ("!!omap", "!!pairs"):
            items[:] = [pair for item in items if isinstance(item, dict) for pair in item.items()]
        return items

    def _mapping(self, node: Mapping, depth: int) -> object:
        data: dict[object, object] = {}
        self.made[id(node)] = data
        for key, value in self._pairs(node, depth, frozenset()):
            made = self.value(key, depth + 1)
            if not isinstance(made, dict | list | set):
                data[made] = self.value(value, depth + 1)
        if node.tag == "!!set":
            self.made[id(node)] = set(data)
        return self.made[id(node)]

    def _pairs(self, node: Mapping, depth: int, seen: frozenset[int]) -> list[tuple[Node, Node | None]]:
        """All pairs, those merged in first, so that the mapping's own win.

        Each is there once, where it counts: merging what is merged twice would double it at every level.
        """
        if id(node) in self.merged:
            return self.merged[id(node)]
        own: list[tuple[Node, Node | None]] = []
        merged: list[tuple[Node, Node | None]] = []
        seen = seen | {id(node)}
        for pair in node.pairs:
            if not is_merge_key(pair.key):
                own.append((pair.key, pair.value))
                continue
            for source in self._merge_sources(pair.value):
                if id(source) not in seen and len(seen) < _MOST_NESTED:
                    merged.extend(self._pairs(source, depth, seen))
        last = {id(key): (key, value) for key, value in reversed(merged + own)}
        self.merged[id(node)] = list(reversed(last.values()))
        return self.merged[id(node)]

    def _merge_sources(self, value: Node | None) -> list[Mapping]:
        """The mappings that a merge key names, the one that counts most last."""
        node = self.anchors.resolved(value)
        if isinstance(node, Mapping):
            return [node]
        if not isinstance(node, Sequence):
            return []
        items = [self.anchors.resolved(item) for item in node.items]
        return [item for item in reversed(items) if isinstance(item, Mapping)]
