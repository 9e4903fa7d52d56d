"""A sweep as text: what a dry run prints of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from joblens.engine import records
from joblens.engine.sweep import sampling, trial
from joblens.engine.sweep import space as spaces
from joblens.engine.sweep.search import Search

_SHOWN = 5
"""Trials whose values are listed."""


def lines(sweep: str, search: Search) -> list[str]:
    """What is searched, and the first trials with their values."""
    how = f"{search.sampling} sampling" + (" by Sobol's sequence" if search.rule == "sobol" else "")
    points = sampling.first(search, _SHOWN)
    return [
        f"sweep: {search.total} trials, {search.concurrent} at once, {how}, {search.goal} {search.metric}",
        "search space:",
        *(f"  {name}: {distribution(each, search.logbase)}" for name, each in search.space.items()),
        f"{_first(search)}:",
        *(f"  {trial.name(sweep, number)}: {records.pairs(point)}" for number, point in enumerate(points)),
    ]


def distribution(settings: Mapping[str, object], base: float = math.e) -> str:
    """A hyperparameter's distribution in words: `uniform from 0.01 to 0.9`."""
    kind, given = spaces.kind(settings), settings
    if kind == "choice":
        return "one of " + ", ".join(_option(value, base) for value in spaces.options("choice", settings))
    if kind == "randint":
        return f"a whole number from 0 to below {given.get('upper')}"
    exponent = "" if "log" not in kind else "e^" if base == math.e else f"{base:g}^"
    step = f" in steps of {given['q']}" if "q" in given else ""
    if "min_value" in given:
        return f"{kind} from {exponent}{given['min_value']} to {exponent}{given.get('max_value')}{step}"
    return f"{kind} around {exponent}{given.get('mu')} with deviation {given.get('sigma')}{step}"


def _option(value: object, base: float) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    own = {
        key: distribution(each, base) if isinstance(each, Mapping) else str(each)
        for key, each in value.items()
    }
    return "{" + ", ".join(f"{key}: {words}" for key, words in own.items()) + "}"


def _first(search: Search) -> str:
    if search.sampling == "grid":
        return "first trials"
    learns = ", before anything is learned" if search.sampling == "bayesian" else ""
    seed = f"seed {search.seed}" if search.seeded else "the job has no seed: every run draws others"
    return f"first trials{learns} ({seed})"
