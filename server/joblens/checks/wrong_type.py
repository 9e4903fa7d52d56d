"""JL103: a value of the wrong type: text for a mapping, a number for text."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Fix, Problem, shortened
from joblens.checks.subject import Subject
from joblens.schema.match import Fault, Mismatch
from joblens.schema.values import expected
from joblens.text.nodes import Scalar, Style

CODE = "JL103"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every value that no alternative's type admits."""
    for found in subject.mismatches:
        if found.fault is Fault.WRONG_TYPE:
            yield _problem(subject, found)


def _problem(subject: Subject, found: Mismatch) -> Problem:
    wanted = list(dict.fromkeys(expected(rule) for rule in found.rules))
    key = next((part for part in reversed(found.path) if isinstance(part, str)), "The file")
    text = subject.document.text[found.span.start : found.span.end]
    if key == "shm_size":
        return Problem(CODE, "'shm_size' must be text: a number and b, k, m or g, such as 2g.", found.span)
    if _is_unquoted(subject, found) and any("text" in one.split(" or ") for one in wanted):
        message = f"'{key}' must be text, but YAML reads {shortened(text)} as another type. Quote it."
        return Problem(CODE, message, found.span, fix=Fix("Put it in quotes", found.span, f'"{text}"'))
    return Problem(CODE, f"'{key}' must be {' or '.join(wanted[:3])}.", found.span)


def _is_unquoted(subject: Subject, found: Mismatch) -> bool:
    """Whether the value stands there without quotes, so that YAML gave it its type."""
    node = subject.tree.node_at(found.path)
    return isinstance(node, Scalar) and node.style is Style.PLAIN and node.span == found.span
