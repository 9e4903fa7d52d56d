"""Comments that suppress problems: of a line, of the next one, or of the file.

Only what YAML takes for a comment counts: inside a block scalar the same words are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.text.nodes import Scalar, Span

UNUSED = "JL901"
"""What is said of a comment that suppresses nothing; one for all codes does not hide it."""
_COMMENT = re.compile(r"#\s*joblens:\s*(ignore(?:-file)?)\b(?!-)(?:[ \t]*\[([^\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of a comment, or the beginning of codes; an empty one stands for all."""

    code: str
    span: Span

    def covers(self, code: str) -> bool:
        """Whether a problem of this code is suppressed."""
        return code.startswith(self.code) and (self.code != "" or code != UNUSED)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment, the lines it speaks of (None: all), and which of its entries something was suppressed by."""

    span: Span
    lines: frozenset[int] | None
    entries: tuple[Entry, ...]
    used: set[Entry] = field(default_factory=set)

    def takes(self, code: str, lines: set[int]) -> bool:
        """Whether it suppresses a problem of these lines; remembers what by."""
        if self.lines is not None and self.lines.isdisjoint(lines):
            return False
        covering = [entry for entry in self.entries if entry.covers(code)]
        self.used.update(covering)
        return bool(covering)


def suppressions(subject: Subject) -> list[Suppression]:
    """The document's comments that suppress something, or mean to."""
    text = subject.document.text
    if "joblens:" not in text:
        return []
    found = []
    for comment in subject.tree.comments:
        for match in _COMMENT.finditer(text, comment.start, comment.end):
            lines = _lines_of(subject, comment, match)
            found.append(Suppression(Span(*match.span()), lines, _entries(match)))
    return found


def suppressed(subject: Subject, found: list[Suppression], problem: Problem) -> bool:
    """Whether a comment suppresses the problem; each that does is marked as used."""
    if not found:
        return False
    lines = _lines_with(subject, problem.span.start)
    taking = [one for one in found if one.takes(problem.code, lines)]
    return bool(taking)


def _entries(match: re.Match[str]) -> tuple[Entry, ...]:
    if match[2] is None:
        return (Entry("", Span(*match.span())),)
    codes = re.finditer(r"[^\s,]+", match[2])
    return tuple(
        Entry(one[0], Span(match.start(2) + one.start(), match.start(2) + one.end())) for one in codes
    )


def _lines_of(subject: Subject, comment: Span, match: re.Match[str]) -> frozenset[int] | None:
    """The comment's own line; where it stands alone, the next line that says something, too."""
    document, root = subject.document, subject.tree.root
    if match[1] == "ignore-file":
        at_head = root is None or comment.start < root.span.start
        return None if at_head else frozenset()
    line = document.line_of(comment.start)
    if document.text[document.line_starts[line] : comment.start].strip(" \t\ufeff"):
        return frozenset((line,))
    following = range(line + 1, len(document.line_starts))
    after = (number for number in following if not _is_idle(document.line_text(number)))
    return frozenset((line, next(after, line)))


def _is_idle(line: str) -> bool:
    return line.strip() == "" or line.lstrip().startswith("#")


def _lines_with(subject: Subject, offset: int) -> set[int]:
    """The lines whose comments speak of an offset: its own, and the ends of a text of several lines.

    A comment cannot stand inside such a text, only beside the mark that opens it or after its end.
    """
    document = subject.document
    lines = {document.line_of(offset)}
    node = subject.tree.node_at(subject.tree.path_at(offset))
    if isinstance(node, Scalar) and node.span.start <= offset:
        lines |= {document.line_of(node.span.start), document.line_of(max(node.span.end - 1, offset))}
    return lines
