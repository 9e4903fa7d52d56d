"""JL301-JL304: a hyperparameter that no value can be drawn from, or not those that were meant.

The client sends the search space as it is; the service refuses it only after the upload.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from joblens.checks.problem import Fix, Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.model import At
from joblens.job.sweeps import Distribution
from joblens.schema.match import Fault
from joblens.text.nodes import Sequence, Span

RANGE = "JL301"
NUMBER = "JL302"
NO_VALUES = "JL303"
EXPONENTS = "JL304"

_UNIFORM = frozenset({"uniform", "quniform", "loguniform", "qloguniform"})
_NORMAL = frozenset({"normal", "qnormal", "lognormal", "qlognormal"})
# Bounds of a loguniform below these were meant as values: as exponents they would all give about 1.
_LEAST_EXPONENT, _MOST_EXPONENT = 0.05, 1.0


def problems(subject: Subject) -> Iterator[Problem]:
    """Every setting of a hyperparameter that cannot be right."""
    for sweep in subject.sweeps:
        for one in sweep.space:
            if one.type.value in _UNIFORM:
                yield from _bounds(subject.document.text, one)
            elif one.type.value in _NORMAL:
                yield from _sigma(one)
            elif one.type.value == "randint":
                yield from _upper(one)
            elif one.type.value == "choice" and not _is_in_doubt(subject, one):
                yield from _values(one)
            if one.type.value.startswith("q"):
                yield from _quantum(one)


def _is_in_doubt(subject: Subject, one: Distribution) -> bool:
    """Whether a key of it is misspelt, which may be the one that is asked for, or its type is another's."""
    span = one.settings.span
    wrong = (
        found.span for found in subject.mismatches if found.fault in (Fault.UNKNOWN_KEY, Fault.NOT_ALLOWED)
    )
    return any(span.start <= found.start < span.end for found in wrong)


def _bounds(text: str, one: Distribution) -> Iterator[Problem]:
    least, most = one.settings.number("min_value"), one.settings.number("max_value")
    if least is None or most is None:
        return
    logarithmic = "log" in one.type.value
    if least.value < most.value:
        if logarithmic and 0 <= least.value < _LEAST_EXPONENT and most.value <= _MOST_EXPONENT:
            yield _exponents(one, least, most)
        return
    equal = least.value == most.value
    message = f"'{_name(one)}': max_value {_shown(most)} must be greater than min_value {_shown(least)}."
    severity = Severity.WARNING if equal and logarithmic else Severity.ERROR
    yield Problem(RANGE, message, most.span, severity, None if equal else _swapped(text, one, least, most))


def _swapped(text: str, one: Distribution, least: At[float], most: At[float]) -> Fix | None:
    first, second = sorted((least.span, most.span))
    if first.start < one.settings.span.start or second.end > one.settings.span.end:
        return None  # One of them stands elsewhere, under an anchor.
    swapped = text[second.start : second.end] + text[first.end : second.start] + text[first.start : first.end]
    return Fix("Swap min_value and max_value", Span(first.start, second.end), swapped)


def _exponents(one: Distribution, least: At[float], most: At[float]) -> Problem:
    low, high = math.exp(least.value), math.exp(most.value)
    drawn = f"values from {low:.4g} to {high:.4g}"
    message = f"Bounds of '{one.type.value}' are exponents: these give {drawn}. Write logarithms."
    return Problem(EXPONENTS, message, least.span, Severity.WARNING)


def _sigma(one: Distribution) -> Iterator[Problem]:
    sigma = one.settings.number("sigma")
    if sigma is None or sigma.value > 0:
        return
    if sigma.value < 0:
        message = f"'{_name(one)}': sigma cannot be {_shown(sigma)}: a standard deviation is positive."
        yield Problem(NUMBER, message, sigma.span)
    else:
        message = f"'{_name(one)}': sigma 0 gives every trial the same value. Make it positive."
        yield Problem(NUMBER, message, sigma.span, Severity.WARNING)


def _upper(one: Distribution) -> Iterator[Problem]:
    upper = one.settings.number("upper")
    if upper is not None and upper.value < 1:
        message = f"'{_name(one)}': upper cannot be {_shown(upper)}: values are drawn from 0 to upper - 1."
        yield Problem(NUMBER, message, upper.span)


def _values(one: Distribution) -> Iterator[Problem]:
    message = f"'{_name(one)}' is a choice without values. List at least one under 'values'."
    values = one.settings.value("values")
    if "values" not in one.settings:
        yield Problem(NO_VALUES, message, one.name.span)
    elif isinstance(values, Sequence) and not values.items:
        yield Problem(NO_VALUES, message, values.span)


def _quantum(one: Distribution) -> Iterator[Problem]:
    quantum = one.settings.number("q")
    if quantum is None:
        return
    if quantum.value <= 0:
        message = f"'{_name(one)}': q cannot be {_shown(quantum)}: values are rounded to multiples of it."
        yield Problem(NUMBER, message, quantum.span)
        return
    width = _width(one)
    if width is not None and 0 < width < quantum.value:
        message = (
            f"'{_name(one)}': q {_shown(quantum)} is larger than the range, {width:.4g}. Make it smaller."
        )
        yield Problem(NUMBER, message, quantum.span, Severity.WARNING)


def _width(one: Distribution) -> float | None:
    """How far apart the least and the greatest value are."""
    least, most = one.settings.number("min_value"), one.settings.number("max_value")
    if least is None or most is None:
        return None
    if "log" not in one.type.value:
        return most.value - least.value
    try:
        return math.exp(most.value) - math.exp(least.value)
    except OverflowError:
        return None


def _name(one: Distribution) -> str:
    return shortened(one.name.value, 30)


def _shown(number: At[float]) -> str:
    return f"{number.value:.10g}"
