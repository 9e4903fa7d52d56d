"""The text as YAML's lines, where the reading stands, and what was found on the way."""

from __future__ import annotations

import re
from functools import cached_property

from joblens.text.judge import judge
from joblens.text.nodes import Span
from joblens.text.problem import SyntaxProblem

BREAK = "\r\n|[\n\r\x85\u2028\u2029]"
"""YAML 1.1 ends a line in more ways than an editor does; this matters to columns and folding only."""

TAB = "A tab in the indentation; YAML allows only spaces there"

_LINE_STARTS = re.compile(f"(?:{BREAK})( *)")
_SPACES = re.compile(" *")
_DOCUMENT_MARK = re.compile(r"(?:---|\.\.\.)(?=\s|\Z)")


class Source:
    """A text being read line by line; readers move it on with `advance`."""

    def __init__(self, text: str) -> None:
        self.text = text
        first = 1 if text.startswith("\ufeff") else 0
        spaces = _SPACES.match(text, first)
        self.starts = [first]
        self.ends: list[int] = []
        self.indent_ends = [spaces.end() if spaces else first]
        """The offset of the first character of each line that is no space."""
        for match in _LINE_STARTS.finditer(text):
            end, indent_end = match.span()
            self.ends.append(end)
            self.starts.append(match.start(1))
            self.indent_ends.append(indent_end)
        self.ends.append(len(text))
        self.count = len(self.starts)
        self.line = -1
        self.start = self.end = 0
        self.errors: list[SyntaxProblem] = []
        self.comments: list[Span] = []
        self.incomplete: list[Span] = []
        self._line_with_error = -1

    @cached_property
    def verdict(self) -> SyntaxProblem | None:
        """What libyaml says; asked only where its answer changes how the text is read."""
        return judge(self.text)

    def advance(self) -> bool:
        """Go to the next line; False at the end of the text."""
        line = self.line + 1
        if line >= self.count:
            return False
        self.go_to(line)
        return True

    def go_to(self, line: int) -> None:
        """Make `line` the current one."""
        self.line = line
        self.start = self.starts[line]
        self.end = self.ends[line]

    def is_document_mark(self, line: int) -> bool:
        """Whether a line starts with `---` or `...`."""
        if line >= self.count:
            return False
        return _DOCUMENT_MARK.match(self.text, self.starts[line], self.ends[line]) is not None

    def next_line_ends(self, indent: int) -> bool:
        """Whether the next line has text at column `indent` or before it, and so ends what is deeper."""
        line = self.line + 1
        if line >= self.count:
            return False
        at = self.indent_ends[line]
        return at - self.starts[line] <= indent and at < self.ends[line]

    def next_line_belongs(self, indent: int, closing: str = "") -> bool:
        """Whether brackets still open at the end of this line go on in the next one.

        YAML lets them go on at any column. While someone types, the next line is more likely a neighbour of
        theirs when it is indented no deeper than their parent, so only a valid text has it YAML's way.
        """
        line = self.line + 1
        if line >= self.count or self.is_document_mark(line):
            return False
        at = self.indent_ends[line]
        if at == self.ends[line] or at - self.starts[line] > indent or self.text[at] in closing:
            return True
        return self.verdict is None

    def report(self, start: int, end: int, message: str) -> None:
        """Note a mistake; of several on one line the first stands, the others mostly follow from it."""
        if self._line_with_error != self.line:
            self._line_with_error = self.line
            self.errors.append(SyntaxProblem(Span(start, end), message))

    def comment(self, start: int) -> None:
        """Note a comment that reaches to the end of the current line."""
        self.comments.append(Span(start, self.end))
