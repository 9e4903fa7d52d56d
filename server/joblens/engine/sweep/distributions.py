"""Azure ML's distributions as one map from the unit interval: even draws from it give draws from each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from joblens.errors import JobFileError

_UNIFORM = ("uniform", "quniform", "loguniform", "qloguniform")
_NORMAL = ("normal", "qnormal", "lognormal", "qlognormal")
TYPES = frozenset(("choice", "randint", *_UNIFORM, *_NORMAL))

_MOST_EXPONENT = 700.0
"""Of e: what is above is no number of a computer."""
_LIKELY = 10
"""Standard deviations within which every value that is ever drawn lies."""


def value_at(kind: str, settings: Mapping[str, Any], unit: float, base: float = math.e) -> float:
    """The value at `unit` (from 0 to below 1); of a choice, which option it is.

    `base` is what logarithmic distributions raise: their bounds and means are exponents.
    """
    if kind == "choice":
        return _whole(unit, len(settings["values"]))
    if kind == "randint":
        return _whole(unit, int(float(settings["upper"])))
    continuous = kind.removeprefix("q")
    if continuous in _UNIFORM:
        low, high = float(settings["min_value"]), float(settings["max_value"])
        value = low + unit * (high - low)
    else:
        value = _normal(float(settings["mu"]), float(settings["sigma"]), unit)
    if continuous.startswith("log"):
        value = math.exp(value) if base == math.e else base**value
    return multiple(round(value / float(settings["q"])), settings["q"]) if kind.startswith("q") else value


def multiple(times: int, q: float | str) -> float:
    """A multiple of `q`: whole where `q` is written as a whole number, and 3 times 0.1 is 0.3."""
    return times * q if isinstance(q, int) else float(f"{times * float(q):.15g}")


def number(value: object) -> float | None:
    """A setting as a number; YAML 1.1 takes `1e-3` for text, which Azure ML reads as a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def check(name: str, kind: str, settings: Mapping[str, Any], base: float = math.e) -> None:
    """Raise what keeps values from being drawn."""
    if kind not in TYPES:
        raise JobFileError(f"'{name}' is '{kind}', no distribution.", hint="Use uniform, choice, normal ...")
    given: dict[str, float] = {}
    for key in _needed(kind):
        found = number(settings.get(key))
        if found is None:
            raise JobFileError(f"'{name}' ({kind}) has no number under '{key}'.", hint=f"Give '{key}:' one.")
        given[key] = found
    wrong = _wrong(kind, given, base)
    if wrong:
        raise JobFileError(f"No values can be drawn for '{name}' ({kind}): {wrong}.", hint="Change it.")


def _needed(kind: str) -> tuple[str, ...]:
    if kind == "randint":
        return ("upper",)
    needed = ("min_value", "max_value") if kind in _UNIFORM else ("mu", "sigma")
    return (*needed, "q") if kind.startswith("q") else needed


def _wrong(kind: str, given: Mapping[str, float], base: float) -> str:
    if kind == "randint" and (given["upper"] < 1 or given["upper"] % 1):
        return "'upper' must be a whole number of 1 or more"
    if kind in _UNIFORM and given["min_value"] > given["max_value"]:
        return "'min_value' is above 'max_value'"
    if given.get("sigma", 0) < 0:
        return "'sigma' is below 0"
    if given.get("q", 1) <= 0:
        return "'q' must be above 0"
    if kind.removeprefix("q").startswith("log"):
        ends = given.values() if kind in _UNIFORM else (given["mu"] + _LIKELY * given["sigma"],)
        most = max(exponent * math.log(base) for exponent in ends)
        return "its numbers are exponents, and these are too large" if most > _MOST_EXPONENT else ""
    return ""


def _whole(unit: float, count: int) -> int:
    return min(int(unit * count), count - 1)


def _normal(mu: float, sigma: float, unit: float) -> float:
    from statistics import NormalDist  # with its fractions it is dear to import

    inside = min(max(unit, 1e-12), 1 - 1e-12)  # the ends of a normal distribution lie at infinity
    return NormalDist(mu, sigma).inv_cdf(inside) if sigma else mu
