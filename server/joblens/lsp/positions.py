"""Offsets to positions and back, in the unit that editor and server agreed on; alone knows of UTF-16."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from joblens.text.document import Document
from joblens.text.nodes import Span

Encoding = types.PositionEncodingKind | str


@dataclass(frozen=True, slots=True)
class Positions:
    """The places of one document as the editor counts them."""

    document: Document
    encoding: Encoding = types.PositionEncodingKind.Utf16

    def offset_at(self, position: types.Position) -> int:
        """The offset of a position; one beyond the line's or the text's end counts as that end."""
        document = self.document
        if position.line >= len(document.line_starts):
            return len(document.text)
        line = document.line_text(position.line)
        start = document.line_starts[position.line]
        if line.isascii() or self.encoding == types.PositionEncodingKind.Utf32:
            return start + min(position.character, len(line))
        units = 0
        for index, char in enumerate(line):
            if units >= position.character:
                return start + index
            units += self._width(char)
        return start + len(line)

    def at(self, offset: int) -> types.Position:
        """The position of an offset."""
        return types.Position(*self.place(offset))

    def place(self, offset: int) -> tuple[int, int]:
        """The line and character of an offset's position."""
        document = self.document
        line, column = document.position(offset)
        if document.text.isascii():  # told at once, without a look at the text
            return line, column
        start = document.line_starts[line]
        return line, self.length(document.text[start : start + column])

    def range_of(self, span: Span) -> types.Range:
        """The range of a span."""
        return types.Range(self.at(span.start), self.at(span.end))

    def length(self, text: str) -> int:
        """How many units a text takes."""
        if text.isascii() or self.encoding == types.PositionEncodingKind.Utf32:
            return len(text)
        return sum(map(self._width, text))

    def _width(self, char: str) -> int:
        if self.encoding == types.PositionEncodingKind.Utf8:
            return 1 if char < "\x80" else 2 if char < "\u0800" else 3 if char <= "\uffff" else 4
        return 2 if char > "\uffff" else 1
