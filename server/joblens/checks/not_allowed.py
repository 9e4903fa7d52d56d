"""JL104: a value of the right type that the schema does not allow: a misspelt word, a number out of range."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, listed, replacement, shortened
from joblens.checks.subject import Subject
from joblens.schema.match import Fault, Mismatch
from joblens.schema.near import nearest
from joblens.schema.store import Rule
from joblens.schema.values import allowed, compiled, expected

CODE = "JL104"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every value, and every name chosen by the user, that the schema refuses."""
    for found in subject.mismatches:
        if found.fault is Fault.NOT_ALLOWED:
            yield _value(found)
        elif found.fault is Fault.BAD_KEY:
            yield _name(found)


def _name(found: Mismatch) -> Problem:
    rule = found.rules[0]
    lower_only = "pattern" in rule and not compiled(rule["pattern"]).search("A")
    letters = "lower-case letters" if lower_only else "letters"
    message = f"'{shortened(found.name)}' cannot be a name here: use {letters}, digits and underscores."
    return Problem(CODE, message, found.span)


def _value(found: Mismatch) -> Problem:
    key = next((part for part in reversed(found.path) if isinstance(part, str)), "")
    words = [str(word) for rule in found.rules for word in allowed(rule) or ()]
    shown = shortened(found.name, 30)
    if not words:
        wanted = " or ".join(dict.fromkeys(_wanted(rule) for rule in found.rules))
        return Problem(CODE, f"'{key}' cannot be '{shown}': {wanted} is expected.", found.span)
    meant = nearest(found.name, words)
    if meant is not None:
        message = f"'{key}' cannot be '{shown}'. Did you mean '{meant}'?"
        return Problem(CODE, message, found.span, fix=replacement(meant, found.span))
    return Problem(CODE, f"'{key}' cannot be '{shown}'. Allowed: {listed(words)}.", found.span)


def _wanted(rule: Rule) -> str:
    plain = "pattern" in rule and not ("x-arm-type" in rule or "x-file-ref" in rule or "x-cast" in rule)
    return f"text like {rule['pattern']}" if plain else expected(rule)
