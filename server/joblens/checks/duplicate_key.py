"""JL002: a key stands twice in one mapping; the client silently keeps the last, so the first is lost."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence

CODE = "JL002"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every key that repeats an earlier one of its mapping."""
    for pair in repeated(subject.tree.root):
        assert isinstance(pair.key, Scalar)
        message = f"'{pair.key.value}' stands twice here; only the last one counts. Remove one."
        yield Problem(CODE, message, pair.key.span)


def repeated(root: Node | None) -> list[Pair]:
    """The entries whose key stands in the same mapping before them."""
    found = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            found += _repeated_in(node)
            waiting.extend(pair.value for pair in node.pairs)
    return found


def _repeated_in(mapping: Mapping) -> list[Pair]:
    found, seen = [], set()
    for pair in mapping.pairs:
        if not isinstance(pair.key, Scalar) or pair.colon is None or pair.key.value == "<<":
            continue
        if pair.key.value in seen:
            found.append(pair)
        seen.add(pair.key.value)
    return found
