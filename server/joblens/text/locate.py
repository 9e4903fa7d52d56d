"""Where in the structure the cursor stands: at a key, a value, an item, in text, or nowhere of interest."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from joblens.text.nodes import Mapping, Node, Pair, Path, Scalar, Sequence, Span, Style
from joblens.text.paths import key_text, last_before, root_at

if TYPE_CHECKING:
    from joblens.text.document import Document

Kind: TypeAlias = Literal["key", "value", "item", "text", "none"]


@dataclass(frozen=True)
class Place:
    """What can be typed at the cursor.

    - key: a key of the mapping at `path`, which need not exist yet; `pair` is the entry whose key it is.
    - value: what follows the colon of `pair`; `path` leads to this value.
    - item: what follows a dash, or stands in brackets; `path` leads to this item.
    - text: inside the text of the block scalar `node`, to which `path` leads.
    - none: a comment, or a place where nothing can start.
    """

    kind: Kind
    path: Path
    span: Span
    """What an answer replaces: the half-typed word or the present value; empty where nothing is."""
    pair: Pair | None = None
    node: Node | None = None
    """The node under the cursor, if any."""
    collection: Mapping | Sequence | None = None
    """The mapping or list that the entry belongs to, where it exists."""

    @property
    def has_colon(self) -> bool:
        """Whether a colon already follows the key."""
        return self.pair is not None and self.pair.colon is not None


def place_at(document: Document, offset: int) -> Place:
    """The place of a cursor."""
    nowhere = Place("none", (), Span(offset, offset))
    if _in_comment(document.tree.comments, offset):
        return nowhere
    line = document.line_of(offset)
    steps = _steps(document, offset)
    if not document.line_text(line).strip(" \t"):
        return _on_empty_line(steps, offset, offset - document.line_starts[line]) or nowhere
    return _on_text(document, steps, offset) or nowhere


def _in_comment(comments: list[Span], offset: int) -> bool:
    at = bisect_right(comments, offset, key=lambda span: span.start) - 1
    return at >= 0 and comments[at].start < offset <= comments[at].end


class _Step(NamedTuple):
    """One collection on the way to the cursor, and its last entry that starts before the cursor (or -1)."""

    node: Mapping | Sequence
    at: int
    path: Path

    @property
    def pair(self) -> Pair | None:
        return self.node.pairs[self.at] if isinstance(self.node, Mapping) and self.at >= 0 else None

    @property
    def value(self) -> Node | None:
        if self.at < 0:
            return None
        node = self.node
        return node.items[self.at] if isinstance(node, Sequence) else node.pairs[self.at].value

    @property
    def inner_path(self) -> Path:
        pair = self.pair
        return (*self.path, self.at if pair is None else key_text(pair))


def _steps(document: Document, offset: int) -> list[_Step]:
    """The collections around the cursor, from the root inwards, along what was written last before it."""
    steps: list[_Step] = []
    node = root_at(document.tree.roots, offset)
    path: Path = ()
    while isinstance(node, Mapping | Sequence):
        if node.indent < 0 and not _inside_flow(document, node, offset):
            break
        step = _Step(node, last_before(node, offset), path)
        steps.append(step)
        if step.at < 0:
            break
        node, path = step.value, step.inner_path
    return steps


def _inside_flow(document: Document, node: Mapping | Sequence, offset: int) -> bool:
    start, end = node.span
    text = document.text
    if text[start] not in "[{":
        return start <= offset <= end
    if offset <= start:
        return False
    if end - start > 1 and text[end - 1] in "]}" and text[start] + text[end - 1] in ("[]", "{}"):
        return offset < end
    return offset <= end or document.line_of(offset) == document.line_of(end)


def _on_empty_line(steps: list[_Step], offset: int, column: int) -> Place | None:
    """The column says whose entry would start here."""
    here = Span(offset, offset)
    if not steps:
        return Place("key", (), here)
    inner = steps[-1]
    if inner.node.indent < 0:
        return _in_flow(inner, offset)
    if inner.at >= 0 and column > inner.node.indent:
        value = inner.value
        if value is None:
            if isinstance(inner.node, Sequence):
                return Place("item", inner.inner_path, here, collection=inner.node)
            return Place("key", inner.inner_path, here)
        if isinstance(value, Scalar) and value.indent >= 0:
            return Place("text", inner.inner_path, here, inner.pair, value)
        return None
    for step in reversed(steps):
        if isinstance(step.node, Mapping) and step.node.indent == column:
            return Place("key", step.path, here, collection=step.node)
    return None


def _on_text(document: Document, steps: list[_Step], offset: int) -> Place | None:
    """The cursor stands in a line that says something."""
    if not steps:
        return _at_root_scalar(document, offset)
    step = steps[-1]
    if step.at < 0 and step.node.indent >= 0 and len(steps) > 1:
        step = steps[-2]  # what stands below the cursor's line is the value of its key
    if step.at < 0:
        return _in_flow(step, offset) if step.node.indent < 0 else None
    pair = step.pair
    if pair is not None and offset <= pair.key.span.end:
        return Place("key", step.path, pair.key.span, pair, pair.key, step.node)
    if step.node.indent < 0:
        return _in_flow(step, offset)
    value = step.value
    if isinstance(value, Scalar) and value.indent >= 0:
        return _at_block_scalar(document, step, value, offset)
    if isinstance(step.node, Sequence):
        return _at_item(document, step, step.node, offset)
    return _at_value(document, step, offset)


def _at_root_scalar(document: Document, offset: int) -> Place | None:
    """A word alone in a document is the start of its first key."""
    root = root_at(document.tree.roots, offset)
    if isinstance(root, Scalar) and root.style is Style.PLAIN and _holds(root, offset):
        return Place("key", (), root.span, node=root)
    return None


def _holds(node: Node, offset: int) -> bool:
    return node.span.start <= offset <= node.span.end


def _at_block_scalar(document: Document, step: _Step, value: Scalar, offset: int) -> Place | None:
    if document.line_of(offset) == document.line_of(value.span.start):
        return None
    return Place("text", step.inner_path, Span(offset, offset), step.pair, value)


def _at_item(document: Document, step: _Step, node: Sequence, offset: int) -> Place | None:
    value = step.value
    if value is not None and _holds(value, offset):
        return Place("item", step.inner_path, value.span, node=value, collection=node)
    dash = node.starts[step.at]
    if offset <= dash + 1 or document.line_of(offset) != document.line_of(dash):
        return None
    if value is None or offset < value.span.start:
        return Place("item", step.inner_path, Span(offset, offset), collection=node)
    return None


def _at_value(document: Document, step: _Step, offset: int) -> Place | None:
    pair, value = step.pair, step.value
    if pair is None:
        return None
    if pair.colon is None or offset <= pair.colon:
        return Place("key", step.path, pair.key.span, pair, pair.key, step.node)
    line = document.line_of(offset)
    on_key_line = line == document.line_of(pair.colon)
    if value is None:
        return (
            Place("value", step.inner_path, Span(offset, offset), pair, None, step.node)
            if on_key_line
            else None
        )
    if not _holds(value, offset) and not on_key_line:
        return None
    if not on_key_line and isinstance(value, Scalar) and _is_word_below(document, value, pair.colon):
        return Place("key", step.inner_path, value.span, node=value)
    if on_key_line and document.line_of(value.span.start) != line:
        return Place("value", step.inner_path, Span(offset, offset), pair, None, step.node)
    return Place("value", step.inner_path, value.span, pair, value, step.node)


def _is_word_below(document: Document, value: Scalar, colon: int) -> bool:
    """Whether a value is a plain word on a line below its key: most likely half a key."""
    first, last = document.line_of(value.span.start), document.line_of(value.span.end)
    return value.style is Style.PLAIN and first == last and first > document.line_of(colon)


def _in_flow(step: _Step, offset: int) -> Place | None:
    """Inside brackets or braces: what stands between the last separator and the cursor."""
    here = Span(offset, offset)
    node, value, pair = step.node, step.value, step.pair
    if isinstance(node, Sequence):
        if value is not None and _holds(value, offset):
            return Place("item", step.inner_path, value.span, node=value, collection=node)
        return Place("item", (*step.path, step.at + 1), here, collection=node)
    if pair is None or pair.colon is None:
        return Place("key", step.path, here, collection=node)
    if offset <= pair.colon:
        return Place("key", step.path, pair.key.span, pair, pair.key, node)
    if value is not None and not _holds(value, offset) and offset > value.span.end:
        return Place("key", step.path, here, collection=node)
    return Place("value", step.inner_path, here if value is None else value.span, pair, value, node)
