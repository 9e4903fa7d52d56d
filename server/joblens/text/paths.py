"""From an offset to the path of what stands there; the cost hardly grows with the text."""

from __future__ import annotations

from bisect import bisect_right

from joblens.text.nodes import Mapping, Node, Pair, Path, Scalar, Sequence


def path_at(roots: list[Node | None], offset: int) -> Path:
    """The path of the innermost pair or item that holds an offset (its end included)."""
    path: list[str | int] = []
    node = root_at(roots, offset)
    while isinstance(node, Mapping | Sequence):
        at = last_before(node, offset)
        if at < 0:
            break
        if isinstance(node, Sequence):
            start, child = node.starts[at], node.items[at]
            end = start + 1
            part: str | int = at
        else:
            pair = node.pairs[at]
            child = pair.value
            end = pair.key.span.end if pair.colon is None else pair.colon + 1
            part = key_text(pair)
        if offset > (end if child is None else max(end, child.span.end)):
            break
        path.append(part)
        node = child if child is not None and child.span.start <= offset else None
    return tuple(path)


def key_text(pair: Pair) -> str:
    """A key as a path names it; empty for an alias or a collection."""
    return pair.key.value if isinstance(pair.key, Scalar) else ""


def root_at(roots: list[Node | None], offset: int) -> Node | None:
    """The root of the document that an offset is in: the last one that starts before it, else the first."""
    found = roots[0] if roots else None
    for root in roots[1:]:
        if root is not None and root.span.start <= offset:
            found = root
    return found


def last_before(node: Mapping | Sequence, offset: int) -> int:
    """The index of the last entry that starts at or before an offset; -1 for none."""
    if isinstance(node, Sequence):
        return bisect_right(node.starts, offset) - 1
    return bisect_right(node.pairs, offset, key=_start) - 1


def _start(pair: Pair) -> int:
    return pair.key.span.start
