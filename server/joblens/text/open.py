"""Collections still being read: each knows the place in it that waits for a node."""

from __future__ import annotations

from typing import TypeAlias

from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence


class OpenDocument:
    """The document itself, which waits for its root."""

    __slots__ = ("indent", "loose", "roots", "waits")

    def __init__(self) -> None:
        self.roots: list[Node | None] = []
        self.indent = -1
        self.waits = True
        self.loose: Loose | None = None

    def put(self, node: Node) -> None:
        """Make `node` the root, or put another in its place."""
        if not self.roots:
            self.roots.append(None)
        self.roots[-1] = node
        self.waits = False


class OpenMapping:
    """A block mapping; its last pair waits for a value (or, after `? `, for a key)."""

    __slots__ = ("in_key", "indent", "loose", "node", "pair", "waits")

    def __init__(self, node: Mapping, indent: int) -> None:
        self.node = node
        self.indent = indent
        self.pair: Pair | None = None
        self.in_key = False
        self.waits = False
        self.loose: Loose | None = None

    @property
    def has_half_key(self) -> bool:
        """Whether the last key has no colon yet, so that what stands below it cannot be judged."""
        return self.pair is not None and self.pair.colon is None and not self.in_key

    def add(self, pair: Pair) -> None:
        """Start a new pair, which waits for its value."""
        self.node.pairs.append(pair)
        self.pair = pair
        self.in_key = False
        self.waits = True
        self.loose = None

    def put(self, node: Node) -> None:
        """Fill the place that waits, or put another node in it."""
        if self.pair is not None:
            if self.in_key:
                self.pair.key = node
            else:
                self.pair.value = node
        self.waits = False


class OpenSequence:
    """A block sequence, whose last item waits for its value."""

    __slots__ = ("indent", "loose", "node", "waits")

    def __init__(self, node: Sequence, indent: int) -> None:
        self.node = node
        self.indent = indent
        self.waits = False
        self.loose: Loose | None = None

    def add(self, dash: int) -> None:
        """Start a new item."""
        self.node.items.append(None)
        self.node.starts.append(dash)
        self.waits = True
        self.loose = None

    def put(self, node: Node) -> None:
        """Fill the last item, or put another node in it."""
        self.node.items[-1] = node
        self.waits = False


Open: TypeAlias = OpenDocument | OpenMapping | OpenSequence


class Loose:
    """Plain text on a line of its own, taken as a value: its first line may turn out to be half a key."""

    __slots__ = ("column", "scalar")

    def __init__(self, scalar: Scalar, column: int) -> None:
        self.scalar = scalar
        self.column = column

    def as_mapping(self, key: Scalar) -> OpenMapping:
        """The mapping that starts with the word as half a key."""
        opened = OpenMapping(Mapping(key.span, [], self.column), self.column)
        opened.add(Pair(key, None, None))
        return opened
