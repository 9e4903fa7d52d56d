"""The nodes of a YAML tree, each with its place in the text.

Offsets count code points from the start of the text (a BOM counts as one); the LSP edge alone knows UTF-16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A half-open range of the text: `start` is the first offset in it, `end` the first after it."""

    start: int
    end: int


Path: TypeAlias = tuple[str | int, ...]
"""The way from the root to a node: the text of a mapping's key, or a place in a sequence."""


class Style(Enum):
    """How a scalar is written."""

    PLAIN = "plain"
    SINGLE = "single"
    DOUBLE = "double"
    LITERAL = "literal"
    FOLDED = "folded"


@dataclass(slots=True, eq=False)
class Scalar:
    """A text value; `value` is what YAML makes of it, always as text (values.py gives it a type)."""

    span: Span
    style: Style
    _decode: Callable[[Scalar], str] | str
    anchor: str | None = None
    tag: str | None = None
    indent: int = -1
    """Column of the text of a block scalar; -1 in the other styles."""

    @property
    def value(self) -> str:
        """The text with quotes, escapes and folding undone; worked out at first use."""
        if not isinstance(self._decode, str):
            self._decode = self._decode(self)
        return self._decode


@dataclass(slots=True, eq=False)
class Alias:
    """A reference to an anchor: `*name`."""

    span: Span
    name: str
    anchor: None = None
    tag: None = None


@dataclass(slots=True, eq=False)
class Pair:
    """One entry of a mapping; without a `colon` it is a key still being typed."""

    key: Node
    colon: int | None
    value: Node | None


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values in the order of the text; a key may stand twice (the later counts, as in PyYAML)."""

    span: Span
    pairs: list[Pair]
    indent: int
    """Column of the keys; -1 in flow style."""
    anchor: str | None = None
    tag: str | None = None


@dataclass(slots=True, eq=False)
class Sequence:
    """The items of a list; None where an item is empty."""

    span: Span
    items: list[Node | None]
    indent: int
    """Column of the dashes; -1 in flow style."""
    starts: list[int]
    """Offset of each item's dash; in flow style, of the item itself."""
    anchor: str | None = None
    tag: str | None = None


Node: TypeAlias = Scalar | Alias | Mapping | Sequence
