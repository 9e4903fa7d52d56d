"""Folding: the entries, items, block texts and comments that can be folded away under their first line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from joblens.text.anchors import nodes
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Sequence


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that fold together; the first stays in sight."""

    first: int
    last: int
    comment: bool = False


def folds(document: Document) -> list[Fold]:
    """What can be folded, from the top; of several that start on one line, the longest."""
    longest: dict[int, Fold] = {}
    for one in (*_values(document), *_comments(document)):
        known = longest.get(one.first)
        if known is None or known.last < one.last:
            longest[one.first] = one
    return [longest[line] for line in sorted(longest)]


def _values(document: Document) -> Iterator[Fold]:
    for root in document.tree.roots:
        for node in nodes(root):
            if isinstance(node, Mapping):
                if node.indent < 0:
                    yield from _lines(document, node.span.start, node.span.end)
                for pair in node.pairs:
                    yield from _lines(document, pair.key.span.start, _end(pair.value, pair.key.span.end))
            elif isinstance(node, Sequence):
                if node.indent < 0:
                    yield from _lines(document, node.span.start, node.span.end)
                for start, item in zip(node.starts, node.items, strict=True):
                    yield from _lines(document, start, _end(item, start))


def _end(value: Node | None, otherwise: int) -> int:
    return value.span.end if value is not None else otherwise


def _lines(document: Document, start: int, end: int) -> Iterator[Fold]:
    first, last = document.line_of(start), document.line_of(end)
    if last > first:
        yield Fold(first, last)


def _comments(document: Document) -> Iterator[Fold]:
    """Comments on lines of their own that follow one another."""
    first = last = -2
    for span in document.tree.comments:
        line = document.line_of(span.start)
        if document.text[document.line_starts[line] : span.start].strip(" \t"):
            continue
        if line == last + 1:
            last = line
            continue
        if last > first:
            yield Fold(first, last, comment=True)
        first = last = line
    if last > first:
        yield Fold(first, last, comment=True)
