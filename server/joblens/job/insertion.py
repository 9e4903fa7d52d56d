"""Where in the text a new entry goes, and how it is written there: below its siblings, in their style."""

from __future__ import annotations

from typing import NamedTuple

from joblens.text.document import Document
from joblens.text.nodes import Mapping, Pair, Path, Span

_STEP = 2
"""Blanks by which a new mapping stands deeper, where nothing shows how the file has it."""


class Insertion(NamedTuple):
    """Text to put at a place."""

    span: Span
    text: str


def insertion(document: Document, holder: Path, section: str, name: str, value: str) -> Insertion | None:
    """Put `name` with a flow-style `value` under `section` of the mapping at `holder`, made if need be.

    None where the mapping is written in braces without that section, or is not there.
    """
    tree = document.tree
    node = tree.resolved(tree.node_at(holder))
    if not isinstance(node, Mapping) or not node.pairs:
        return None
    entry = f"{name}: {value}"
    pair = tree.entries(node).get(section)
    if pair is None:
        return _new_section(document, node, section, entry) if node.indent >= 0 else None
    inner = pair.value
    if isinstance(inner, Mapping) and inner.indent < 0:
        return _in_braces(inner, entry)
    if isinstance(inner, Mapping) and inner.pairs:
        return _below(document, _end(inner.pairs[-1]), inner.indent, entry)
    if inner is None and pair.colon is not None and node.indent >= 0:
        return _below(document, pair.colon + 1, node.indent + _STEP, entry)
    return None


def _new_section(document: Document, node: Mapping, section: str, entry: str) -> Insertion:
    last = _end(node.pairs[-1])
    made = _below(document, last, node.indent, f"{section}:")
    line_end = _newline(document)
    return Insertion(made.span, f"{made.text}{line_end}{' ' * (node.indent + _STEP)}{entry}")


def _in_braces(mapping: Mapping, entry: str) -> Insertion:
    if not mapping.pairs:
        at = mapping.span.start + 1
        return Insertion(Span(at, at), entry)
    at = _end(mapping.pairs[-1])
    return Insertion(Span(at, at), f", {entry}")


def _below(document: Document, end: int, indent: int, line: str) -> Insertion:
    """On a line of its own after the one that the text before `end` ends on."""
    content = end
    while content and document.text[content - 1].isspace():
        content -= 1
    number = document.line_of(content)
    at = document.line_starts[number] + len(document.line_text(number))
    return Insertion(Span(at, at), f"{_newline(document)}{' ' * indent}{line}")


def _end(pair: Pair) -> int:
    end = pair.key.span.end if pair.colon is None else pair.colon + 1
    return max(end, pair.value.span.end) if pair.value is not None else end


def _newline(document: Document) -> str:
    """As the first line ends: many fixes would look through the whole text, each for itself."""
    second = document.line_starts[1] if len(document.line_starts) > 1 else 0
    return "\r\n" if document.text[max(0, second - 2) : second] == "\r\n" else "\n"
