"""The new job written with the old file's pieces: moved, renamed, indented anew, and otherwise untouched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import yaml

from joblens.job.migrate.source import Piece, SourceText, UnfitError
from joblens.job.moved import Part, Taken, paths
from joblens.text.nodes import Mapping, Path, Scalar, Span, Style
from joblens.text.offsets import source_offsets

_LINE = re.compile("[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_Entry = Taken | Part
_Change = tuple[Span, str]
"""A range of the old text, and what takes its place."""


def written(source: SourceText, job: Part) -> str:
    """The text of the new job."""
    writer = _Writer(source)
    if source.root.indent < 0 and not _has_line_break(source, source.root.span):
        lines = [*source.lead, writer.flow(job) + source.newline]
    else:
        lines = [*source.lead, *writer.block(job, 0), *source.rest]
    text = "".join(_ended(lines, source.newline))
    return text if source.text.endswith(("\n", "\r")) else text.removesuffix(source.newline)


class _Writer:
    """Knows which pieces and comments are written: what two values were made of is said once."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self._said: set[Path] = set()
        self._written: set[Path] = set()

    def block(self, part: Part, column: int) -> list[str]:
        """The lines of a mapping in block style."""
        return [line for key, entry in self._ordered(part) for line in self._entry(key, entry, column)]

    def flow(self, part: Part) -> str:
        """The text of a mapping in flow style."""
        return "{" + ", ".join(self._flow_entry(key, entry) for key, entry in self._ordered(part)) + "}"

    def _flow_entry(self, key: str, entry: _Entry) -> str:
        return f"{key}: {self.flow(entry) if isinstance(entry, Part) else self._value(entry)}"

    def _ordered(self, part: Part) -> list[tuple[str, _Entry]]:
        """The entries in the order of the old text; what is new stands after what it follows in the plan."""
        old = [(key, entry) for key, entry in part.entries.items() if _origin(entry) is not None]
        ordered = sorted(old, key=lambda one: self._rank(part.home or (), *one))
        before: tuple[str, _Entry] | None = None
        for one in part.entries.items():
            if one not in ordered:
                ordered.insert(ordered.index(before) + 1 if before else 0, one)
            before = one
        return ordered

    def _rank(self, home: Path, key: str, entry: _Entry) -> tuple[int, bool, int]:
        """Where an entry stands: with the old one that it was in, behind that one's own successor."""
        origin = _origin(entry) or ()
        within = origin[: len(home) + 1]
        return self._offset(within), key != within[-1] and origin != within, self._offset(origin)

    def _offset(self, path: Path) -> int:
        return self._piece(path).pair.key.span.start

    def _piece(self, path: Path) -> Piece:
        try:
            return self.source.pieces[path]
        except KeyError as error:  # Reached through an alias or a merge.
            raise UnfitError from error

    def _entry(self, key: str, entry: _Entry, column: int) -> list[str]:
        if isinstance(entry, Part):
            return self._part(key, entry, column)
        if entry.path is None:
            return self._new(key, entry.value, column)
        repeated = entry.path in self._written
        self._written.add(entry.path)
        above = self._above(entry.path, column)
        piece = self._piece(entry.path)
        if piece.column < 0 or repeated:
            return [*above, f"{' ' * column}{key}: {self._value(entry)}{self.source.newline}"]
        changes = [*self._renamed(piece, key), *self._changes(entry, piece)]
        return [*above, *self._moved(piece, changes, column)]

    def _part(self, key: str, part: Part, column: int) -> list[str]:
        if part.home is None:
            return self._below(f"{' ' * column}{key}:", self.block(part, column + self.source.step))
        above = self._above(part.home, column)
        piece = self._piece(part.home)
        value = piece.pair.value
        if isinstance(value, Mapping) and value.indent < 0:
            return [*above, *self._flow_part(key, part, piece, column)]
        if not isinstance(value, Mapping):
            above += self._own_lines(piece.head, column)
            return [
                *above,
                *self._below(f"{' ' * column}{key}:", self.block(part, column + self.source.step)),
            ]
        colon = piece.pair.colon or piece.start
        shift = column - piece.column
        header = self._changed(piece.start, self.source.next_line(colon), self._renamed(piece, key), shift)
        inside = column + value.indent - piece.column
        above += self._above_first(part, column)
        inner = self.block(part, inside)
        if part.home not in self.source.opened:  # All of it went; its comments stay.
            inner = [*self._own_lines(piece.head, inside), *inner]
        return [*above, *header, *inner, *self._shifted(piece.tail, shift)]

    def _flow_part(self, key: str, part: Part, piece: Piece, column: int) -> list[str]:
        value = piece.pair.value
        assert value is not None
        if piece.column < 0:
            return [f"{' ' * column}{key}: {self.flow(part)}{self.source.newline}"]
        if _has_line_break(self.source, value.span):
            above = self._own_lines(piece.head, column)
            inner = self.block(part, column + self.source.step)
            return [*above, f"{' ' * column}{key}:{self.source.newline}", *inner, *piece.tail]
        changes = [*self._renamed(piece, key), (value.span, self.flow(part))]
        return self._moved(piece, changes, column)

    def _above_first(self, part: Part, column: int) -> list[str]:
        """What stood above the first entry, if that was outside of the map: it stays above the map."""
        first = next(iter(self._ordered(part)), None)
        origin = _origin(first[1]) if first is not None else None
        home = part.home or ()
        if origin is None or origin[: len(home)] == home:
            return []
        lines = self._above(origin, column)
        return lines if any(line.strip() for line in lines) else []

    def _below(self, header: str, inner: list[str]) -> list[str]:
        """A new header above its entries; a blank line before the first of them goes before the header."""
        blank = next((index for index, line in enumerate(inner) if line.strip()), 0)
        return [*inner[:blank], header + self.source.newline, *inner[blank:]]

    def _above(self, path: Path, column: int) -> list[str]:
        """The comments of a piece and of those around it that went, if they are not written yet."""
        lines: list[str] = []
        for length in range(1, len(path) + 1):
            around = path[:length]
            if around in self._said:
                continue
            self._said.add(around)
            piece = self._piece(around)
            lines += self._shifted(piece.above, column - max(piece.column, 0))
            if length < len(path):
                lines += self._own_lines(piece.head, column)
                lines += self._shifted(piece.tail, column - max(piece.column, 0))
        return lines

    def _own_lines(self, comments: list[str], column: int) -> list[str]:
        return [" " * column + comment + self.source.newline for comment in comments]

    def _new(self, key: str, value: object, column: int) -> list[str]:
        dumped = yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=1000)
        return [" " * column + line + self.source.newline for line in dumped.splitlines()]

    def _moved(self, piece: Piece, changes: list[_Change], column: int) -> list[str]:
        shift = column - piece.column
        return [
            *self._changed(piece.start, piece.end, changes, shift),
            *self._shifted(piece.tail, shift),
        ]

    def _changed(self, start: int, end: int, changes: list[_Change], shift: int) -> list[str]:
        """Whole lines of the old text with changes made, indented anew."""
        text = self._with_changes(start, end, changes)
        return self._shifted(_lines(text), shift)

    def _with_changes(self, start: int, end: int, changes: list[_Change]) -> str:
        parts: list[str] = []
        for span, new in sorted(changes):
            parts += (self.source.text[start : span.start], new)
            start = span.end
        return "".join((*parts, self.source.text[start:end]))

    def _shifted(self, lines: list[str], shift: int) -> list[str]:
        if shift >= 0:
            return [" " * shift + line if line.strip("\r\n") else line for line in lines]
        return [line[min(-shift, len(line) - len(line.lstrip(" "))) :] for line in lines]

    def _renamed(self, piece: Piece, key: str) -> list[_Change]:
        node = piece.pair.key
        return [] if isinstance(node, Scalar) and node.value == key else [(node.span, key)]

    def _value(self, entry: Taken) -> str:
        """The value's text alone."""
        if entry.path is None or entry.edits is None:
            return _dumped(entry.value)
        piece = self._piece(entry.path)
        value = piece.pair.value
        if value is None:
            return "null"
        start = (piece.pair.colon or 0) + 1
        return self._with_changes(start, value.span.end, list(self._changes(entry, piece))).strip()

    def _changes(self, entry: Taken, piece: Piece) -> Iterator[_Change]:
        """What changes in the text of a value."""
        value = piece.pair.value
        if entry.edits is None:
            after_colon = (piece.pair.colon or 0) + 1
            end = value.span.end if value is not None else after_colon
            yield Span(after_colon, end), f" {_dumped(entry.value)}"
        elif entry.edits:
            if not isinstance(value, Scalar):
                raise UnfitError
            if value.style is Style.PLAIN and _needs_quotes(entry.value):
                yield value.span, _dumped(entry.value)
                return
            offsets = source_offsets(value, self.source.text)
            for start, end, new in entry.edits:
                # An end maps to what follows it, which may stand lines below: the last character tells it.
                yield Span(offsets[start], offsets[end - 1] + 1), new


def _origin(entry: _Entry) -> Path | None:
    """The place of the old text that an entry comes from."""
    if isinstance(entry, Taken):
        return entry.path
    return entry.home if entry.home is not None else next(paths(entry), None)


def _needs_quotes(value: object) -> bool:
    """Whether a text that was plain would be read as something else now."""
    try:
        return "\n" not in str(value) and yaml.safe_load(str(value)) != value
    except (yaml.YAMLError, ValueError):
        return True


def _dumped(value: object) -> str:
    """A value on one line."""
    if isinstance(value, str) and not _needs_quotes(value) and not value.endswith(":"):
        return value
    return json.dumps(value, ensure_ascii=False)


def _has_line_break(source: SourceText, span: Span) -> bool:
    return source.document.line_of(span.start) != source.document.line_of(span.end)


def _lines(text: str) -> list[str]:
    """A text cut after its line ends, as editors count them."""
    return _LINE.findall(text)


def _ended(lines: list[str], newline: str) -> list[str]:
    return [line if line.endswith(("\n", "\r")) else line + newline for line in lines]
