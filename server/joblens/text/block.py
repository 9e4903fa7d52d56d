"""The line loop: which collection each line of a text belongs to, by its column."""

from __future__ import annotations

from joblens.text.extents import read_block, read_plain, read_plain_line, read_quoted
from joblens.text.flow import read_flow
from joblens.text.nodes import Alias, Mapping, Node, Pair, Scalar, Sequence, Span, Style
from joblens.text.open import Loose, Open, OpenDocument, OpenMapping, OpenSequence
from joblens.text.source import Source
from joblens.text.tokens import (
    comment_start,
    find_key,
    is_indicator,
    read_properties,
    skip_blanks,
    starts_plain,
    strip_end,
)


class BlockReader:
    """Reads a text into `document.roots`; wrong lines are reported and read as what they most likely mean."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.document = OpenDocument()
        self.document_open = False
        self.stack: list[Open] = [self.document]
        self.closed: Open | None = None
        """The outermost collection that the current line closed."""
        self.pending: tuple[str | None, str | None] | None = None
        """An anchor and a tag that wait for their node."""
        self.reached = 0

    def read(self) -> None:
        """Read all lines."""
        source = self.source
        while source.advance():
            self._line(source.start, source.end)
        self._close(-1)
        if self.pending is not None:
            self._fill_with_nothing()

    def _line(self, start: int, end: int) -> None:
        text = self.text
        at = self.source.indent_end(self.source.line)
        if at == end:
            return
        first = text[at]
        if first == "#":
            self.source.comment(at)
            return
        column = at - start
        if first == "\t":
            at = skip_blanks(text, at, end)
            if at == end or text[at] == "#":
                if at < end:
                    self.source.comment(at)
                return
            column = self._column_after_tab(start, at)
        elif column == 0 and first in "-.%" and self._document_mark(start, end):
            return
        self._close(column)
        self._entry(at, column, True)

    def _column_after_tab(self, start: int, at: int) -> int:
        """The column that a line indented by tabs was most likely meant to have."""
        tab = self.text.index("\t", start, at)
        self.source.report(tab, at, "A tab in the indentation; YAML allows only spaces there")
        top = self.stack[-1]
        return top.indent + 2 if top.waits else max(top.indent, 0)

    def _document_mark(self, start: int, end: int) -> bool:
        """Whether this line starts or ends a document, or is a directive; reads what follows `---`."""
        text = self.text
        if text[start] == "%":
            return not self.document_open
        if not self.source.is_document_mark(self.source.line):
            return False
        self._close(-1)
        if self.pending is not None:
            self._fill_with_nothing()
        self.document_open = False
        at = skip_blanks(text, start + 3, end)
        if text[start] == "-":
            self._open_document()
        if at < end and text[at] == "#":
            self.source.comment(at)
        elif at < end and text[start] == "-":
            self._entry(at, at - start, False)
        elif at < end:
            self.source.report(at, end, "Only a comment may follow '...'; start the next document with '---'")
        return True

    def _open_document(self) -> None:
        self.document_open = True
        self.document.roots.append(None)
        self.document.waits = True
        self.document.loose = None

    def _close(self, column: int) -> None:
        """Close the collections deeper than `column`."""
        self.closed = None
        stack = self.stack
        while stack[-1].indent > column and len(stack) > 1:
            self.closed = self._close_top()

    def _close_top(self) -> Open:
        if self.pending is not None:
            self._fill_with_nothing()
        opened = self.stack.pop()
        if not isinstance(opened, OpenDocument):
            opened.node.span = Span(opened.node.span.start, max(self.reached, opened.node.span.end))
        return opened

    def _fill_with_nothing(self) -> None:
        """An anchor or tag without a node after it names an empty one."""
        if self.stack[-1].waits:
            self._put(Scalar(Span(self.reached, self.reached), Style.PLAIN, ""))
        self.pending = None

    def _put(self, node: Node) -> None:
        """Fill the place that waits in the innermost collection."""
        if not self.document_open:
            self._open_document()
        if self.pending is not None and not isinstance(node, Alias):
            node.anchor, node.tag = self.pending
            self.pending = None
        self.stack[-1].put(node)
        if node.span.end > self.reached:
            self.reached = node.span.end

    def _entry(self, at: int, column: int, fresh: bool) -> None:
        """What a line says after its indentation; `fresh` until a dash or another mark stood before it."""
        text, end = self.text, self.source.end
        while text[at] == "-" and is_indicator(text, at, end):
            self._item(at, column, fresh)
            after = self._after(at + 1)
            if after < 0:
                return
            column += after - at
            at, fresh = after, False
        top = self.stack[-1]
        if fresh and isinstance(top, OpenSequence) and top.indent == column:
            self._close_top()  # a list no deeper than its key ends where the next key starts
        if text[at] in "?:" and is_indicator(text, at, end):
            self._explicit(at, column, fresh)
            return
        start, before = at, self.pending
        if text[at] in "&!":
            at = self._properties(at)
            if at < 0:
                return
        key = find_key(text, at, end)
        if key is None:
            self._own_line(at, column, fresh)
            return
        self.pending = before
        mapping = self._mapping(start, column, fresh)
        self._add(mapping, self._key(start, at, key.end), key.colon)
        self._value(key.after, mapping)

    def _after(self, at: int) -> int:
        """The offset of what follows in this line, or -1 when nothing but a comment does."""
        end = self.source.end
        at = skip_blanks(self.text, at, end)
        if at == end:
            return -1
        if self.text[at] == "#":
            self.source.comment(at)
            return -1
        return at

    def _properties(self, at: int) -> int:
        """Keep the anchor and tag at `at` for the next node; the offset of what follows, or -1."""
        anchor, tag, end = read_properties(self.text, at, self.source.end)
        before = self.pending or (None, None)
        self.pending = (anchor or before[0], tag or before[1])
        self.reached = max(self.reached, strip_end(self.text, at, end))
        if end == at:
            return -1
        return self._after(end)

    def _item(self, at: int, column: int, fresh: bool) -> None:
        """A dash: the next item of the list that is open at this column, or the first of a new one."""
        top = self.stack[-1]
        if not (isinstance(top, OpenSequence) and top.indent == column and fresh):
            top = self._new_sequence(at, column, top)
        if self.pending is not None:
            self._fill_with_nothing()
        top.add(at)
        self.reached = at + 1

    def _new_sequence(self, at: int, column: int, top: Open) -> OpenSequence:
        node = Sequence(Span(at, at + 1), [], column, [])
        below_key = isinstance(top, OpenMapping) and top.indent == column
        if top.waits and (top.indent < column or below_key):
            self._put(node)
        elif top.loose is not None and column >= top.loose.column:
            self._half_key_above(top, top.loose).put(node)
        else:
            self._report(at, self._line_end(at), "A list item where none can stand; check its indentation")
            if isinstance(self.closed, OpenSequence):
                node = self.closed.node
        opened = OpenSequence(node, column)
        self.stack.append(opened)
        return opened

    def _line_end(self, at: int) -> int:
        comment = comment_start(self.text, at, self.source.end)
        return strip_end(self.text, at, comment if comment >= 0 else self.source.end)

    def _explicit(self, at: int, column: int, fresh: bool) -> None:
        """A `?` before a key that is no single word, or the `:` on a line of its own after it."""
        top = self.stack[-1]
        answers = (
            self.text[at] == ":"
            and isinstance(top, OpenMapping)
            and top.indent == column
            and top.in_key
            and top.pair is not None
        )
        mapping = top if answers and isinstance(top, OpenMapping) else self._mapping(at, column, fresh)
        if not answers:
            mapping.add(Pair(Scalar(Span(at + 1, at + 1), Style.PLAIN, ""), None, None))
        mapping.in_key = self.text[at] == "?"
        mapping.waits = True
        if self.text[at] == ":" and mapping.pair is not None:
            mapping.pair.colon = at
        self.reached = at + 1
        after = self._after(at + 1)
        if after >= 0:
            self._entry(after, column + after - at, False)

    def _value(self, at: int, mapping: OpenMapping) -> None:
        """What follows the colon of a key."""
        text, end = self.text, self.source.end
        if at >= end:
            return
        if text[at] == "#":
            self.source.comment(at)
            return
        if text[at] in "&!":
            at = self._properties(at)
            if at < 0:
                return
        if text[at] == "-" and is_indicator(text, at, end):
            self.source.report(
                at, self._line_end(at), "A list cannot start on its key's line; put it on the next line"
            )
            self._entry(at, at - self.source.start, False)
            return
        self._put(self._node(at, mapping.indent, value=True))

    def _add(self, mapping: OpenMapping, key: Node, colon: int | None) -> None:
        if self.pending is not None:
            self._fill_with_nothing()
        mapping.add(Pair(key, colon, None))
        self.reached = key.span.end if colon is None else colon + 1

    def _key(self, start: int, at: int, end: int) -> Node:
        """The key at `at`, its anchor and tag from `start`."""
        text = self.text
        first = text[at]
        if first == "*":
            return Alias(Span(at, end), text[at + 1 : end])
        if first in "\"'":
            key = read_quoted(self.source, at)
        else:
            key = Scalar(Span(at, end), Style.PLAIN, text[at:end])
        if start < at:
            key.anchor, key.tag, _ = read_properties(text, start, at)
        return key

    def _mapping(self, at: int, column: int, fresh: bool) -> OpenMapping:
        """The mapping that a key at `column` belongs to: an open one, a new one, or the likeliest."""
        top = self.stack[-1]
        if isinstance(top, OpenMapping) and top.indent == column and fresh:
            return top
        opened = OpenMapping(Mapping(Span(at, at + 1), [], column), column)
        if top.waits and column > top.indent:
            self._put(opened.node)
        elif top.loose is not None and column >= top.loose.column:
            half = self._half_key_above(top, top.loose)
            if column == half.indent:
                return half
            half.put(opened.node)
        else:
            self._report(
                at, self._line_end(at), "This key is not indented like its neighbours; line it up with them"
            )
            opened = self._likeliest_mapping(top, opened)
        self.stack.append(opened)
        return opened

    def _half_key_above(self, top: Open, loose: Loose) -> OpenMapping:
        """The word taken as a value is a key without its colon: keys follow it at its column or below it."""
        half = loose.as_mapping()
        top.put(half.node)
        top.loose = None
        self.stack.append(half)
        self._report_half_key(loose.scalar.span)
        return half

    def _report_half_key(self, span: Span) -> None:
        self.source.incomplete.append(span)
        self._report(span.start, span.end, "A key without a colon; write ': ' after it")

    def _report(self, start: int, end: int, message: str) -> None:
        """Note a mistake, unless it stands below half a key: what it will be, only the whole key tells."""
        for opened in self.stack[:-1]:
            if isinstance(opened, OpenMapping) and opened.has_half_key:
                return
        self.source.report(start, end, message)

    def _likeliest_mapping(self, top: Open, opened: OpenMapping) -> OpenMapping:
        """Where a key with a wrong indentation goes on: among those just closed, else in the nearest."""
        near = self.closed if isinstance(self.closed, OpenMapping) else top
        if isinstance(near, OpenMapping):
            return OpenMapping(near.node, opened.indent)
        if isinstance(near, OpenSequence):
            near.node.items.append(opened.node)
            near.node.starts.append(opened.node.span.start)
        elif isinstance(root := self.document.roots[-1], Mapping):
            return OpenMapping(root, opened.indent)
        return opened

    def _own_line(self, at: int, column: int, fresh: bool) -> None:
        """A line, or what follows a dash, that is no key: a value, or half a key."""
        top = self.stack[-1]
        if top.waits and (column > top.indent or not fresh):
            self._value_on_own_line(at, column, top)
            return
        near = top
        if isinstance(self.closed, OpenMapping) and not (
            isinstance(top, OpenMapping) and top.indent == column
        ):
            near = self.closed
        self.pending = None
        node = self._one_line_node(at)
        if isinstance(near, OpenMapping):
            if near is not top:
                self.stack.append(near)
            self._add(near, node, None)
            self._report_half_key(node.span)
            return
        self.source.incomplete.append(node.span)
        self._report(
            *node.span, "More text where none can stand; indent it as a value, or write ': ' after a key"
        )

    def _value_on_own_line(self, at: int, column: int, top: Open) -> None:
        line = self.source.line
        node = self._node(at, top.indent, column=column)
        end = self.source.end
        after = skip_blanks(self.text, node.span.end, end)
        if (
            isinstance(node, Mapping | Sequence)
            and after < end
            and self.text[after] == ":"
            and is_indicator(self.text, after, end)
        ):
            mapping = self._mapping(at, column, False)
            self._add(mapping, node, after)
            at = self._after(after + 1)
            if at >= 0:
                self._put(self._node(at, mapping.indent, value=True))
            return
        self._put(node)
        if isinstance(node, Scalar) and node.style is Style.PLAIN and self.source.line == line:
            top.loose = Loose(node, column)

    def _one_line_node(self, at: int) -> Node:
        if self.text[at] in "\"'":
            return read_quoted(self.source, at)
        return read_plain_line(self.source, at)

    def _node(self, at: int, indent: int, value: bool = False, column: int = -1) -> Node:
        """The scalar, alias or flow collection at `at`, inside a collection at column `indent`."""
        text = self.text
        first = text[at]
        if first in "|>":
            return read_block(self.source, at, indent)
        if first in "\"'":
            scalar = read_quoted(self.source, at)
            self._nothing_after(scalar.span.end)
            return scalar
        if first in "[{":
            node, end = read_flow(self.source, at, indent)
            self._nothing_after(end)
            return node
        if first == "*":
            end = self._line_end(at)
            return Alias(Span(at, end), text[at + 1 : end])
        return self._plain(at, indent, value, column)

    def _nothing_after(self, at: int) -> None:
        end = self.source.end
        after = skip_blanks(self.text, at, end)
        if after >= end:
            return
        if self.text[after] == "#":
            self.source.comment(after)
        elif self.text[after] != ":":
            self.source.report(
                after, self._line_end(after), "More text after the end of the value; put all of it in quotes"
            )

    def _plain(self, at: int, indent: int, value: bool, column: int) -> Scalar:
        source = self.source
        line_end = source.end
        if not starts_plain(self.text, at, line_end):
            source.report(at, at + 1, f"A value cannot start with '{self.text[at]}'; put it in quotes")
        elif value and (second := find_key(self.text, at, line_end)):
            source.report(at, second.colon + 1, "A second ': ' in this line; put the value in quotes")
        return read_plain(source, at, indent, column)
