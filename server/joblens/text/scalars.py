"""What YAML makes of a scalar's text: quotes, escapes and folding undone, and where each part came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from joblens.text.nodes import Scalar, Style

_BREAK = "(?:\r\n|[\n\r\x85\u2028\u2029])"
_ONE_BREAK = re.compile(_BREAK)
_FOLD = rf"(?P<fold>[ \t]*{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*)"
_TEXT = "(?P<text>[^{stop} \t\r\n\x85\u2028\u2029]+|[ \t]+)"
_PLAIN = re.compile(_FOLD + "|" + _TEXT.format(stop=""))
_SINGLE = re.compile(_FOLD + "|(?P<escape>'')|" + _TEXT.format(stop="'"))
_DOUBLE = re.compile(
    _FOLD
    + rf"|(?P<joined>\\{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*)"
    + r"|\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<escape>[\s\S]?))|"
    + _TEXT.format(stop=r"\\")
)
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


class Piece(NamedTuple):
    """A part of a value and the part of the text that it came from; of one length, they are the same."""

    value: str
    start: int
    length: int


def decode(text: str, scalar: Scalar) -> str:
    """The value of a scalar, as text."""
    return "".join([piece.value for piece in pieces(scalar, text)])


def simple_quoted(text: str, start: int, end: int) -> str | None:
    """The value of a scalar in quotes when nothing in it needs decoding."""
    inner = text[start + 1 : end - 1]
    if len(inner) != end - start - 2 or text[end - 1] != text[start] or not inner.isprintable():
        return None
    return None if "\\" in inner or "'" in inner else inner


def pieces(scalar: Scalar, text: str) -> Iterator[Piece]:
    """The value of a scalar part by part, in the order of the text."""
    if scalar.style in (Style.LITERAL, Style.FOLDED):
        return _block_pieces(scalar, text)
    start, end = scalar.span
    if scalar.style is Style.PLAIN:
        return _flow_pieces(_PLAIN, text, start, end)
    quote = text[start]
    if end - start > 1 and text[end - 1] == quote and not _is_escaped(text, start + 1, end - 1, quote):
        end -= 1
    return _flow_pieces(_DOUBLE if scalar.style is Style.DOUBLE else _SINGLE, text, start + 1, end)


def _is_escaped(text: str, start: int, at: int, quote: str) -> bool:
    """Whether the last quote of a scalar that was never closed is part of its text."""
    before = text[start:at]
    escape = "\\" if quote == '"' else "'"
    return (len(before) - len(before.rstrip(escape))) % 2 == 1


def _flow_pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Piece]:
    for match in pattern.finditer(text, start, end):
        kind = match.lastgroup
        at = match.start()
        found = match[0]
        if kind == "text":
            yield Piece(found, at, len(found))
        elif kind == "fold":
            yield from _folded(found, at)
        elif kind == "joined":
            yield from _line_breaks(found, at)[1:]
        elif kind == "escape":
            said = match["escape"]
            yield Piece("'" if said == "''" else _ESCAPES.get(said, said), at, len(found))
        elif kind is not None:
            code = int(match[kind], 16)
            yield Piece(chr(code) if code < 0x110000 else "\ufffd", at, len(found))


def _folded(found: str, at: int) -> list[Piece]:
    """A run of line breaks: one is a space, of more the first is left out."""
    breaks = _line_breaks(found, at)
    if breaks[0].value != "\n":
        return breaks
    return breaks[1:] or [Piece(" ", at, len(found))]


def _line_breaks(found: str, at: int) -> list[Piece]:
    return [
        Piece(_normal(match[0]), at + match.start(), len(match[0])) for match in _ONE_BREAK.finditer(found)
    ]


def _normal(line_break: str) -> str:
    return line_break if line_break in "\u2028\u2029" else "\n"


class _Line(NamedTuple):
    content: str
    start: int
    line_break: Piece


def _block_pieces(scalar: Scalar, text: str) -> Iterator[Piece]:
    header = re.compile(r"[|>]([0-9+-]*)").match(text, scalar.span.start)
    chomping = header[1] if header else ""
    lines = _block_lines(scalar, text)
    content = len(lines)
    while content and not lines[content - 1].content:
        content -= 1
    fold = scalar.style is Style.FOLDED
    pending: list[Piece] = []
    after_more_indented = True
    for line in lines[:content]:
        if not line.content:
            pending.append(line.line_break)
            continue
        more_indented = line.content[0] in " \t"
        if fold and not after_more_indented and not more_indented and pending and pending[0].value == "\n":
            pending = pending[1:] or [pending[0]._replace(value=" ")]
        yield from pending
        yield Piece(line.content, line.start, len(line.content))
        pending = [line.line_break]
        after_more_indented = more_indented
    trailing = pending if content else []
    if "-" in chomping:
        return
    yield from (piece for piece in trailing if piece.value)
    if "+" in chomping:
        yield from (line.line_break for line in lines[content:] if line.line_break.value)


def _block_lines(scalar: Scalar, text: str) -> list[_Line]:
    """The lines below the header, and the empty ones after them, without their indentation."""
    lines: list[_Line] = []
    first_break = _ONE_BREAK.search(text, scalar.span.start)
    if first_break is None:
        return lines
    at = first_break.end()
    while at < len(text):
        next_break = _ONE_BREAK.search(text, at)
        end = next_break.start() if next_break else len(text)
        start = at
        while start < end and start < at + scalar.indent and text[start] == " ":
            start += 1
        if start < end and at >= scalar.span.end:
            break
        found = next_break[0] if next_break else ""
        lines.append(_Line(text[start:end], start, Piece(_normal(found) if found else "", end, len(found))))
        at = next_break.end() if next_break else end
    return lines
