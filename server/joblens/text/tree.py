"""YAML to a tree of nodes with exact spans, in every state that a user types; never raises."""

from __future__ import annotations

from functools import cached_property

from joblens.text import references
from joblens.text.block import BlockReader
from joblens.text.nodes import Alias, Mapping, Node, Pair, Span
from joblens.text.problem import SyntaxProblem as SyntaxProblem
from joblens.text.source import Source


def parse(text: str) -> Tree:
    """Read a text; what is wrong with it is in the tree's `errors`."""
    source = Source(text)
    reader = BlockReader(source)
    reader.read()
    return Tree(source, reader.document.roots)


class Tree:
    """The documents of a text, each a node or None when it is empty."""

    def __init__(self, source: Source, roots: list[Node | None]) -> None:
        self.roots = roots
        self.comments: list[Span] = source.comments
        self.incomplete: list[Span] = source.incomplete
        """Keys without a colon: most likely still being typed."""
        self._source = source

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

    @cached_property
    def anchors(self) -> dict[str, Node]:
        """The node of each anchor."""
        return references.anchors(self.roots) if "&" in self._source.text else {}

    def resolved(self, node: Node | None) -> Node | None:
        """The node itself, or the one that an alias stands for."""
        return references.resolved(node, self.anchors) if isinstance(node, Alias) else node

    def entries(self, mapping: Mapping) -> dict[str, Pair]:
        """A mapping's entries by the text of their key, merged ones included."""
        return references.entries(mapping, self.anchors)

    def _line_start(self, offset: int) -> int:
        before = self._source.text[:offset]
        return max(before.rfind("\n"), before.rfind("\r")) + 1
