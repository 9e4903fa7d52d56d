"""A tree as plain Python data, for tests: half keys end in `?`, aliases start with `*`."""

from collections.abc import Iterator

from joblens.text.nodes import Alias, Mapping, Node, Scalar, Sequence
from joblens.text.tree import Tree, parse


def outline(text: str) -> object:
    """The structure of a text's first document."""
    return of_node(parse(text).root)


def of_node(node: Node | None) -> object:
    if node is None:
        return None
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Alias):
        return f"*{node.name}"
    if isinstance(node, Sequence):
        return [of_node(item) for item in node.items]
    return {
        str(of_node(pair.key)) + ("" if pair.colon is not None else "?"): of_node(pair.value)
        for pair in node.pairs
    }


def keys(tree: Tree) -> set[tuple[tuple[object, ...], int]]:
    """All keys with a colon: their paths and offsets."""
    return {found for root in tree.roots for found in _keys(root, ())}


def _keys(node: Node | None, path: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], int]]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _keys(item, (*path, index))
    elif isinstance(node, Mapping):
        for pair in node.pairs:
            inner = (*path, str(of_node(pair.key)))
            if pair.colon is not None:
                yield inner, pair.key.span.start
            yield from _keys(pair.value, inner)
