"""The text of the old file cut into pieces: each entry that moves, with the comments that are its own."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from joblens.job.moved import Part, paths
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Pair, Path, Scalar, Style

_DOCUMENT_MARK = re.compile(r"(?:---|\.\.\.)(?:\s|$)")
_SCHEMA_COMMENT = re.compile(r"\s*#\s*yaml-language-server\s*:")


class UnfitError(Exception):
    """The text is laid out so that its pieces cannot be moved."""


@dataclass(slots=True)
class Piece:
    """One entry of a mapping as it is written, in whole lines; in flow style, without lines of its own."""

    pair: Pair
    column: int
    """Of the key; -1 in flow style."""
    start: int
    """Where the key's line starts."""
    end: int
    """Where the line after its last one starts; comments that are indented as its value belong to it."""
    above: list[str] = field(default_factory=list)
    """The blank lines and the comments between the entry before and this one."""
    head: list[str] = field(default_factory=list)
    """Comments that its own lines hold, if the mapping in it is taken apart."""
    tail: list[str] = field(default_factory=list)
    """Comments of entries after it that went."""


class SourceText:
    """The document's pieces by their paths: those that the new job takes up, and those around them."""

    def __init__(self, document: Document, job: Part) -> None:
        self.document = document
        self.text = document.text
        self.newline = next((one for one in ("\r\n", "\n", "\r") if one in document.text), "\n")
        self.pieces: dict[Path, Piece] = {}
        self.lead: list[str] = []
        """The lines before the first entry that are the file's, not the entry's."""
        self.rest: list[str] = []
        """The lines after the last entry."""
        self._taken = set(paths(job))
        self.opened = {path[:length] for path in self._taken for length in range(len(path))}
        self._comments = [span.start for span in document.tree.comments]
        root = document.tree.root
        if not isinstance(root, Mapping):
            raise UnfitError
        self.root = root
        if root.indent < 0:
            self._read_flow_root(root)
        else:
            self._read_root(root)

    @property
    def step(self) -> int:
        """How much deeper a mapping stands than the one around it, as the file has it."""
        nested = [pair.value for pair in self.root.pairs if isinstance(pair.value, Mapping)]
        return next((node.indent for node in nested if node.indent > 0), 2)

    def lines(self, start: int, end: int) -> list[str]:
        """The text between two offsets, cut after each line's end."""
        starts = self.document.line_starts
        cuts = [start, *(at for at in starts[bisect_left(starts, start + 1) :] if at < end), end]
        return [self.text[one:other] for one, other in pairwise(cuts) if one < other]

    def _line_start(self, offset: int) -> int:
        return self.document.line_starts[self.document.line_of(offset)]

    def next_line(self, offset: int) -> int:
        """Where the line after the one of an offset starts."""
        line = self.document.line_of(offset) + 1
        starts = self.document.line_starts
        return starts[line] if line < len(starts) else len(self.text)

    def _comments_in(self, start: int, end: int) -> list[str]:
        spans = self.document.tree.comments[bisect_left(self._comments, start) :]
        return [self.text[span.start : span.end] for span in spans if span.start < end]

    def _read_flow_root(self, root: Mapping) -> None:
        self.lead = [comment + self.newline for comment in self._comments_in(0, len(self.text))]
        self._read_flow(root, ())

    def _read_root(self, root: Mapping) -> None:
        first = self._line_start(root.pairs[0].key.span.start)
        if self.text[first : root.pairs[0].key.span.start].strip(" \ufeff"):
            raise UnfitError
        before = self.lines(0, first)
        own = _own_lines(before)
        self.lead = before[: len(before) - own]
        start = first - sum(len(line) for line in before[len(before) - own :])
        after = self.lines(self.next_line(root.span.end), len(self.text))
        mark = next((index for index, line in enumerate(after) if _DOCUMENT_MARK.match(line)), len(after))
        end = len(self.text) - sum(len(line) for line in after[mark:])
        rest = self._read(root, (), start, end)
        self.rest = [*self.lines(rest, end), *after[mark:]]

    def _read(self, mapping: Mapping, path: Path, start: int, end: int) -> int:
        """Cut a block mapping into its pieces; answers where its last one ends."""
        gone: list[str] = []
        kept: Piece | None = None
        for index, pair in enumerate(mapping.pairs):
            if not isinstance(pair.key, Scalar):
                raise UnfitError
            line = self._line_start(pair.key.span.start)
            last = index + 1 == len(mapping.pairs)
            following = end if last else self._line_start(mapping.pairs[index + 1].key.span.start)
            stop = end if last and path else self._end(mapping, pair, following)
            piece = Piece(pair, mapping.indent, line, stop, self.lines(start, line))
            place = (*path, pair.key.value)
            if self._is_last_of_its_name(mapping, pair) and (place in self._taken or place in self.opened):
                piece.above = [*gone, *piece.above]
                gone, kept = [], piece
                self.pieces[place] = piece
                piece.head = self._comments_in(self._inside(pair, line), stop)
                if place in self.opened:
                    self._open(piece, place)
            else:
                gone += [
                    " " * mapping.indent + comment + self.newline
                    for comment in self._comments_in(start, stop)
                ]
            start = stop
        if gone and kept is not None:
            kept.tail += gone
        elif gone:
            raise UnfitError
        return start

    def _inside(self, pair: Pair, line: int) -> int:
        """Where what a mapping below a key's line says starts; of another value, that line itself."""
        block = isinstance(pair.value, Mapping) and pair.value.indent >= 0
        return self.next_line(pair.colon or line) if block else line

    def _is_last_of_its_name(self, mapping: Mapping, pair: Pair) -> bool:
        assert isinstance(pair.key, Scalar)
        return self.document.tree.entries(mapping).get(pair.key.value) is pair

    def _open(self, piece: Piece, path: Path) -> None:
        value = piece.pair.value
        if isinstance(value, Mapping) and value.indent >= 0:
            inner = self.next_line(piece.pair.colon or piece.start)
            piece.head = self._comments_in(piece.start, inner)
            self._read(value, path, inner, piece.end)
        elif isinstance(value, Mapping):
            self._read_flow(value, path)

    def _read_flow(self, mapping: Mapping, path: Path) -> None:
        for pair in mapping.pairs:
            if not isinstance(pair.key, Scalar):
                raise UnfitError
            place = (*path, pair.key.value)
            self.pieces[place] = Piece(pair, -1, pair.key.span.start, pair.key.span.end)
            if place in self.opened and isinstance(pair.value, Mapping):
                self._read_flow(pair.value, place)

    def _end(self, mapping: Mapping, pair: Pair, following: int) -> int:
        """Where an entry ends: after its value, and the comments that are indented deeper than its key."""
        value = pair.value
        body = self.next_line(value.span.end if value is not None else pair.colon or pair.key.span.end)
        end = min(body, following)
        at = end
        keeps_blanks = isinstance(value, Scalar) and _keeps_blanks(value, self.text)
        for line in self.lines(end, following):
            at += len(line)
            content = line.lstrip(" ")
            deeper = content.startswith("#") and len(line) - len(content) > mapping.indent
            if deeper or (keeps_blanks and not content.strip()):
                end = at
        return end


def _keeps_blanks(value: Scalar, text: str) -> bool:
    """Whether the blank lines after a block scalar are part of it."""
    header = text[value.span.start : value.span.start + 3].split("\n")[0]
    return value.style in (Style.LITERAL, Style.FOLDED) and "+" in header


def _own_lines(before: list[str]) -> int:
    """How many of the lines before the first entry are about that entry: comments that touch it."""
    count = 0
    for line in reversed(before):
        if not line.lstrip(" ").startswith("#") or _SCHEMA_COMMENT.match(line):
            break
        count += 1
    return count
