"""Parts of a text that were found to follow a rule: after an edit elsewhere they need not be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joblens.text.nodes import Mapping
from joblens.text.tree import Tree

if TYPE_CHECKING:
    from joblens.schema.store import Rule

_SHORTEST = 100
"""Characters: to read less is as fast as to look it up."""
_LONGEST = 4000
_MOST = 2048
"""How many are remembered; together they hold no more than a few megabytes."""

Part = tuple[int, int, int, str]
"""A rule by its identity, how deep the part lies, the column of its keys, its text."""


class Unchanged:
    """What follows which rule of one schema."""

    def __init__(self) -> None:
        # With the rules themselves, so that the identity of each stays its own.
        self._following: dict[Part, Rule] = {}

    def part(self, tree: Tree, node: Mapping, rule: Rule, depth: int) -> Part | None:
        """What to ask by; None for a mapping that is not worth it, or depends on the text around it."""
        if not _SHORTEST <= node.span.end - node.span.start <= _LONGEST:
            return None
        text = tree.own_text(node)
        return (id(rule), depth, node.indent, text) if text is not None else None

    def follows(self, part: Part | None) -> bool:
        """Whether it was found to follow the rule."""
        return part in self._following

    def add(self, part: Part, rule: Rule) -> None:
        """Remember that it follows the rule."""
        if len(self._following) >= _MOST:
            self._following.clear()
        self._following[part] = rule
