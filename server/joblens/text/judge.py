"""Whether a text is valid YAML: libyaml decides, as it will when the job is submitted; in our words."""

from __future__ import annotations

import re
from collections import deque

import yaml

from joblens.text.nodes import Span
from joblens.text.problem import SyntaxProblem

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|(?<!\\A)\ufeff"
)

_WORDS = {
    "escape character": "Unknown escape; write '\\\\' for a backslash, or use single quotes",
    "escape code": "This escape is no character; write '\\\\' for a backslash, or use single quotes",
    "hexdecimal": "An escape needs hexadecimal digits; write '\\\\' for a backslash, or use single quotes",
    "document indicator": "'---' and '...' divide documents; close the quote or bracket before them",
    "tab": "A tab where YAML wants spaces; use spaces",
    "could not find expected ':'": "A key without a colon; write ': ' after it",
    "mapping values are not allowed": "A ': ' where no key can stand; put the text in quotes",
    "block sequence entries are not allowed": "A list item where none can stand; check its indentation",
    "block mapping": "This line is not indented like its neighbours; line it up with them",
    "block collection": "This line is not indented like its neighbours; line it up with them",
    "flow sequence": "A list in brackets needs ',' between its items and a ']' at its end",
    "flow mapping": "A mapping in braces needs ',' between its entries and a '}' at its end",
    "quoted scalar": "A quote is not closed; add the closing quote",
    "cannot start any token": "No text can start with this character; put the text in quotes",
    "block scalar": "After '|' or '>' only a digit, '+' or '-' may stand; start the text on the next line",
    "document start": "More text after the end of the document; indent it, or start a new one with '---'",
    "directive": "A line that starts with '%' is a YAML directive; put the text in quotes",
    "anchor": "An anchor or alias needs a name of letters, digits, '-' or '_'",
    "tag": "A tag that YAML cannot read; write it as '!name' or '!!name'",
    "node content": "A value is missing here",
}


def judge(text: str) -> SyntaxProblem | None:
    """The first mistake that libyaml finds, or None for a valid text."""
    try:
        if "&" in text or "*" in text:
            return _wrong_anchor(text)
        _parse(text)
    except yaml.MarkedYAMLError as error:
        return _at_mark(text, error)
    except (yaml.YAMLError, UnicodeError):
        return _forbidden_character(text)
    except RecursionError:
        return SyntaxProblem(Span(0, len(text)), "Collections are nested too deeply")
    return None


def _parse(text: str) -> None:
    """Parse the text, and keep nothing: in C that takes a seventh of the time that events take."""
    parse_only = getattr(_LOADER, "raw_parse", None)
    if parse_only is not None:
        parse_only(_LOADER(text))
    else:
        deque(yaml.parse(text, Loader=_LOADER), maxlen=0)


def _wrong_anchor(text: str) -> SyntaxProblem | None:
    """An alias without an anchor, or a second anchor of a name."""
    anchors: set[str] = set()
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                return _unknown_alias(text, event)
        elif isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            if event.anchor in anchors:
                return _second_anchor(text, event)
            anchors.add(event.anchor)
        elif isinstance(event, yaml.DocumentStartEvent):
            anchors.clear()
    return None


def _unknown_alias(text: str, event: yaml.AliasEvent) -> SyntaxProblem:
    start = _offset(text, event.start_mark)
    name = str(event.anchor)
    return SyntaxProblem(
        Span(start, start + 1 + len(name)),
        f"No '&{name[:40]}' above for this alias; define the anchor first",
    )


def _second_anchor(text: str, event: yaml.NodeEvent) -> SyntaxProblem:
    name = str(event.anchor)
    start = text.index("&" + name, _offset(text, event.start_mark))
    return SyntaxProblem(
        Span(start, start + 1 + len(name)), f"A second '&{name[:40]}'; an anchor's name can be used only once"
    )


def _at_mark(text: str, error: yaml.MarkedYAMLError) -> SyntaxProblem:
    said = f"{error.context or ''} {error.problem or ''}"
    start = _offset(text, error.problem_mark or error.context_mark)
    message = next((words for part, words in _WORDS.items() if part in said), None)
    if text[start : start + 1] == "\t" and not text[:start].rpartition("\n")[2].strip():
        message = "A tab in the indentation; YAML allows only spaces there"
    return SyntaxProblem(_word_at(text, start), message or f"Not valid YAML: {error.problem}"[:119])


def _offset(text: str, mark: object) -> int:
    """The offset of a mark; libyaml does not count a BOM."""
    uncounted = yaml.__with_libyaml__ and text.startswith("\ufeff")
    return min(len(text), int(getattr(mark, "index", 0)) + uncounted)


def _word_at(text: str, start: int) -> Span:
    """The word at the place of a mistake; the last character of the text where there is none."""
    match = re.compile(r"[^\s,\[\]{}]+|[^\r\n]").match(text, start)
    if match:
        return Span(*match.span())
    end = len(text[:start].rstrip())
    return Span(max(0, end - 1), end) if end else Span(0, len(text))


def _forbidden_character(text: str) -> SyntaxProblem:
    match = _FORBIDDEN.search(text)
    if match is None:
        return SyntaxProblem(Span(0, len(text)), "Not valid YAML: the text cannot be read")
    return SyntaxProblem(
        Span(*match.span()), f"The character U+{ord(match[0]):04X} is not allowed in YAML; remove it"
    )
