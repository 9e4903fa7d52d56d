"""JL002: a key stands twice in one mapping; the client silently keeps the last, so the first is lost."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.text.nodes import Scalar

CODE = "JL002"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every key that repeats an earlier one of its mapping."""
    for pair in subject.tree.repeated:
        assert isinstance(pair.key, Scalar)
        message = f"'{pair.key.value}' stands twice here; only the last one counts. Remove one."
        yield Problem(CODE, message, pair.key.span)
