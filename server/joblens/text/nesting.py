"""The collections open at the current line, and the node that the innermost one waits for."""

from __future__ import annotations

from joblens.text.nodes import Alias, Node, Pair, Scalar, Span, Style
from joblens.text.open import Open, OpenDocument, OpenMapping, OpenSequence
from joblens.text.tokens import Properties


class Nesting:
    """A stack of open collections, the document at its bottom."""

    def __init__(self) -> None:
        self.document = OpenDocument()
        self.document_open = False
        self.stack: list[Open] = [self.document]
        self.top: Open = self.document
        self.closed: Open | None = None
        """The outermost collection that the current line closed."""
        self.pending: tuple[str | None, str | None] | None = None
        """An anchor and a tag that wait for their node."""
        self.reached = 0
        """Where what was read so far ends: collections end there."""

    def push(self, opened: Open) -> None:
        """Open a collection inside the innermost one."""
        self.stack.append(opened)
        self.top = opened

    def close(self, column: int) -> None:
        """Close the collections deeper than `column`."""
        self.closed = None
        while self.top.indent > column and len(self.stack) > 1:
            self.closed = self.pop()

    def end_list(self, column: int) -> None:
        """Close the list at `column`: one no deeper than its key ends where the next key starts."""
        if self.top.indent == column and isinstance(self.top, OpenSequence):
            self.closed = self.pop()

    def pop(self) -> Open:
        """Close the innermost collection."""
        self.settle()
        opened = self.stack.pop()
        self.top = self.stack[-1]
        if not isinstance(opened, OpenDocument):
            start, end = opened.node.span
            opened.node.span = Span(start, max(self.reached, end))
        return opened

    def keep(self, properties: Properties, end: int) -> None:
        """Keep an anchor and a tag for the node that follows."""
        anchor, tag = self.pending or (None, None)
        self.pending = (properties.anchor or anchor, properties.tag or tag)
        self.reached = max(self.reached, end)

    def settle(self) -> None:
        """An anchor or a tag that no node followed names an empty one."""
        if self.pending is None:
            return
        if self.top.waits:
            self.put(Scalar(Span(self.reached, self.reached), Style.PLAIN, ""))
        self.pending = None

    def put(self, node: Node) -> None:
        """Fill the place that waits in the innermost collection."""
        if not self.document_open:
            self.start_document()
        if self.pending is not None and not isinstance(node, Alias):
            node.anchor, node.tag = self.pending
            self.pending = None
        self.top.put(node)
        if node.span.end > self.reached:
            self.reached = node.span.end

    def add_pair(self, mapping: OpenMapping, key: Node, colon: int | None) -> None:
        """Start a pair; without a colon it is half a key."""
        if self.pending is not None:
            self.settle()
        mapping.add(Pair(key, colon, None))
        self.reached = key.span.end if colon is None else colon + 1

    def add_item(self, sequence: OpenSequence, dash: int) -> None:
        """Start an item."""
        self.settle()
        sequence.add(dash)
        self.reached = dash + 1

    def start_document(self) -> None:
        """The next node is the root of another document."""
        self.document_open = True
        self.document.roots.append(None)
        self.document.waits = True
        self.document.loose = None

    def end_document(self) -> None:
        """Close all that is open."""
        self.close(-1)
        self.settle()
        self.document_open = False
