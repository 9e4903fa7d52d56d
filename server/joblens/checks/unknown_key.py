"""JL101: a key that the schema does not know here; the client refuses the whole file for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from joblens.checks.problem import MOST, Fix, Problem, Severity, did_you_mean, one_of, replacement, shortened
from joblens.checks.subject import Subject
from joblens.schema.match import Fault, Mismatch
from joblens.schema.near import likeness, nearest
from joblens.text.nodes import Span

CODE = "JL101"
_ROOM = 85
"""What a message has for the key, its place and the word that was meant."""
_NEEDED = ("default_compute",)
"""Keys that the client refuses a file without, though it does not ask for them by name."""
_OF_ALL, _OF_ONE = "process_count", "process_count_per_instance"
"""What the preview counts, and what is counted today."""
_ALIKE = 0.8
"""So much a key is like another to be meant for it though its value is none for it."""


def problems(subject: Subject) -> Iterator[Problem]:
    """Every key that its mapping does not take."""
    empty = [one for one in subject.mismatches if one.fault is Fault.EMPTY]
    for found in subject.mismatches:
        if found.fault is Fault.UNKNOWN_KEY and not any(_belongs_below(found, one) for one in empty):
            problem = _problem(found)
            if (found.name, found.meant) == (_OF_ALL, _OF_ONE):
                problem = replace(problem, fix=_counted_anew(subject, found))
            yield problem


def _belongs_below(found: Mismatch, empty: Mismatch) -> bool:
    """Whether a key only lacks its indentation: the one before it asks for a value, and knows it."""
    beside = found.path[:-1] == empty.path[:-1] and empty.span < found.span
    return beside and any(found.name in rule.get("properties", ()) for rule in empty.rules)


def _problem(found: Mismatch) -> Problem:
    properties = found.rules[0].get("properties", {}).items()
    known = [key for key, rule in properties if key != "$schema" and not rule.get("readOnly")]
    name = shortened(found.name)
    where = f" in '{shortened(str(found.path[-2]), 24)}'" if len(found.path) > 1 else ""
    meant = found.meant
    if meant and (found.fits or likeness(meant, found.name) >= _ALIKE):
        # The key alone says less, but a key with its place may leave no room for the word that was meant.
        said = f"Unknown key '{name}'" + (where if len(name + where + meant) < _ROOM else "")
        fix = replacement(meant, found.span) if found.fits else None
        return Problem(CODE, did_you_mean(f"{said}.", meant), found.span, _severity(found), fix)
    message = f"Unknown key '{name}'{where}."
    there = nearest(found.name, known)
    if there is not None and likeness(there, found.name) >= _ALIKE:
        # The key stands there already: which of the two is to go, its author knows.
        return Problem(CODE, did_you_mean(message, there), found.span, _severity(found))
    return Problem(CODE, one_of(f"{message} Known:", known, MOST), found.span)


def _counted_anew(subject: Subject, found: Mismatch) -> Fix | None:
    """The preview's count of all processes as that of one instance; none where they do not divide."""
    bodies, place = dict(subject.bodies), found.path[:-2]
    body = bodies.get(place)
    distribution = body.below("distribution") if body is not None else None
    if body is None or distribution is None:
        return None
    # What a sweep's trials are given stands beside them, too.
    resources = body.below("resources") or (bodies[()].below("resources") if place == ("trial",) else None)
    total = distribution.integer(_OF_ALL)
    instances = 1
    if resources is not None and "instance_count" in resources:
        counted = resources.integer("instance_count")
        instances = counted.value if counted is not None else 0
    if total is None or instances < 1 or total.value % instances:
        return None
    meant = f"{_OF_ONE}: {total.value // instances}"
    return replacement(meant, Span(found.span.start, total.span.end))


def _severity(found: Mismatch) -> Severity:
    passes = found.is_let_pass and found.meant not in _NEEDED
    return Severity.WARNING if passes else Severity.ERROR
