"""YAML to a tree of nodes with exact spans, in every state that a user types; never raises."""

from __future__ import annotations

import re
from functools import cached_property

from joblens.text import references
from joblens.text.anchors import Anchors
from joblens.text.block import read_blocks
from joblens.text.nodes import Alias, Mapping, Node, Pair, Path, Sequence, Span
from joblens.text.paths import path_at
from joblens.text.problem import SyntaxProblem as SyntaxProblem
from joblens.text.source import Source

_BLANKS = re.compile(r"\s*")


def parse(text: str) -> Tree:
    """Read a text; what is wrong with it is in the tree's `errors`."""
    source = Source(text)
    return Tree(source, read_blocks(source))


class Tree:
    """The documents of a text, each a node or None when it is empty."""

    def __init__(self, source: Source, roots: list[Node | None]) -> None:
        self.roots = roots
        self.comments: list[Span] = source.comments
        self.incomplete: list[Span] = source.incomplete
        """Keys without a colon: most likely still being typed."""
        self._source = source
        self._entries: dict[int, dict[str, Pair]] = {}

    @property
    def root(self) -> Node | None:
        """The first document's root."""
        return self.roots[0] if self.roots else None

    @cached_property
    def errors(self) -> list[SyntaxProblem]:
        """Each mistake once; none for a text that libyaml accepts. Worked out at first use."""
        verdict = self._source.verdict
        if verdict is None:
            return []
        found = sorted(self._source.errors, key=lambda problem: problem.span)
        if not found or verdict.span.end <= self._line_start(found[0].span.start):
            return [verdict, *found]
        return found

    def own_text(self, mapping: Mapping) -> str | None:
        """The text that alone says what a mapping means, at its column; None where other text has a say."""
        if not self._parts_stand_alone:
            return None
        text = self._source.text
        start, end = mapping.span
        behind = _BLANKS.match(text, end)  # a literal text may keep the empty lines below it
        return text[start : behind.end() if behind else end]

    @cached_property
    def _parts_stand_alone(self) -> bool:
        """Whether nothing is guessed from what stands around it, as in invalid text, and nothing anchored."""
        return self.anchors is None and not self.errors

    @cached_property
    def anchors(self) -> Anchors | None:
        """What aliases of the first document stand for; None where nothing is anchored."""
        return Anchors(self.root) if "&" in self._source.text else None

    def resolved(self, node: Node | None) -> Node | None:
        """The node itself, or the one that an alias stands for."""
        if not isinstance(node, Alias):
            return node
        return self.anchors.find(node) if self.anchors is not None else None

    def entries(self, mapping: Mapping) -> dict[str, Pair]:
        """A mapping's entries by the text of their key, merged ones included; not to be changed."""
        found = self._entries.get(id(mapping))
        if found is None:
            found = self._entries[id(mapping)] = references.entries(mapping, self.anchors)
        return found

    @cached_property
    def repeated(self) -> list[Pair]:
        """The entries of the first document whose key stands in the same mapping before them."""
        return references.repeated(self.root)

    def node_at(self, path: Path) -> Node | None:
        """The node that a path of the first document leads to, through aliases and merge keys."""
        node = self.root
        for part in path:
            node = self.resolved(node)
            if isinstance(part, str):
                pair = self._pair(node, part)
                node = None if pair is None else pair.value
            elif isinstance(node, Sequence) and 0 <= part < len(node.items):
                node = node.items[part]
            else:
                return None
        return node

    def pair_at(self, path: Path) -> Pair | None:
        """The pair whose key ends a path; None where the path ends in a list, or leads nowhere."""
        if not path or isinstance(path[-1], int):
            return None
        return self._pair(self.resolved(self.node_at(path[:-1])), path[-1])

    def path_at(self, offset: int) -> Path:
        """The path of the innermost pair or item that holds an offset (its end included)."""
        return path_at(self.roots, offset)

    def _pair(self, node: Node | None, key: str) -> Pair | None:
        if not isinstance(node, Mapping):
            return None
        return self.entries(node).get(key)

    def _line_start(self, offset: int) -> int:
        text = self._source.text
        return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
