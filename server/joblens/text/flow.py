"""Collections in brackets and braces: `[a, b]`, `{key: value}`; closed or not."""

from __future__ import annotations

import re
from functools import partial

from joblens.text import scalars
from joblens.text.extents import read_quoted
from joblens.text.nodes import Alias, Mapping, Node, Pair, Scalar, Sequence, Span, Style
from joblens.text.source import Source
from joblens.text.tokens import read_properties

_TOKEN = re.compile(
    r"""(?P<blank>[ \t]+)|(?P<comment>(?<![^\s,\[\]{}"'])\#.*)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)
    |(?P<colon>:)|(?P<question>\?)|(?P<quote>["'])|(?P<property>[&!])|(?P<alias>\*[A-Za-z0-9_-]*)
    |(?P<plain>(?:[^\s,\[\]{}:?\#&*!|>'"%@`-]|-(?=[^\s,\[\]{}]))
       (?:[^\s,\[\]{}:]|:(?=[^\s,\[\]{}])|[ \t]+(?=[^\s,\[\]{}:\#]|:(?=[^\s,\[\]{}])))*)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_CLOSING = {"[": "]", "{": "}"}


class _Open:
    """A collection whose bracket is not closed yet."""

    __slots__ = ("after_item", "closing", "node", "pair", "single", "start", "value_next")

    def __init__(self, node: Mapping | Sequence, start: int, closing: str) -> None:
        self.node = node
        self.start = start
        self.closing = closing
        self.pair: Pair | None = None
        self.single: Mapping | None = None
        """The mapping of one pair that is an item: `[key: value]`."""
        self.value_next = False
        self.after_item = False

    def put(self, node: Node) -> None:
        """Add a key, a value or an item."""
        self.after_item = True
        if self.value_next and self.pair is not None:
            self.pair.value = node
            self.value_next = False
        elif isinstance(self.node, Mapping):
            self.pair = Pair(node, None, None)
            self.node.pairs.append(self.pair)
        else:
            self.node.items.append(node)
            self.node.starts.append(node.span.start)

    def colon(self, colon: int) -> None:
        """A colon: what was put last is a key."""
        if self.pair is None or self.value_next:
            self._start_pair(colon)
        if self.pair is not None and self.pair.colon is None:
            self.pair.colon = colon
            self.value_next = True

    def _start_pair(self, colon: int) -> None:
        if isinstance(self.node, Mapping):
            self.pair = Pair(Scalar(Span(colon, colon), Style.PLAIN, ""), None, None)
            self.node.pairs.append(self.pair)
            return
        items = self.node.items
        key = items.pop() if self.after_item and items else None
        if key is None:
            key = Scalar(Span(colon, colon), Style.PLAIN, "")
            self.node.starts.append(colon)
        self.pair = Pair(key, None, None)
        self.single = Mapping(Span(key.span.start, colon + 1), [self.pair], -1)
        items.append(self.single)

    def comma(self) -> None:
        """The end of an entry."""
        if self.single is not None and (value := self.single.pairs[0].value) is not None:
            self.single.span = Span(self.single.span.start, value.span.end)
        self.single = None
        self.pair = None
        self.value_next = False
        self.after_item = False

    def close(self, end: int) -> None:
        """The end of the collection."""
        self.comma()
        self.node.span = Span(self.start, end)


def read_flow(source: Source, at: int, indent: int) -> tuple[Node, int]:
    """The collection whose bracket stands at `at`, and where it ends; the source is at its last line."""
    return _FlowReader(source, indent).read(at)


class _FlowReader:
    def __init__(self, source: Source, indent: int) -> None:
        self.source = source
        self.indent = indent
        self.stack: list[_Open] = []
        self.plain: Scalar | None = None
        self.reached = 0
        self.anchor: str | None = None
        self.tag: str | None = None

    def read(self, at: int) -> tuple[Node, int]:
        source = self.source
        root = self._open(at)
        at += 1
        while self.stack:
            if at >= source.end:
                if not source.next_line_belongs(self.indent, "]}"):
                    self._give_up()
                    break
                source.advance()
                at = source.start
                continue
            at = self._token(at)
        return root, self.reached

    def _open(self, at: int) -> Mapping | Sequence:
        bracket = self.source.text[at]
        node: Mapping | Sequence
        node = Sequence(Span(at, at + 1), [], -1, []) if bracket == "[" else Mapping(Span(at, at + 1), [], -1)
        self._put(node)
        self.stack.append(_Open(node, at, _CLOSING[bracket]))
        self.reached = at + 1
        return node

    def _token(self, at: int) -> int:
        """Take the token at `at`; where the next one starts."""
        text = self.source.text
        match = _TOKEN.match(text, at, self.source.end)
        if match is None:
            return self.source.end
        kind = match.lastgroup
        end = match.end()
        if kind == "blank":
            return end
        if kind == "comment":
            self.source.comment(at)
            return end
        if kind == "plain":
            self._plain(at, end)
            return end
        self.plain = None
        if kind in ("close", "comma", "colon") and (self.anchor is not None or self.tag is not None):
            self._put(Scalar(Span(at, at), Style.PLAIN, ""))
        if kind == "open":
            self._open(at)
        elif kind == "close":
            self._close(at)
        elif kind == "comma":
            self.stack[-1].comma()
        elif kind == "colon":
            self.stack[-1].colon(at)
        elif kind == "quote":
            scalar = read_quoted(self.source, at, in_flow=True)
            self._put(scalar)
            end = scalar.span.end
        elif kind == "property":
            properties = read_properties(text, at, self.source.end)
            self.anchor = properties.anchor or self.anchor
            self.tag = properties.tag or self.tag
            end = properties.end
        elif kind == "alias":
            self._put(Alias(Span(at, end), text[at + 1 : end]))
        elif kind == "other":
            self.source.report(at, end, f"'{match[0]}' cannot stand here; put the text in quotes")
        self.reached = max(self.reached, end)
        return end

    def _plain(self, at: int, end: int) -> None:
        """A plain scalar, or one more line of the last one."""
        text = self.source.text
        if self.plain is not None:
            self.plain.span = Span(self.plain.span.start, end)
            self.plain._decode = partial(scalars.decode, text)
        else:
            scalar = Scalar(Span(at, end), Style.PLAIN, text[at:end])
            self._put(scalar)
            self.plain = scalar
        self.reached = end

    def _put(self, node: Node) -> None:
        if not self.stack:
            return
        if not isinstance(node, Alias):
            node.anchor, node.tag = self.anchor, self.tag
            self.anchor = self.tag = None
        self.stack[-1].put(node)

    def _close(self, at: int) -> None:
        opened = self.stack.pop()
        bracket = self.source.text[at]
        if bracket != opened.closing:
            self.source.report(at, at + 1, f"'{bracket}' closes nothing here; write '{opened.closing}'")
        opened.close(at + 1)

    def _give_up(self) -> None:
        """The text goes on without the closing bracket."""
        innermost = self.stack[-1]
        bracket = self.source.text[innermost.start]
        self.source.report(
            innermost.start, innermost.start + 1, f"This '{bracket}' is not closed; add '{innermost.closing}'"
        )
        for opened in reversed(self.stack):
            opened.close(self.reached)
        self.stack.clear()
