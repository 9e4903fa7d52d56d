"""JL102: a key that the client requires is not there, or has no value."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.schema.match import Fault

CODE = "JL102"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every required key that is missing, and every key without the value it needs."""
    for found in subject.mismatches:
        if found.fault is Fault.MISSING_KEY:
            where = f" in '{found.path[-1]}'" if found.path else ""
            yield Problem(CODE, f"Required key '{found.name}' is missing{where}.", found.span)
        elif found.fault is Fault.EMPTY:
            yield Problem(CODE, f"'{found.name}' has no value. Give it one, or remove it.", found.span)
