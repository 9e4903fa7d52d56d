"""JL101: a key that the schema does not know here; the client refuses the whole file for it."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, did_you_mean, listed, replacement, shortened
from joblens.checks.subject import Subject
from joblens.schema.match import Fault, Mismatch
from joblens.schema.near import nearest

CODE = "JL101"
_ROOM = 85
"""What a message has for the key, its place and the word that was meant."""


def problems(subject: Subject) -> Iterator[Problem]:
    """Every key that its mapping does not take."""
    for found in subject.mismatches:
        if found.fault is Fault.UNKNOWN_KEY:
            yield _problem(found)


def _problem(found: Mismatch) -> Problem:
    properties = found.rules[0].get("properties", {}).items()
    known = [key for key, rule in properties if key != "$schema" and not rule.get("readOnly")]
    name = shortened(found.name)
    where = f" in '{shortened(str(found.path[-2]), 24)}'" if len(found.path) > 1 else ""
    meant = nearest(found.name, known)
    if meant is not None:
        # The key alone says less, but a key with its place may leave no room for the word that was meant.
        said = f"Unknown key '{name}'" + (where if len(name + where + meant) < _ROOM else "")
        message = did_you_mean(f"{said}.", meant)
        return Problem(CODE, message, found.span, fix=replacement(meant, found.span))
    message = f"Unknown key '{name}'{where}."
    return Problem(CODE, f"{message} Known: {listed(known, 105 - len(message))}.", found.span)
