"""JL104: a value of the right type that the schema does not allow: a misspelt word, a number out of range."""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.problem import MOST, Fix, Problem, did_you_mean, one_of, replacement, shortened
from joblens.checks.subject import Subject
from joblens.schema.match import Fault, Mismatch
from joblens.schema.near import nearest
from joblens.schema.store import Rule
from joblens.schema.values import UNVERSIONED, allowed, compiled, expected
from joblens.text.nodes import Mapping, Scalar, Span

CODE = "JL104"

_BINDING = r"\$\{\{"
"""How the pattern of a binding begins."""
_NAME = r"^[a-z][a-z\d_]*$"
_REGISTERED = "^azureml:.+"
"""The pattern of a reference to something registered."""
_NAME_ALONE = re.compile(r"[A-Za-z0-9][\w\-]*")
_VERSIONED = re.compile(r"[A-Za-z0-9][\w\-.]*(:[\w\-.]+|@[\w\-]+)")
_TYPES_OF_VALUES = frozenset(("string", "number", "integer", "boolean"))
_YAML_FILE = re.compile(r"[^:\s]+\.ya?ml")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every value, and every name chosen by the user, that the schema refuses."""
    for found in subject.mismatches:
        if found.fault is Fault.NOT_ALLOWED and not _is_open_binding(found):
            yield _value_with_a_type(subject, found) or _value(found)
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
    refused = f"'{shortened(key, 30)}' cannot be '{shortened(found.name, 30)}'"
    meant = nearest(found.name, words) or _with_prefix(found)
    if meant is not None:
        return Problem(
            CODE, did_you_mean(f"{refused}.", meant), found.span, fix=replacement(meant, found.span)
        )
    if not words:
        wanted = list(dict.fromkeys(_wanted(rule) for rule in found.rules))
        return Problem(CODE, f"{refused}: {_any_of(wanted, 100 - len(refused))} is expected.", found.span)
    return Problem(CODE, one_of(f"{refused}. Allowed:", words, MOST), found.span)


def _value_with_a_type(subject: Subject, found: Mismatch) -> Problem | None:
    """An input written as a component declares it: a job gives the value alone."""
    if found.name not in _TYPES_OF_VALUES or len(found.path) < 3 or found.path[-3::2] != ("inputs", "type"):
        return None
    pair = subject.tree.pair_at(found.path[:-1])
    given = subject.tree.resolved(pair.value) if pair is not None else None
    if pair is None or pair.colon is None or not isinstance(given, Mapping):
        return None
    name = shortened(str(found.path[-2]), 30)
    message = (
        f"The type '{found.name}' is for inputs of components. A job gives the value alone: '{name}: VALUE'."
    )
    return Problem(CODE, message, found.span, fix=_value_alone(subject, pair.colon, given))


def _value_alone(subject: Subject, colon: int, given: Mapping) -> Fix | None:
    """The fix that keeps nothing but the value, where there is nothing else to lose."""
    text = subject.document.text[slice(*given.span)]
    entries = subject.tree.entries(given)
    pair = entries.get("value") or entries.get("default")
    value = pair.value if pair is not None else None
    if not isinstance(value, Scalar) or len(given.pairs) != 2 or "#" in text:
        return None
    written = subject.document.text[slice(*value.span)].strip()
    if "\n" in written:
        return None
    span = Span(colon + 1, given.span.start + len(text.rstrip()))
    return Fix(f"Write the value alone: {shortened(written)}", span, f" {written}")


def _with_prefix(found: Mismatch) -> str | None:
    """The name, or the file, with the prefix that alone it lacks."""
    if any(rule.get("x-file-ref") for rule in found.rules) and _YAML_FILE.fullmatch(found.name):
        return f"file:{found.name}"
    of_what = {rule.get("x-arm-type") for rule in found.rules if rule.get("pattern") == _REGISTERED}
    form = _NAME_ALONE if of_what & UNVERSIONED else _VERSIONED
    return f"azureml:{found.name}" if of_what - {None} and form.fullmatch(found.name) else None


def _any_of(wanted: list[str], most: int) -> str:
    """As many of the alternatives as a message has room for."""
    while len(wanted) > 1 and len(" or ".join(wanted)) > most:
        wanted = wanted[:-1]
    return shortened(" or ".join(wanted), most)


def _is_open_binding(found: Mismatch) -> bool:
    """Whether a binding lacks its end, which a check of its own says."""
    open_ = found.name.startswith("${{") and "}}" not in found.name
    return open_ and any(_BINDING in rule.get("pattern", "") for rule in found.rules)


def _wanted(rule: Rule) -> str:
    plain = "pattern" in rule and not ("x-arm-type" in rule or "x-file-ref" in rule or "x-cast" in rule)
    if not plain:
        return expected(rule)
    if rule["pattern"] == _NAME:
        return "a name of lower-case letters, digits and '_'"
    if _BINDING in rule["pattern"]:
        return "a binding in '${{ }}'"
    return f"text like {shortened(rule['pattern'])}"
