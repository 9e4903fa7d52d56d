"""Selection ranges: what a selection grows to, from the word under the cursor to the whole file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence, Span, Style
from joblens.text.paths import last_before, root_at

_WORD = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"\$\{\{([^{}\n]*)\}\}|\{((?:inputs|search_space)\.[\w.\-]*)\}")


def selections(document: Document, offset: int) -> list[Span]:
    """What to select around `offset`, each inside the next; the last is the whole text."""
    found = [Span(0, len(document.text))]
    for span in _around(document, offset):
        inner, outer = span, found[-1]
        if inner != outer and outer.start <= inner.start <= offset <= inner.end <= outer.end:
            found.append(inner)
    return found[::-1]


def _around(document: Document, offset: int) -> Iterator[Span]:
    """Candidates from the outside in."""
    node = root_at(document.tree.roots, offset)
    while node is not None:
        yield node.span
        if not isinstance(node, Mapping | Sequence):
            break
        at = last_before(node, offset)
        if at < 0:
            return
        if isinstance(node, Sequence):
            item = node.items[at]
            yield Span(node.starts[at], item.span.end if item is not None else node.starts[at] + 1)
            node = item
        else:
            pair = node.pairs[at]
            yield _whole(pair)
            node = pair.key if offset <= pair.key.span.end else pair.value
    yield from _in_text(document, node, offset)


def _whole(pair: Pair) -> Span:
    end = pair.key.span.end if pair.colon is None else pair.colon + 1
    return Span(pair.key.span.start, max(end, pair.value.span.end) if pair.value is not None else end)


def _in_text(document: Document, node: Node | None, offset: int) -> Iterator[Span]:
    if isinstance(node, Scalar) and node.style in (Style.SINGLE, Style.DOUBLE):
        yield Span(node.span.start + 1, node.span.end - 1)
    line = document.line_of(offset)
    start, text = document.line_starts[line], document.line_text(line)
    margin = len(text) - len(text.lstrip())
    yield Span(start + margin, start + len(text))
    for match in _PLACEHOLDER.finditer(text):
        yield Span(start + match.start(), start + match.end())
        inner = match.lastindex or 0
        yield Span(start + match.start(inner), start + match.end(inner))
    for match in _WORD.finditer(text):
        yield Span(start + match.start(), start + match.end())
