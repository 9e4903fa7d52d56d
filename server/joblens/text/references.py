"""The entries that a mapping really has: its own, and those that merge keys take over."""

from __future__ import annotations

from joblens.text.anchors import Anchors
from joblens.text.nodes import Alias, Mapping, Node, Pair, Scalar, Sequence

MERGE = "<<"


def entries(mapping: Mapping, anchors: Anchors | None) -> dict[str, Pair]:
    """The entries by the text of their key; the mapping's own win, and of two with one key the last.

    Without `anchors` nothing can be merged in.
    """
    own: dict[str, Pair] = {}
    merged: dict[str, Pair] = {}
    for pair in mapping.pairs:
        key = pair.key
        if not isinstance(key, Scalar):
            continue
        if anchors is not None and key.value == MERGE:
            _merge(pair.value, anchors, merged, mapping)
        else:
            own[key.value] = pair
    return {**merged, **own} if merged else own


def _merge(value: Node | None, anchors: Anchors, into: dict[str, Pair], within: Mapping) -> None:
    for source in value.items if isinstance(value, Sequence) else [value]:
        target = anchors.find(source) if isinstance(source, Alias) else source
        if isinstance(target, Mapping) and target is not within:
            for pair in target.pairs:
                if isinstance(pair.key, Scalar):
                    into.setdefault(pair.key.value, pair)


def repeated(root: Node | None) -> list[Pair]:
    """The entries whose key stands in the same mapping before them."""
    found: list[Pair] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            pairs = node.pairs
            names = {pair.key.value for pair in pairs if isinstance(pair.key, Scalar)}
            if len(names) < len(pairs):
                found += _repeated_in(node)
            waiting += [pair.value for pair in pairs if not isinstance(pair.value, Scalar)]
    return found


def _repeated_in(mapping: Mapping) -> list[Pair]:
    found, seen = [], set()
    for pair in mapping.pairs:
        if not isinstance(pair.key, Scalar) or pair.colon is None or pair.key.value == MERGE:
            continue
        if pair.key.value in seen:
            found.append(pair)
        seen.add(pair.key.value)
    return found
