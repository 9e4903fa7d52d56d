"""Aliases and merge keys followed: the node that an alias stands for, the entries that a mapping really has."""

from __future__ import annotations

from joblens.text.nodes import Alias, Mapping, Node, Pair, Scalar, Sequence

MERGE = "<<"


def anchors(roots: list[Node | None]) -> dict[str, Node]:
    """The node of each anchor; of one that is set twice, the last."""
    found: dict[str, Node] = {}
    waiting: list[Node | None] = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        if node is None:
            continue
        if node.anchor is not None:
            found[node.anchor] = node
        if isinstance(node, Sequence):
            waiting.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            for pair in reversed(node.pairs):
                waiting += (pair.value, pair.key)
    return found


def resolved(node: Node | None, anchored: dict[str, Node]) -> Node | None:
    """The node itself, or the one that an alias stands for; None for an alias of nothing."""
    for _ in range(len(anchored) + 1):
        if not isinstance(node, Alias):
            return node
        node = anchored.get(node.name)
    return None


def entries(mapping: Mapping, anchored: dict[str, Node]) -> dict[str, Pair]:
    """The mapping's entries by the text of their key, merged ones included; its own win, and the last of two."""
    own: dict[str, Pair] = {}
    merged: dict[str, Pair] = {}
    for pair in mapping.pairs:
        key = pair.key
        if not isinstance(key, Scalar):
            continue
        if key.value == MERGE and anchored:
            _merge(pair.value, anchored, merged, mapping)
        else:
            own[key.value] = pair
    return {**merged, **own} if merged else own


def _merge(value: Node | None, anchored: dict[str, Node], into: dict[str, Pair], within: Mapping) -> None:
    sources = value.items if isinstance(value, Sequence) else [value]
    for source in sources:
        target = resolved(source, anchored)
        if isinstance(target, Mapping) and target is not within:
            for pair in target.pairs:
                if isinstance(pair.key, Scalar):
                    into.setdefault(pair.key.value, pair)
