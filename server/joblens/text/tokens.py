"""The small pieces of a line: keys, anchors and tags, comments."""

from __future__ import annotations

import re
from typing import NamedTuple

_BLANKS = re.compile(r"[ \t]*")
_PLAIN_KEY = re.compile(r"([A-Za-z_$][\w$./-]*)[ \t]*:(?:[ \t]+|\Z)")
_PLAIN_LINE = re.compile(r"([A-Za-z_$][\w$./-]*):(?: +([\w./$~][^#\t]*))?\Z")
_QUOTED_KEY = re.compile(r"""("[^"\\]*(?:\\.[^"\\]*)*"|'[^']*(?:''[^']*)*')[ \t]*:(?:[ \t]+|\Z)""")
_ALIAS_KEY = re.compile(r"(\*[A-Za-z0-9_-]+)[ \t]*:(?:[ \t]+|\Z)")
_COLON_OR_COMMENT = re.compile(r"(?<=[ \t])#|:(?:[ \t]+|\Z)")
_COMMENT = re.compile(r"[ \t]+#")
_PROPERTY = re.compile(r"&([A-Za-z0-9_-]*)|(!(?:<[^\s>]*>|[^\s,\[\]{}]*))", re.ASCII)
_ALIAS = re.compile(r"\*[A-Za-z0-9_-]*")
_NOT_PLAIN = frozenset(",[]{}#&*!|>'\"%@`")


class Key(NamedTuple):
    """Where a key stands in a line, and where what follows its colon starts."""

    end: int
    colon: int
    after: int


def find_key(text: str, at: int, end: int) -> Key | None:
    """The key that starts at `at`, if a colon follows it before the line's end."""
    if text.find(":", at, end) < 0:
        return None
    match = _PLAIN_KEY.match(text, at, end)
    if match is None:
        first = text[at]
        if first in "\"'":
            match = _QUOTED_KEY.match(text, at, end)
        elif first == "*":
            match = _ALIAS_KEY.match(text, at, end)
        else:
            return _odd_key(text, at, end)
        if match is None:
            return None
    key_end = match.end(1)
    return Key(key_end, text.index(":", key_end), match.end())


def match_plain_line(text: str, at: int, end: int) -> re.Match[str] | None:
    """A line that is a plain key (the first group) and at most a plain value (the second)."""
    found = _PLAIN_LINE.match(text, at, end)
    value = found[2] if found is not None else None
    if value is not None and (value[-1] in " :" or ": " in value):
        return None
    return found


def _odd_key(text: str, at: int, end: int) -> Key | None:
    """A plain key with spaces, dots or other characters in it."""
    if not starts_plain(text, at, end):
        return None
    match = _COLON_OR_COMMENT.search(text, at, end)
    if match is None or text[match.start()] == "#":
        return None
    return Key(strip_end(text, at, match.start()), match.start(), match.end())


def starts_plain(text: str, at: int, end: int) -> bool:
    """Whether a scalar without quotes may start here (outside of brackets)."""
    first = text[at]
    if first in "-?:":
        return at + 1 < end and text[at + 1] not in " \t"
    return first not in _NOT_PLAIN


def is_indicator(text: str, at: int, end: int) -> bool:
    """Whether the `-`, `?` or `:` at this place stands alone, as the mark of an item, a key or a value."""
    return at + 1 == end or text[at + 1] in " \t"


def skip_blanks(text: str, at: int, end: int) -> int:
    """The first offset from `at` that is no space or tab."""
    match = _BLANKS.match(text, at, end)
    return match.end() if match else at


def strip_end(text: str, at: int, end: int) -> int:
    """`end` moved back over spaces and tabs."""
    while end > at and text[end - 1] in " \t":
        end -= 1
    return end


def comment_start(text: str, at: int, end: int) -> int:
    """The offset of the `#` of a comment after text, or -1."""
    if text.find("#", at, end) < 0:
        return -1
    match = _COMMENT.search(text, at, end)
    return match.end() - 1 if match else -1


def alias_end(text: str, at: int, end: int) -> int:
    """Where the alias at `at` ends."""
    match = _ALIAS.match(text, at, end)
    return match.end() if match else end


class Properties(NamedTuple):
    """The anchor and the tag before a node."""

    anchor: str | None
    tag: str | None
    end: int


def read_properties(text: str, at: int, end: int) -> Properties:
    """The anchor and tag at `at`; `end` is where the node after them starts."""
    anchor = tag = None
    while at < end and (match := _PROPERTY.match(text, at, end)):
        anchor = match[1] if match[1] is not None else anchor
        tag = match[2] if match[2] is not None else tag
        at = skip_blanks(text, match.end(), end)
    return Properties(anchor, tag, at)
