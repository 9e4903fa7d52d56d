"""The line loop: which collection each line of a text belongs to, by its column."""

from __future__ import annotations

import re

from joblens.text.content import line_end, read_key, read_node, read_value, rest_of_line
from joblens.text.extents import read_plain
from joblens.text.nesting import Nesting
from joblens.text.nodes import Mapping, Node, Scalar, Sequence, Span, Style
from joblens.text.open import Loose, Open, OpenMapping, OpenSequence
from joblens.text.recovery import Recovery
from joblens.text.source import Source
from joblens.text.tokens import (
    find_key,
    is_indicator,
    match_plain_line,
    read_properties,
    skip_blanks,
    strip_end,
)


def read_blocks(source: Source) -> list[Node | None]:
    """The roots of all documents of a text."""
    reader = _BlockReader(source)
    while source.advance():
        reader.read_line(source.start, source.end)
    reader.nesting.end_document()
    return reader.nesting.document.roots


class _BlockReader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.nesting = Nesting()
        self.recovery = Recovery(source, self.nesting)

    def read_line(self, start: int, end: int) -> None:
        """Read the current line, and those that its last value goes on in."""
        at = self.source.indent_ends[self.source.line]
        if at == end:
            return
        first = self.text[at]
        if first == "#":
            self.source.comment(at)
            return
        column = at - start
        if first == "\t":
            at = rest_of_line(self.source, at)
            if at < 0:
                return
            column = self.recovery.column_after_tab(at)
        elif column == 0 and first in "-.%" and self._document_mark(start, end):
            return
        self.nesting.close(column)
        plain = match_plain_line(self.text, at, end)
        if plain is not None:
            self._plain_line(plain, column)
        else:
            self._parts(at, column, True)

    def _document_mark(self, start: int, end: int) -> bool:
        """Whether this line starts or ends a document, or is a directive; reads what follows `---`."""
        first = self.text[start]
        if first == "%":
            return not self.nesting.document_open
        if not self.source.is_document_mark(self.source.line):
            return False
        self.nesting.end_document()
        at = rest_of_line(self.source, start + 3)
        if first == "-":
            self.nesting.start_document()
            self._parts(at, at - start, False)
        elif at >= 0:
            self.source.report(at, end, "Only a comment may follow '...'; start the next document with '---'")
        return True

    def _parts(self, at: int, column: int, fresh: bool) -> None:
        """A line part by part: dashes, then a key, then a value."""
        margin = at - column
        while at >= 0:
            at = self._part(at, at - margin, fresh)
            fresh = False

    def _part(self, at: int, column: int, fresh: bool) -> int:
        """Read what stands at `at`; where the next part starts, or -1. `fresh`: first in its line."""
        text, end = self.text, self.source.end
        first = text[at]
        if first == "-" and is_indicator(text, at, end):
            return self._item(at, column, fresh)
        nesting = self.nesting
        if fresh:
            nesting.end_list(column)
        if first in "?:" and is_indicator(text, at, end):
            return self._explicit(at, column, fresh)
        start, before = at, nesting.pending
        if first in "&!":
            at = self._properties(at)
            if at < 0:
                return -1
        key = find_key(text, at, end)
        if key is None:
            self._text(at, column, fresh)
            return -1
        nesting.pending = before
        mapping = self._mapping(start, column, fresh)
        nesting.add_pair(mapping, read_key(self.source, start, at, key), key.colon)
        return self._value(key.after, mapping) if key.after < end else -1

    def _plain_line(self, line: re.Match[str], column: int) -> None:
        """What most lines are: a plain key, and nothing or a plain value behind it."""
        source, nesting = self.source, self.nesting
        at, key_end = line.span(1)
        mapping = nesting.top
        if mapping.indent != column or not isinstance(mapping, OpenMapping):
            nesting.end_list(column)
            mapping = self._mapping(at, column, True)
        nesting.add_pair(mapping, Scalar(Span(at, key_end), Style.PLAIN, line[1]), key_end)
        if line[2] is None:
            return
        if source.next_line_ends(mapping.indent):
            nesting.put(Scalar(Span(*line.span(2)), Style.PLAIN, line[2]))
        else:
            nesting.put(read_plain(source, line.start(2), mapping.indent))

    def _properties(self, at: int) -> int:
        """Keep the anchor and tag at `at` for the next node; the offset of what follows, or -1."""
        found = read_properties(self.text, at, self.source.end)
        self.nesting.keep(found, strip_end(self.text, at, found.end))
        return rest_of_line(self.source, found.end)

    def _item(self, at: int, column: int, fresh: bool) -> int:
        """A dash: the next item of the list that is open at this column, or the first of a new one."""
        top = self.nesting.top
        if not (isinstance(top, OpenSequence) and top.indent == column and fresh):
            top = self._sequence(at, column, top, fresh)
        self.nesting.add_item(top, at)
        return rest_of_line(self.source, at + 1)

    def _sequence(self, at: int, column: int, top: Open, fresh: bool) -> OpenSequence:
        """A new list, or the likeliest one for a dash that stands wrong."""
        node = Sequence(Span(at, at + 1), [], column, [])
        below_key = isinstance(top, OpenMapping) and top.indent == column
        if top.waits and (top.indent < column or below_key):
            self.nesting.put(node)
        elif top.loose is not None and column >= top.loose.column:
            self.recovery.half_key_above(top.loose).put(node)
        elif isinstance(top, OpenSequence) and top.node.indent == column and fresh:
            node = top.node  # back in line after an item that stood wrong
        else:
            node = self.recovery.misplaced_item(at, node)
        opened = OpenSequence(node, column)
        self.nesting.push(opened)
        return opened

    def _explicit(self, at: int, column: int, fresh: bool) -> int:
        """A `?` before a key that is no single word, or the `:` on a line of its own after it."""
        is_key = self.text[at] == "?"
        top = self.nesting.top
        if is_key or not (isinstance(top, OpenMapping) and top.indent == column and top.in_key):
            top = self._mapping(at, column, fresh)
            self.nesting.add_pair(top, Scalar(Span(at + is_key, at + is_key), Style.PLAIN, ""), None)
        if not is_key and top.pair is not None:
            self.nesting.settle()
            top.pair.colon = at
        top.in_key = is_key
        top.waits = True
        self.nesting.reached = at + 1
        return rest_of_line(self.source, at + 1)

    def _mapping(self, at: int, column: int, fresh: bool) -> OpenMapping:
        """The mapping that a key at `column` belongs to: an open one, a new one, or the likeliest."""
        top = self.nesting.top
        if isinstance(top, OpenMapping) and top.indent == column and fresh:
            return top
        opened = OpenMapping(Mapping(Span(at, at + 1), [], column), column)
        if top.waits and column > top.indent:
            self.nesting.put(opened.node)
        elif top.loose is not None and column >= top.loose.column:
            half = self.recovery.half_key_above(top.loose)
            if column == half.indent:
                return half
            half.put(opened.node)
        elif isinstance(top, OpenMapping) and top.node.indent == column and fresh:
            opened = OpenMapping(top.node, column)  # back in line after a key that stood wrong
        else:
            opened = self.recovery.misplaced_key(at, opened)
        self.nesting.push(opened)
        return opened

    def _value(self, at: int, mapping: OpenMapping) -> int:
        """What follows the colon of a key; the offset of a dash that must not stand there, or -1."""
        first = self.text[at]
        if first == "#":
            self.source.comment(at)
            return -1
        if first in "&!":
            at = self._properties(at)
            if at < 0:
                return -1
            first = self.text[at]
        if first == "-" and is_indicator(self.text, at, self.source.end):
            message = "A list cannot start on its key's line; put it on the next line"
            self.source.report(at, line_end(self.source, at), message)
            return at
        self.nesting.put(read_value(self.source, at, mapping.indent))
        return -1

    def _text(self, at: int, column: int, fresh: bool) -> None:
        """A line, or what follows a dash, that is no key: a value, or half a key."""
        top = self.nesting.top
        below_half_key = isinstance(top, OpenMapping) and top.has_half_key
        if not top.waits or below_half_key or (column <= top.indent and fresh):
            self.recovery.misplaced_text(at, column)
            return
        node = read_node(self.source, at, top.indent, column)
        if isinstance(node, Mapping | Sequence) and (colon := self._colon_after(node)) >= 0:
            self._collection_as_key(node, colon, column)
            return
        self.nesting.put(node)
        if isinstance(node, Scalar) and node.style is Style.PLAIN:
            top.loose = Loose(node, column)

    def _colon_after(self, node: Node) -> int:
        end = self.source.end
        at = skip_blanks(self.text, node.span.end, end)
        return at if at < end and self.text[at] == ":" and is_indicator(self.text, at, end) else -1

    def _collection_as_key(self, node: Mapping | Sequence, colon: int, column: int) -> None:
        """`[a, b]: value`."""
        before, self.nesting.pending = self.nesting.pending, None
        mapping = self._mapping(node.span.start, column, False)
        self.nesting.add_pair(mapping, node, colon)
        if before is not None:
            node.anchor, node.tag = before
        at = rest_of_line(self.source, colon + 1)
        if at >= 0:
            self.nesting.put(read_value(self.source, at, mapping.indent))
