"""How far a scalar reaches over its lines: plain, in quotes, or a block of text."""

from __future__ import annotations

import re
from functools import partial

from joblens.text import scalars
from joblens.text.nodes import Scalar, Span, Style
from joblens.text.source import TAB, Source
from joblens.text.tokens import comment_start, find_key, is_indicator, skip_blanks, strip_end

_DOUBLE_BODY = re.compile(r'[^"\\]*(?:\\(?:[\s\S]|\Z)[^"\\]*)*')
_SINGLE_BODY = re.compile(r"[^']*(?:''[^']*)*")
_HEADER = re.compile(r"[|>](?:[+-]?([1-9]?)|([1-9])[+-])[ \t]*(?:#.*)?\Z")
_CLOSING_RUN = re.compile(r"[ \t]*[\]},]*[ \t]*\Z")


def read_plain(source: Source, at: int, indent: int, own_column: int = -1) -> Scalar:
    """The plain scalar at `at`, with the lines that go on with it: those deeper than `indent`.

    In a text that is not valid, a word on its own line followed by a list ends there: it is half a key.
    """
    scalar, commented = _first_line(source, at)
    end = None if commented else _continued(source, indent, own_column)
    if end is None:
        return scalar
    return Scalar(Span(at, end), Style.PLAIN, partial(scalars.decode, source.text))


def read_plain_line(source: Source, at: int) -> Scalar:
    """The plain scalar at `at` as far as it reaches in this line."""
    return _first_line(source, at)[0]


def _first_line(source: Source, at: int) -> tuple[Scalar, bool]:
    text, end = source.text, source.end
    comment = comment_start(text, at, end)
    if comment >= 0:
        source.comment(comment)
        end = comment
    end = strip_end(text, at, end)
    return Scalar(Span(at, end), Style.PLAIN, text[at:end]), comment >= 0


def _continued(source: Source, indent: int, own_column: int) -> int | None:
    """The end of a plain scalar in the last line that goes on with it; moves the source there."""
    text = source.text
    reached = None
    line = source.line + 1
    while line < source.count:
        spaces = source.indent_ends[line]
        end = source.ends[line]
        at = skip_blanks(text, spaces, end)
        if at == end:
            line += 1
            continue
        column = spaces - source.starts[line]
        if column <= indent or text[at] == "#" or source.is_document_mark(line):
            break
        is_item = own_column >= 0 and text[at] == "-" and is_indicator(text, at, end)
        if is_item and source.verdict is not None:
            break
        if find_key(text, at, end):
            break
        comment = comment_start(text, at, end)
        source.go_to(line)
        reached = strip_end(text, at, comment if comment >= 0 else end)
        if comment >= 0:
            source.comment(comment)
            break
        line += 1
    return reached


def read_quoted(source: Source, at: int, in_flow: bool = False) -> Scalar:
    """The scalar in quotes at `at`; left open, it ends with its first line.

    Its lines may stand at any column. Where the next quote opens another scalar, this one was left open.
    """
    text = source.text
    quote = text[at]
    body = _DOUBLE_BODY if quote == '"' else _SINGLE_BODY
    style = Style.DOUBLE if quote == '"' else Style.SINGLE
    first_line = source.line
    start = at + 1
    while True:
        match = body.match(text, start, source.end)
        end = match.end() if match else start
        if end < source.end:
            if source.line == first_line or _plausible_end(source, end + 1, in_flow):
                return _quoted(text, at, end + 1, style)
            break
        if source.is_document_mark(source.line + 1) or not source.advance():
            break
        start = source.start
    source.go_to(first_line)
    end = strip_end(text, at + 1, source.end)
    if in_flow and (run := _CLOSING_RUN.search(text, at + 1, source.end)):
        end = run.start()
    source.report(at, end, f"This quote is not closed; add the closing {quote}")
    return _quoted(text, at, end, style)


def _plausible_end(source: Source, after: int, in_flow: bool) -> bool:
    """Whether a quote some lines below closes this one: text after it says that it opens another."""
    at = skip_blanks(source.text, after, source.end)
    if at == source.end or source.text[at] in ("#,]}:" if in_flow else "#"):
        return True
    return source.verdict is None


def _quoted(text: str, start: int, end: int, style: Style) -> Scalar:
    simple = scalars.simple_quoted(text, start, end)
    return Scalar(Span(start, end), style, partial(scalars.decode, text) if simple is None else simple)


def read_block(source: Source, at: int, indent: int) -> Scalar:
    """The block scalar whose `|` or `>` stands at `at`; its lines are those deeper than `indent`."""
    text = source.text
    style = Style.LITERAL if text[at] == "|" else Style.FOLDED
    header = _HEADER.match(text, at, source.end)
    header_end = strip_end(text, at, source.end)
    digit = 0
    if header is None:
        source.report(
            at + 1,
            header_end,
            f"Only a digit, '+' or '-' may follow '{text[at]}'; start the text a line below",
        )
    else:
        digit = int(header[1] or header[2] or 0)
        comment = text.find("#", at, source.end)
        if comment >= 0:
            source.comment(comment)
            header_end = strip_end(text, at, comment)
    parent = max(indent, 0)
    column = parent + digit if digit else -1
    end, column = _block_lines(source, parent if indent >= 0 else 0, column, header_end)
    return Scalar(Span(at, end), style, partial(scalars.decode, text), indent=column)


def _block_lines(source: Source, parent: int, column: int, end: int) -> tuple[int, int]:
    """Move over the lines of a block scalar; where its last line ends, and the column of its text."""
    text = source.text
    given = column >= 0
    told = False
    deepest_empty = parent + 1
    line = source.line + 1
    while line < source.count:
        at = source.indent_ends[line]
        depth = at - source.starts[line]
        if at == source.ends[line]:
            deepest_empty = max(deepest_empty, depth)
            if column >= 0 and depth > column:
                source.go_to(line)
                end = at
            line += 1
            continue
        if depth <= parent and not (given and depth >= column):
            break
        if column < 0:
            column = depth
        elif depth < column:
            if text[at] == "#":
                break
            source.go_to(line)
            if not told:
                _report_less_indented(source, at, column)
            told = True
        source.go_to(line)
        end = source.end
        line += 1
    return end, column if column >= 0 else deepest_empty


def _report_less_indented(source: Source, at: int, column: int) -> None:
    if source.text[at] == "\t":
        source.report(at, at + 1, TAB)
        return
    message = f"The text of this block starts at column {column + 1}; indent this line as much"
    source.report(source.start, at + 1, message)
