"""What is drawn has the distribution that Azure ML's reference defines, and no other that is like it."""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from joblens.engine.sweep.sampling import sampler
from tests.engine.sweep.searches import search

DRAWS = 4096
"""A power of two, in which Sobol's sequence is balanced."""
UNLIKELY = 1e-4
"""How rarely a right distribution may look like a wrong one."""

Cdf = Callable[[Any], Any]


def drawn(settings: dict[str, Any], rule: str, **more: Any) -> list[Any]:
    asked = sampler(search({"x": settings}, rule=rule, **more))
    return [asked.ask(number)["x"] for number in range(DRAWS)]  # type: ignore[index]


def normal(mu: float, sigma: float) -> Cdf:
    return lambda x: stats.norm.cdf(x, mu, sigma)


def uniform(low: float, high: float) -> Cdf:
    return lambda x: stats.uniform.cdf(x, low, high - low)


def log(of: Cdf, base: float = math.e) -> Cdf:
    """The distribution of what the base raised to a draw comes to."""
    return lambda x: of(np.log(np.maximum(x, 1e-300)) / math.log(base))


UNIFORM = {"type": "uniform", "min_value": -2, "max_value": 6}
LOGUNIFORM = {"type": "loguniform", "min_value": -4, "max_value": 1}
NORMAL = {"type": "normal", "mu": 10, "sigma": 3}
LOGNORMAL = {"type": "lognormal", "mu": 0.5, "sigma": 0.25}

CONTINUOUS = [
    (UNIFORM, uniform(-2, 6), uniform(-2, 5.5)),
    (LOGUNIFORM, log(uniform(-4, 1)), uniform(math.exp(-4), math.exp(1))),
    ({**LOGUNIFORM, "min_value": "1e-3"}, log(uniform(1e-3, 1)), log(uniform(0.1, 1))),
    (NORMAL, normal(10, 3), normal(10, 4)),
    (LOGNORMAL, log(normal(0.5, 0.25)), normal(math.exp(0.5), 0.25)),
]


@pytest.mark.parametrize("rule", ["random", "sobol"])
@pytest.mark.parametrize(("settings", "right", "wrong"), CONTINUOUS)
def test_a_continuous_distribution_is_as_defined(settings, right, wrong, rule):
    values = drawn(settings, rule)
    assert all(type(value) is float for value in values)
    assert stats.kstest(values, right).pvalue > UNLIKELY
    assert stats.kstest(values, wrong).pvalue < UNLIKELY


@pytest.mark.parametrize("rule", ["random", "sobol"])
@pytest.mark.parametrize("base", [10, 2.5])
def test_logarithmic_distributions_have_the_base_that_is_asked_for(base, rule):
    for settings, inner in ((LOGUNIFORM, uniform(-4, 1)), (LOGNORMAL, normal(0.5, 0.25))):
        values = drawn(settings, rule, logbase=base)
        assert stats.kstest(values, log(inner, base)).pvalue > UNLIKELY
        assert stats.kstest(values, log(inner)).pvalue < UNLIKELY
    assert stats.kstest(drawn(UNIFORM, rule, logbase=base), uniform(-2, 6)).pvalue > UNLIKELY


def rounded(of: Cdf, q: float) -> Callable[[float], float]:
    """How likely each multiple of q is, of a value that is rounded to the next one."""
    return lambda value: float(of(value + q / 2) - of(value - q / 2))


def floored(of: Cdf, q: float) -> Callable[[float], float]:
    """The same of a value that is rounded down: what these distributions are not."""
    return lambda value: float(of(value + q) - of(value))


def evenly(count: int) -> Callable[[float], float]:
    return lambda value: 1 / count if 0 <= value < count else 0.0


DISCRETE = [
    ({"type": "randint", "upper": 6}, evenly(6), evenly(7)),
    ({"type": "choice", "values": [0, 1, 2, 3]}, evenly(4), lambda value: (value + 1) / 10),
    (
        {"type": "quniform", "min_value": 0, "max_value": 10, "q": 2},
        rounded(uniform(0, 10), 2),
        floored(uniform(0, 10), 2),
    ),
    (
        {"type": "quniform", "min_value": 0, "max_value": 1, "q": 0.1},
        rounded(uniform(0, 1), 0.1),
        evenly(11),
    ),
    (
        {"type": "qloguniform", "min_value": 0, "max_value": 3, "q": 1},
        rounded(log(uniform(0, 3)), 1),
        rounded(uniform(1, math.exp(3)), 1),
    ),
    (
        {"type": "qnormal", "mu": 10, "sigma": 3, "q": 2},
        rounded(normal(10, 3), 2),
        floored(normal(10, 3), 2),
    ),
    (
        {"type": "qlognormal", "mu": 2, "sigma": 0.5, "q": 2},
        rounded(log(normal(2, 0.5)), 2),
        rounded(normal(math.exp(2), 3), 2),
    ),
]


def likelihood(values: list[Any], probability: Callable[[float], float]) -> float:
    """How likely these counts are, the rare values taken together."""
    counts = Counter(values)
    seen, expected = [0.0], [0.0]
    for value in sorted(counts):
        if probability(value) * DRAWS < 5:
            seen[0] += counts[value]
            expected[0] += probability(value) * DRAWS
        else:
            seen.append(counts[value])
            expected.append(probability(value) * DRAWS)
    expected[0] += max(DRAWS - sum(expected), 1e-9)  # of the values that were never drawn
    statistic = sum((have - want) ** 2 / max(want, 1) for have, want in zip(seen, expected, strict=True))
    return float(stats.chi2.sf(statistic, len(seen) - 1))


@pytest.mark.parametrize("rule", ["random", "sobol"])
@pytest.mark.parametrize(("settings", "right", "wrong"), DISCRETE)
def test_a_discrete_distribution_is_as_defined(settings, right, wrong, rule):
    values = drawn(settings, rule)
    assert likelihood(values, right) > UNLIKELY
    assert likelihood(values, wrong) < UNLIKELY


def test_hyperparameters_are_drawn_independently():
    space = {name: {"type": "uniform", "min_value": 0, "max_value": 1} for name in "abcd"}
    for rule in ("random", "sobol"):
        asked = sampler(search(space, rule=rule))
        points = np.array([list((asked.ask(number) or {}).values()) for number in range(DRAWS)])
        correlation = np.corrcoef(points.T) - np.eye(4)
        assert np.abs(correlation).max() < 4 / math.sqrt(DRAWS)


def test_sobols_sequence_fills_the_space_more_evenly():
    space = {name: {"type": "uniform", "min_value": 0, "max_value": 1} for name in "abc"}
    gaps = {}
    for rule in ("random", "sobol"):
        asked = sampler(search(space, rule=rule))
        points = [list((asked.ask(number) or {}).values()) for number in range(256)]
        gaps[rule] = stats.qmc.discrepancy(np.array(points))
    assert gaps["sobol"] < gaps["random"] / 10


@pytest.mark.parametrize(
    ("settings", "type_"),
    [
        ({"type": "randint", "upper": 9}, int),
        ({"type": "quniform", "min_value": 0, "max_value": 9.5, "q": 1}, int),
        ({"type": "qnormal", "mu": 0, "sigma": 5, "q": 2}, int),
        ({"type": "quniform", "min_value": 0, "max_value": 9, "q": 1.0}, float),
        ({"type": "quniform", "min_value": 0, "max_value": 9, "q": 0.5}, float),
        ({"type": "uniform", "min_value": 0, "max_value": 9}, float),
        ({"type": "choice", "values": [1, 2, 3]}, int),
        ({"type": "choice", "values": ["1", "2"]}, str),
        ({"type": "choice", "values": [1.0, 2.0]}, float),
    ],
)
def test_values_have_the_type_that_is_written(settings, type_):
    assert {type(value) for value in drawn(settings, "random")} == {type_}


def test_a_multiple_is_as_short_as_what_it_is_a_multiple_of():
    values = set(drawn({"type": "quniform", "min_value": 0, "max_value": 1, "q": 0.1}, "random"))
    assert sorted(values) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def test_a_distribution_without_width_always_gives_its_value():
    for settings, value in (
        ({"type": "uniform", "min_value": 2, "max_value": 2}, 2),
        ({"type": "normal", "mu": 3, "sigma": 0}, 3),
    ):
        assert set(drawn(settings, "random")) == {value}
