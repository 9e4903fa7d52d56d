"""JL002: a key stands twice in one mapping; the client silently keeps the last, so the first is lost."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.text.nodes import Mapping, Node, Scalar, Sequence

CODE = "JL002"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every key that repeats an earlier one of its mapping."""
    waiting: list[Node | None] = [subject.tree.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            yield from _repeated(node)
            waiting.extend(pair.value for pair in node.pairs)


def _repeated(mapping: Mapping) -> Iterator[Problem]:
    seen: set[str] = set()
    for pair in mapping.pairs:
        if not isinstance(pair.key, Scalar) or pair.colon is None or pair.key.value == "<<":
            continue
        name = pair.key.value
        if name in seen:
            yield Problem(
                CODE, f"'{name}' stands twice here; only the last one counts. Remove one.", pair.key.span
            )
        seen.add(name)
