"""Which node an alias means."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from joblens.text.nodes import Alias, Mapping, Node, Sequence


class Anchors:
    """The anchors of one document, collected at the first question."""

    def __init__(self, root: Node | None) -> None:
        self._root = root

    def find(self, alias: Alias) -> Node | None:
        """The node with the alias's anchor: the last one that starts before it."""
        found = None
        for node in self._named.get(alias.name, ()):
            if node.span.start < alias.span.start:
                found = node
        return found

    def resolved(self, node: Node | None) -> Node | None:
        """The node itself, or the one that an alias stands for."""
        return self.find(node) if isinstance(node, Alias) else node

    @cached_property
    def _named(self) -> dict[str, list[Node]]:
        named: dict[str, list[Node]] = {}
        for node in nodes(self._root):
            if node.anchor is not None:
                named.setdefault(node.anchor, []).append(node)
        return named


def nodes(root: Node | None) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    waiting: list[Node | None] = [root]
    while waiting:
        node = waiting.pop()
        if node is None:
            continue
        yield node
        if isinstance(node, Sequence):
            waiting.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            for pair in reversed(node.pairs):
                waiting.append(pair.value)
                waiting.append(pair.key)
