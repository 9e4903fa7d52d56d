"""A value at its first character: which kind of node it is, and what may follow it in its line."""

from __future__ import annotations

from joblens.text.extents import read_block, read_plain, read_plain_line, read_quoted
from joblens.text.flow import read_flow
from joblens.text.nodes import Alias, Node, Scalar, Span, Style
from joblens.text.source import Source
from joblens.text.tokens import (
    Key,
    alias_end,
    comment_start,
    find_key,
    read_properties,
    skip_blanks,
    starts_plain,
    strip_end,
)


def read_value(source: Source, at: int, indent: int) -> Node:
    """The value that stands in its key's line, inside a mapping at column `indent`."""
    text = source.text
    if text[at] not in "|>\"'[{*" and (second := find_key(text, at, source.end)):
        source.report(at, second.colon + 1, _second_colon(text, at, second.colon))
    return read_node(source, at, indent)


def _second_colon(text: str, at: int, colon: int) -> str:
    if text[at:colon] != "azureml":
        return "A second ': ' in this line; put the value in quotes"
    return "A name must follow 'azureml:' at once, without a blank: azureml:NAME"


def read_node(source: Source, at: int, indent: int, own_column: int = -1) -> Node:
    """The node at `at`, inside a collection at column `indent`; `own_column` if it starts its line."""
    text = source.text
    first = text[at]
    if first in "|>":
        return read_block(source, at, indent)
    if first in "\"'":
        scalar = read_quoted(source, at)
        _expect_end(source, scalar.span.end)
        return scalar
    if first in "[{":
        node, end = read_flow(source, at, indent)
        _expect_end(source, end)
        return node
    if first == "*":
        end = alias_end(text, at, source.end)
        _expect_end(source, end)
        return Alias(Span(at, end), text[at + 1 : end])
    if not starts_plain(text, at, source.end):
        source.report(at, at + 1, f"A value cannot start with '{first}'; put it in quotes")
    return read_plain(source, at, indent, own_column)


def read_in_line(source: Source, at: int) -> Scalar:
    """The scalar at `at`, as text that stands where it should not: it takes no more lines than it must."""
    return read_quoted(source, at) if source.text[at] in "\"'" else read_plain_line(source, at)


def read_key(source: Source, start: int, at: int, found: Key) -> Node:
    """The key at `at`, with the anchor and tag that stand from `start`."""
    text = source.text
    first = text[at]
    if first == "*":
        return Alias(Span(at, found.end), text[at + 1 : found.end])
    if first in "\"'":
        key = read_quoted(source, at)
    else:
        key = Scalar(Span(at, found.end), Style.PLAIN, text[at : found.end])
    if start < at:
        key.anchor, key.tag, _ = read_properties(text, start, at)
    return key


def rest_of_line(source: Source, at: int) -> int:
    """The offset of what follows in this line, or -1 when nothing but a comment does."""
    at = skip_blanks(source.text, at, source.end)
    if at == source.end:
        return -1
    if source.text[at] == "#":
        source.comment(at)
        return -1
    return at


def line_end(source: Source, at: int) -> int:
    """Where the text from `at` ends in this line, without a comment."""
    comment = comment_start(source.text, at, source.end)
    return strip_end(source.text, at, comment if comment >= 0 else source.end)


def _expect_end(source: Source, at: int) -> None:
    """After quotes and brackets only a comment may follow, or the colon of a key."""
    after = rest_of_line(source, at)
    if after >= 0 and source.text[after] != ":":
        message = "More text after the end of the value; put all of it in quotes"
        source.report(after, line_end(source, after), message)
