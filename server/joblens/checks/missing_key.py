"""JL102: a key that the client requires is not there, or has no value."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity
from joblens.checks.subject import Subject
from joblens.schema.match import Fault, Mismatch

CODE = "JL102"

_OPTIONS = {"name": "--name", "endpoint_name": "--endpoint-name"}
"""What `az ml ... create` takes in place of a key of the file: many files leave it to that."""


def problems(subject: Subject) -> Iterator[Problem]:
    """Every required key that is missing, and every key without the value it needs."""
    for found in subject.mismatches:
        if found.fault is Fault.MISSING_KEY and not found.path and found.name in _OPTIONS:
            message = f"'{found.name}' is missing. Give it here, or with {_OPTIONS[found.name]} at create."
            yield Problem(CODE, message, found.span, Severity.HINT)
        elif found.fault is Fault.MISSING_KEY:
            where = f" in '{found.path[-1]}'" if found.path else ""
            yield Problem(CODE, f"Required key '{found.name}' is missing{where}.", found.span)
        elif found.fault is Fault.EMPTY:
            yield Problem(CODE, f"'{found.name}' has no value. {_way_out(found)}", found.span)


def _way_out(found: Mismatch) -> str:
    holds = any("properties" in rule for rule in found.rules)
    return "Give it one, indent what belongs to it, or remove it." if holds else "Give it one, or remove it."
