"""Lines that YAML does not allow: what is said of them, and what they are most likely meant to be."""

from __future__ import annotations

from bisect import bisect_right

from joblens.text.content import line_end, read_in_line
from joblens.text.extents import read_plain_line
from joblens.text.nesting import Nesting
from joblens.text.nodes import Mapping, Scalar, Sequence, Span, Style
from joblens.text.open import Loose, OpenMapping, OpenSequence
from joblens.text.source import TAB, Source
from joblens.text.tokens import strip_end


class Recovery:
    """Reads on after a mistake, so that it spoils nothing but its own line."""

    def __init__(self, source: Source, nesting: Nesting) -> None:
        self.source = source
        self.nesting = nesting
        self._line_with_tab = -2

    def column_after_tab(self, at: int) -> int:
        """The column that a line indented by tabs was most likely meant to have."""
        source = self.source
        if self._line_with_tab != source.line - 1:  # a block indented by tabs is one mistake
            tab = source.text.index("\t", source.start, at)
            end = tab + 1
            while source.text[end] == "\t":
                end += 1
            source.report(tab, end, TAB)
        self._line_with_tab = source.line
        top = self.nesting.top
        return top.indent + 2 if top.waits else max(top.indent, 0)

    def misplaced_key(self, at: int, opened: OpenMapping) -> OpenMapping:
        """Where a key with a wrong indentation goes on: among those just closed, else in the nearest."""
        message = "This key is not indented like its neighbours; line it up with them"
        self._report(at, line_end(self.source, at), message, opened.indent)
        nesting = self.nesting
        near = nesting.closed if isinstance(nesting.closed, OpenMapping) else nesting.top
        if isinstance(near, OpenMapping):
            return OpenMapping(near.node, opened.indent)
        if isinstance(near, OpenSequence):
            near.node.items.append(opened.node)
            near.node.starts.append(opened.node.span.start)
        elif isinstance(root := near.roots[-1], Mapping):
            return OpenMapping(root, opened.indent)
        return opened

    def misplaced_item(self, at: int, node: Sequence) -> Sequence:
        """Which list a dash at a wrong column goes on with: the one that this line closed, else none."""
        message = "A list item where none can stand; check its indentation"
        self._report(at, line_end(self.source, at), message, node.indent)
        closed = self.nesting.closed
        return closed.node if isinstance(closed, OpenSequence) else node

    def misplaced_text(self, at: int, column: int) -> None:
        """Text that is no key where a key should stand: half a key, or nothing we know."""
        nesting = self.nesting
        top = nesting.top
        if isinstance(top, OpenMapping) and top.has_half_key and column > top.indent:
            read_plain_line(self.source, at)  # part of a value whose key is half typed
            return
        in_line = isinstance(top, OpenMapping) and top.indent == column
        near = nesting.closed if isinstance(nesting.closed, OpenMapping) and not in_line else top
        nesting.pending = None
        node = read_in_line(self.source, at)
        if isinstance(near, OpenMapping):
            if near is not top:
                nesting.push(near)
            nesting.add_pair(near, node, None)
            self._report_half_key(node.span, near.indent)
            return
        self.source.incomplete.append(node.span)
        message = "More text where none can stand; indent it as a value, or write ': ' after a key"
        self._report(*node.span, message, column)

    def half_key_above(self, loose: Loose) -> OpenMapping:
        """The word taken as a value is half a key: entries follow at its column or below it."""
        nesting = self.nesting
        key = self._first_line(loose.scalar)
        half = loose.as_mapping(key)
        nesting.top.put(half.node)
        nesting.top.loose = None
        nesting.push(half)
        self._report_half_key(key.span, loose.column)
        return half

    def _first_line(self, scalar: Scalar) -> Scalar:
        source = self.source
        start, end = scalar.span
        line_end = source.ends[bisect_right(source.starts, start) - 1]
        if end <= line_end:
            return scalar
        end = strip_end(source.text, start, line_end)
        return Scalar(Span(start, end), Style.PLAIN, source.text[start:end], scalar.anchor, scalar.tag)

    def _report_half_key(self, span: Span, column: int) -> None:
        self.source.incomplete.append(span)
        self._report(span.start, span.end, "A key without a colon; write ': ' after it", column)

    def _report(self, start: int, end: int, message: str, column: int) -> None:
        """Note a mistake, unless it stands below half a key: what it will be, only the whole key tells."""
        for opened in self.nesting.stack:
            if isinstance(opened, OpenMapping) and opened.has_half_key and opened.indent < column:
                return
        self.source.report(start, end, message)
