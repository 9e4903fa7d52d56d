"""The values of one mapping by key, typed as YAML 1.1 types them; missing or mistyped reads as None."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from joblens.job.model import At, Literal
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence, Span
from joblens.text.tree import Tree
from joblens.text.values import scalar_value

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and its value, aliases followed."""

    key: At[str]
    value: Node | None


class Fields:
    """A mapping to read from, its aliases followed and its merges done."""

    __slots__ = ("_pairs", "_tree", "span")

    def __init__(self, mapping: Mapping, tree: Tree) -> None:
        self.span: Span = mapping.span
        self._tree = tree
        self._pairs: dict[str, Pair] = dict(tree.entries(mapping))

    def __contains__(self, key: str) -> bool:
        return key in self._pairs

    def __iter__(self) -> Iterator[Entry]:
        for name, pair in self._pairs.items():
            key = self._tree.resolved(pair.key)
            yield Entry(At(name, (key or pair.key).span), self._tree.resolved(pair.value))

    def value(self, key: str) -> Node | None:
        """The value's node."""
        pair = self._pairs.get(key)
        return self._tree.resolved(pair.value) if pair else None

    def text(self, key: str) -> At[str] | None:
        """A value that is text."""
        return text(self.value(key))

    def texts(self, key: str) -> tuple[At[str], ...]:
        """A text, or each text of a list."""
        value = self.value(key)
        nodes = (
            [self._tree.resolved(item) for item in value.items] if isinstance(value, Sequence) else [value]
        )
        return tuple(found for found in map(text, nodes) if found is not None)

    def label(self, key: str) -> At[str] | None:
        """A value that is taken as text whatever its type: a version, a tag."""
        return label(self.value(key))

    def integer(self, key: str) -> At[int] | None:
        """A whole number; digits in quotes count, as they do for Azure ML."""
        return integer(self.value(key))

    def number(self, key: str) -> At[float] | None:
        """A number; one that YAML takes for text (`1e-3`) counts, as it does for Azure ML."""
        return number(self.value(key))

    def key(self, key: str) -> At[str] | None:
        """A key that is there, with its place."""
        pair = self._pairs.get(key)
        return At(key, pair.key.span) if pair else None

    def below(self, key: str) -> Fields | None:
        """The mapping under a key."""
        return self.of(self.value(key))

    def of(self, node: Node | None) -> Fields | None:
        """The fields of a node of the same tree, if it is a mapping."""
        return Fields(node, self._tree) if isinstance(node, Mapping) else None

    def plain(self, key: str) -> object:
        """The value as plain data."""
        return plain(self.value(key), self._tree)

    def plain_map(self, *without: str) -> dict[str, object]:
        """All of it as plain data, but for the keys in `without`."""
        return {key: self.plain(key) for key in self._pairs if key not in without}


def text(node: Node | None) -> At[str] | None:
    """A scalar that YAML 1.1 takes for text."""
    if not isinstance(node, Scalar):
        return None
    value = scalar_value(node)
    return At(value, node.span) if isinstance(value, str) else None


def label(node: Node | None) -> At[str] | None:
    """A scalar as text, whatever YAML 1.1 takes it for; `1.10` becomes `1.1` there, and so here."""
    if not isinstance(node, Scalar):
        return None
    value = scalar_value(node)
    return None if value is None else At(str(value), node.span)


def integer(node: Node | None) -> At[int] | None:
    """A scalar that is a whole number, in quotes or not."""
    if not isinstance(node, Scalar):
        return None
    value = scalar_value(node)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return At(value, node.span) if isinstance(value, int) and not isinstance(value, bool) else None


def number(node: Node | None) -> At[float] | None:
    """A scalar that Azure ML can cast to a number, in quotes or not."""
    if not isinstance(node, Scalar):
        return None
    value = scalar_value(node)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return At(value, node.span)


def literal(node: Node | None) -> At[Literal] | None:
    """A scalar as a literal; a date, which Azure ML refuses, as its text."""
    if not isinstance(node, Scalar):
        return None
    value = scalar_value(node)
    if value is None:
        return None
    return At(value if isinstance(value, str | int | float | bool) else node.value, node.span)


def plain(node: Node | None, tree: Tree, known: dict[int, object] | None = None) -> object:
    """A node as plain data, shared where aliases share it; an alias inside its own anchor is None."""
    node = tree.resolved(node)
    if node is None or isinstance(node, Scalar):
        return scalar_value(node) if node else None
    known = {} if known is None else known
    if id(node) not in known:
        known[id(node)] = None
        known[id(node)] = _plain_collection(node, tree, known)
    return known[id(node)]


def _plain_collection(node: Node, tree: Tree, known: dict[int, object]) -> object:
    if isinstance(node, Sequence):
        return [plain(item, tree, known) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(pair.value, tree, known) for key, pair in tree.entries(node).items()}
    return None
