"""JL111: a default that the input it belongs to cannot have: a word for a number, or one out of its range."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import Entry, Fields, literal
from joblens.job.model import At, Dialect, Literal

CODE = "JL111"

_WANTED = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
_DATA = ("uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every default of a component's inputs that its type, or its bounds, do not allow."""
    kind = subject.kind
    if kind is None or kind.dialect is not Dialect.TODAY:
        return
    for path, body in subject.bodies:
        if path[-1:] == ("component",) or (not path and kind.name.endswith("Component")):
            for entry in body.below("inputs") or ():
                settings = body.of(entry.value)
                if settings is not None:
                    yield from _problems(entry, settings)


def _problems(entry: Entry, settings: Fields) -> Iterator[Problem]:
    kind, default = settings.text("type"), literal(settings.value("default"))
    word = kind.value.strip().lower() if kind is not None else ""
    name = shortened(entry.key.value, 30)
    if default is not None and word in _DATA:
        key = settings.key("default")
        message = f"'{name}' is data ({word}), which cannot have a default. Make it 'optional: true'?"
        yield Problem(CODE, message, key.span if key is not None else default.span)
    elif default is not None and word in _WANTED and not _is_a(word, default.value):
        shown = shortened(str(default.value), 30)
        yield Problem(
            CODE, f"The default of '{name}' cannot be '{shown}': {_WANTED[word]} is expected.", default.span
        )
    elif word in ("integer", "number"):
        yield from _bounds(name, settings)


def _is_a(word: str, value: Literal) -> bool:
    if word == "boolean":
        return isinstance(value, bool) or str(value).strip().lower() in ("true", "false")
    try:
        number = float(value)
    except ValueError:
        return "$" in str(value)
    return word == "number" or not isinstance(value, str) or number.is_integer()


def _bounds(name: str, settings: Fields) -> Iterator[Problem]:
    least, most = settings.number("min"), settings.number("max")
    if least is not None and most is not None and least.value > most.value:
        message = f"'{name}': min {least.value:.10g} is more than max {most.value:.10g}. Swap them?"
        yield Problem(CODE, message, least.span)
        return
    default = settings.number("default")
    if default is None:
        return
    if least is not None and default.value < least.value:
        yield _outside(name, default, f"less than min {least.value:.10g}")
    elif most is not None and default.value > most.value:
        yield _outside(name, default, f"more than max {most.value:.10g}")


def _outside(name: str, default: At[float], how: str) -> Problem:
    message = f"The default of '{name}' is {default.value:.10g}, {how}. Change either."
    return Problem(CODE, message, default.span)
