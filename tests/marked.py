"""Job text with the place of interest marked: `<|>` for a cursor, `«` and `»` around a span."""

import textwrap
from dataclasses import dataclass

from joblens.text.document import Document
from joblens.text.nodes import Span

CURSOR = "<|>"


@dataclass(frozen=True)
class Marked:
    document: Document
    offset: int


def marked(text: str) -> Marked:
    """A document and the offset of the cursor in it."""
    text = textwrap.dedent(text).lstrip("\n")
    offset = text.index(CURSOR)
    return Marked(Document(text.replace(CURSOR, "")), offset)


def spans(text: str, start: str = "«", end: str = "»") -> tuple[str, list[Span]]:
    """The text without its marks, and the spans that were between them."""
    plain, found = "", []
    for index, part in enumerate(textwrap.dedent(text).lstrip("\n").split(start)):
        if index:
            inner, _, part = part.partition(end)
            found.append(Span(len(plain), len(plain) + len(inner)))
            plain += inner
        plain += part
    return plain, found
