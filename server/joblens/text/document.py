"""The text of one file: its tree, and where its lines are."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from joblens.text.locate import Place, place_at
from joblens.text.problem import SyntaxProblem
from joblens.text.tree import Tree, parse

_LINE_BREAK = re.compile("\r\n|\n|\r")


@dataclass(frozen=True)
class Document:
    """A text and what follows from it, each worked out at first use.

    A line ends at \\n, \\r\\n or \\r, as editors count them (and never at U+2028).
    """

    text: str
    path: Path | None = None
    """The file on disk; None while it is not saved."""

    @cached_property
    def tree(self) -> Tree:
        """The text as YAML nodes."""
        return parse(self.text)

    @property
    def problems(self) -> list[SyntaxProblem]:
        """What makes the text no valid YAML."""
        return self.tree.errors

    def place_at(self, offset: int) -> Place:
        """What can be typed at an offset."""
        return place_at(self, offset)

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of each line's first character; an empty text has one line."""
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def line_of(self, offset: int) -> int:
        """The number of the line that holds an offset, from 0."""
        return bisect_right(self.line_starts, min(max(offset, 0), len(self.text))) - 1

    def line_text(self, line: int) -> str:
        """A line without its end; empty beyond the last line."""
        if not 0 <= line < len(self.line_starts):
            return ""
        end = self.line_starts[line + 1] if line + 1 < len(self.line_starts) else len(self.text)
        return self.text[self.line_starts[line] : end].rstrip("\r\n")

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (in code points) of an offset."""
        offset = min(max(offset, 0), len(self.text))
        starts = self.line_starts
        line = bisect_right(starts, offset) - 1
        return line, offset - starts[line]

    def offset(self, line: int, column: int) -> int:
        """The offset of a place; a place beyond the end of its line or of the text is moved to that end."""
        if line < 0:
            return 0
        if line >= len(self.line_starts):
            return len(self.text)
        return self.line_starts[line] + min(max(column, 0), len(self.line_text(line)))
