"""Document symbols: the outline of a file, key by key."""

from __future__ import annotations

from typing import NamedTuple

from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence, Span
from joblens.text.tree import Tree

_DEEPEST = 30
_NAMED = {"inputs": "input", "outputs": "output", "search_space": "hyperparameter", "jobs": "step"}


class Symbol(NamedTuple):
    """One key of the outline.

    `kind` is what its author names with it, `step`, `input`, `output` or `hyperparameter`; else what it
    holds, `object`, `array` or `value`.
    """

    name: str
    detail: str
    kind: str
    span: Span
    name_span: Span
    children: tuple[Symbol, ...]


def symbols(tree: Tree) -> list[Symbol]:
    """The outline of every document in the file."""
    return [symbol for root in tree.roots for symbol in _of(root, 0)]


def _of(node: Node | None, depth: int, named: str | None = None) -> tuple[Symbol, ...]:
    if depth > _DEEPEST:
        return ()
    if isinstance(node, Mapping):
        return tuple(_of_pair(pair, depth, named) for pair in node.pairs if isinstance(pair.key, Scalar))
    if isinstance(node, Sequence):
        return tuple(inner for item in node.items for inner in _of(item, depth + 1))
    return ()


def _of_pair(pair: Pair, depth: int, named: str | None) -> Symbol:
    value = pair.value
    kind = "object" if isinstance(value, Mapping) else "array" if isinstance(value, Sequence) else "value"
    name = pair.key.value if isinstance(pair.key, Scalar) else ""
    start, end = pair.key.span
    if value is not None:
        start, end = min(start, value.span.start), max(end, value.span.end)
    within = None if named else _NAMED.get(name)
    inner = _of(value, depth + 1, within)
    return Symbol(
        name or "(empty)", _detail(value, named), named or kind, Span(start, end), pair.key.span, inner
    )


def _detail(value: Node | None, named: str | None) -> str:
    """The value; of what the author names, its type."""
    if named and isinstance(value, Mapping):
        typed = (one.value for one in value.pairs if isinstance(one.key, Scalar) and one.key.value == "type")
        value = next(typed, None)
    return value.value.strip()[:60] if isinstance(value, Scalar) else ""
