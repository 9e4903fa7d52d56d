"""JL305-JL306, JL312-JL313: a sampling algorithm with what it cannot work with, or not well."""

from __future__ import annotations

import math
from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.sweeps import Distribution, Sweep

DISTRIBUTION = "JL305"
EARLY_TERMINATION = "JL306"
BASE = "JL312"
FEW_TRIALS = "JL313"

_ENOUGH = 20
"""Trials for each hyperparameter that Azure ML recommends for Bayesian sampling."""

_DISTRIBUTIONS = "choice uniform quniform loguniform qloguniform normal qnormal lognormal qlognormal randint"
_ALL = frozenset(_DISTRIBUTIONS.split())
_TAKES = {"grid": frozenset({"choice"}), "bayesian": frozenset({"choice", "uniform", "quniform"})}


def problems(subject: Subject) -> Iterator[Problem]:
    """Every part of a sweep that its sampling algorithm refuses."""
    for sweep in subject.sweeps:
        if sweep.sampling is None:
            continue
        refused = _ALL - _TAKES.get(sweep.sampling.value, _ALL)
        yield from (
            _distribution(sweep.sampling.value, one) for one in sweep.space if one.type.value in refused
        )
        if sweep.sampling.value == "bayesian":
            yield from _early_termination(sweep)
            yield from _trials(sweep)
        yield from _base(sweep)


def _distribution(sampling: str, one: Distribution) -> Problem:
    name, kind = shortened(one.name.value, 30), one.type.value
    takes = "only 'choice'" if sampling == "grid" else "'choice', 'uniform' and 'quniform'"
    message = f"'{name}' is '{kind}', but {sampling} sampling takes {takes}. Change either."
    return Problem(DISTRIBUTION, message, one.type.span)


def _early_termination(sweep: Sweep) -> Iterator[Problem]:
    if sweep.policy is not None:
        message = (
            "Bayesian sampling cannot end trials early. Remove 'early_termination', or sample at random."
        )
        yield Problem(EARLY_TERMINATION, message, sweep.policy.key.span)


def _trials(sweep: Sweep) -> Iterator[Problem]:
    total = sweep.limits.number("max_total_trials") if sweep.limits is not None else None
    enough = _ENOUGH * len(sweep.space)
    if total is not None and 1 <= total.value < enough:
        message = (
            f"Bayesian sampling learns from trials: Azure ML recommends {_ENOUGH} for each hyperparameter, "
            f"{enough} here."
        )
        yield Problem(FEW_TRIALS, message, total.span, Severity.HINT)


def _base(sweep: Sweep) -> Iterator[Problem]:
    if sweep.logbase is None or sweep.logbase.value == "e":
        return
    try:
        base = float(sweep.logbase.value)
    except ValueError:
        base = 0.0
    if not 0 < base < math.inf or base == 1:
        shown = shortened(str(sweep.logbase.value), 30)
        message = f"'logbase' cannot be {shown}: give a positive number other than 1, or 'e'."
        yield Problem(BASE, message, sweep.logbase.span)
