"""JL305-JL306: a sampling algorithm with a distribution or a policy that it cannot work with."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.sweeps import Distribution, Sweep

DISTRIBUTION = "JL305"
EARLY_TERMINATION = "JL306"

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
