"""A value as far as it is written: its text without quotes, and how another text is put in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from joblens.features.proposal import Completion
from joblens.text.document import Document
from joblens.text.locate import Place
from joblens.text.nodes import Span

_COLON_WITHOUT_BLANK = re.compile(r"([\w$]+):(\S*)")
# In braces a colon before a comma or brace ends a key, so that the tree takes `azureml:` for one.
_REFERENCE_IN_BRACES = re.compile(r"(?:^|[{,])\s*([\w$]+)[ \t]*:[ \t]+((?:azureml|file):[\w.:@/\-]*)$")
_NEEDS_QUOTES = re.compile(
    r"[-?:,\[\]{}#&*!|>'\"%@`][ \t]|[,\[\]{}#&*!|>'\"%@`]|.*(:[ \t]|[ \t]#)|\s|.*[\s:]$"
)
_ENDS_IN_BRACES = re.compile(r"[,\[\]{}]")


@dataclass(frozen=True, slots=True)
class Written:
    """The value that is being typed."""

    span: Span
    """Its text on the line of the cursor, without quotes; empty where nothing is written yet."""
    before: str
    """What of it stands before the cursor."""
    quote: str = ""
    """The quote that it is in, if any."""
    in_braces: bool = False

    def put(self, text: str) -> str:
        """`text` as it must be written here to be read as itself."""
        if self.quote == "'":
            return text.replace("'", "''")
        if self.quote:
            return text.replace("\\", "\\\\").replace('"', '\\"')
        if _NEEDS_QUOTES.match(text) or (self.in_braces and _ENDS_IN_BRACES.search(text)):
            return "'" + text.replace("'", "''") + "'"
        return text


def place_meant(document: Document, offset: int) -> Place:
    """The place of the cursor, a value too where YAML does not see one yet: `type:co`, `{path: azureml:`."""
    place = document.place_at(offset)
    if place.kind != "key" or place.has_colon:
        return place
    word = _COLON_WITHOUT_BLANK.fullmatch(document.text, *place.span)
    if word is not None:
        span = Span(word.start(2), place.span.end)
        return Place("value", (*place.path, word[1]), span, collection=place.collection)
    if place.collection is not None and place.collection.indent < 0:
        return _in_braces(document, place, offset)
    return place


def _in_braces(document: Document, place: Place, offset: int) -> Place:
    start = document.line_starts[document.line_of(offset)]
    found = _REFERENCE_IN_BRACES.search(document.text[start:offset])
    if found is None:
        return place
    span = Span(start + found.start(2), offset)
    return Place("value", (*place.path, found[1]), span, collection=place.collection)


def written_at(document: Document, place: Place, offset: int) -> Written | None:
    """The value at `place`; None where no editor replaces it: on several lines, behind its quotes."""
    start, end = place.span
    if offset > end and not document.text[end:offset].strip():
        start, end = (offset, offset) if start == end else (start, offset)
    if not start <= offset <= end or document.line_of(start) != document.line_of(end):
        return None
    text = document.text[start:end]
    quote = text[:1] if text[:1] in ("'", '"') and offset > start else ""
    if quote:
        start += 1
        end = max(end - 1, start) if len(text) > 1 and text[-1] == quote else end
        if offset > end:
            return None
    braces = place.collection is not None and place.collection.indent < 0
    return Written(Span(start, end), document.text[start:offset], quote, braces)


def with_blank(document: Document, place: Place, found: Completion) -> Completion:
    """The proposal, with the blank that is missing behind the colon."""
    lead = document.text[place.span.start : found.span.start]
    span = Span(place.span.start, found.span.end)
    return replace(found, text=f" {lead}{found.text}", typed=lead + (found.typed or found.label), span=span)
