"""Points of a search space, with Azure ML's meaning of each distribution."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from joblens.errors import JobFileError

Space: TypeAlias = Mapping[str, Mapping[str, Any]]
Point: TypeAlias = dict[str, object]


def points(space: Space, sampling: str, seed: int | None) -> Iterator[Point]:
    """The trials' values in order: without end for `random`, every combination once for `grid`."""
    return grid_points(space) if sampling == "grid" else random_points(space, seed)


def random_points(space: Space, seed: int | None) -> Iterator[Point]:
    """Points drawn independently; equal seeds draw equal points."""
    generator = random.Random(seed)
    while True:
        yield {name: value_at(settings, generator.random()) for name, settings in space.items()}


def grid_points(space: Space) -> Iterator[Point]:
    """Every combination of the choices, the last name changing fastest."""
    for name, settings in space.items():
        if settings["type"] != "choice":
            raise JobFileError(
                f"Grid sampling takes only 'choice', but '{name}' is '{settings['type']}'.",
                hint="Use 'choice' with values, or random sampling.",
            )
    for values in itertools.product(*(_values(name, settings) for name, settings in space.items())):
        yield dict(zip(space, values, strict=True))


def value_at(settings: Mapping[str, Any], unit: float) -> object:
    """The value at `unit` (between 0 and 1) of a distribution: all distributions share this one map."""
    kind = str(settings["type"])
    if kind == "choice":
        values = _values("choice", settings)
        return values[min(int(unit * len(values)), len(values) - 1)]
    if kind == "randint":
        return min(int(unit * int(settings["upper"])), int(settings["upper"]) - 1)
    drawn = _continuous(kind.removeprefix("q"), settings, unit)
    if kind.startswith("q"):
        step = float(settings["q"])
        return round(drawn / step) * step
    return drawn


def _continuous(kind: str, settings: Mapping[str, Any], unit: float) -> float:
    if kind in {"uniform", "loguniform"}:
        low, high = float(settings["min_value"]), float(settings["max_value"])
        drawn = low + unit * (high - low)
    elif kind in {"normal", "lognormal"}:
        inside = min(max(unit, 1e-12), 1 - 1e-12)  # the ends of a normal distribution lie at infinity
        from statistics import NormalDist  # with its fractions it is dear to import

        drawn = NormalDist(float(settings["mu"]), float(settings["sigma"])).inv_cdf(inside)
    else:
        raise JobFileError(
            f"'{kind}' is no distribution of a search space.", hint="Use uniform, choice, normal ..."
        )
    return math.exp(drawn) if kind.startswith("log") else drawn  # bounds of loguniform are exponents


def _values(name: str, settings: Mapping[str, Any]) -> Sequence[object]:
    values = settings.get("values")
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise JobFileError(f"The search space's '{name}' has no values.", hint="Give 'values: [...]'.")
    return values
