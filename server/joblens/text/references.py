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
