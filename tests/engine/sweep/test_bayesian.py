"""Bayesian sampling learns from what it is told, also of trials before an interruption."""

import math
import statistics
from typing import Any

import pytest

from joblens.engine.sweep.sampling import sampler
from joblens.engine.sweep.space import Point
from tests.engine.sweep.searches import MODELS, search

BRANIN: dict[str, Any] = {
    "x": {"type": "uniform", "min_value": -5, "max_value": 10},
    "y": {"type": "uniform", "min_value": 0, "max_value": 15},
}
MIXED: dict[str, Any] = {
    "x": {"type": "quniform", "min_value": 1, "max_value": 9, "q": 2},
    "u": {"type": "quniform", "min_value": 0, "max_value": 0.35, "q": 0.05},
    "kind": {"type": "choice", "values": [1, "1", 1.0]},
    "model": MODELS,
}


def branin(point: Point) -> float:
    x, y = float(str(point["x"])), float(str(point["y"]))
    curve = (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2
    return curve + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def best(sampling: str, seed: int, trials: int = 40, sign: int = 1) -> float:
    """The best of some trials, 4 at a time."""
    goal = "minimize" if sign > 0 else "maximize"
    asked, running, values = sampler(search(BRANIN, sampling, seed=seed, goal=goal)), [], []
    for number in range(trials + 4):
        if len(running) == 4 or number >= trials:
            ended, point = running.pop(0)
            values.append(branin(point))
            asked.tell(ended, point, sign * values[-1], ended=True)
        if number < trials:
            running.append((number, asked.ask(number) or {}))
    return min(values)


def test_it_finds_better_values_than_random_draws():
    seeds = range(9)
    found = {name: statistics.median(best(name, seed) for seed in seeds) for name in ("random", "bayesian")}
    assert 0.3978 < found["bayesian"] < 0.8 < found["random"]


def test_it_also_maximizes():
    assert statistics.median(best("bayesian", seed, sign=-1) for seed in range(5)) < 0.8


def history(trials: int, space: dict[str, Any], **more: Any) -> list[tuple[int, Point, float | None]]:
    """What trials came to, one after the other; every fifth failed."""
    asked, told = sampler(search(space, "bayesian", **more)), []
    for number in range(trials):
        point = asked.ask(number) or {}
        value = None if number % 5 == 4 else (float(str(point["x"])) - 3) ** 2
        asked.tell(number, point, value, ended=True)
        told.append((number, point, value))
    return told


@pytest.mark.parametrize("space", [BRANIN, MIXED], ids=["plain", "nested"])
@pytest.mark.parametrize("ended", [3, 30])
def test_after_an_interruption_it_goes_on_as_if_there_had_been_none(space, ended):
    whole = history(ended + 5, space)
    asked = sampler(search(space, "bayesian"))
    for number, point, value in whole[:ended]:
        asked.tell(number, point, value, ended=True)
    for number, point, value in whole[ended:]:
        assert asked.ask(number) == point
        asked.tell(number, point, value, ended=True)


def test_trials_that_still_run_after_an_interruption_are_known_too():
    told = history(20, BRANIN)

    def resumed(running: bool) -> Point | None:
        asked = sampler(search(BRANIN, "bayesian"))
        for number, point, value in told[:16]:
            asked.tell(number, point, value, ended=True)
        for number, point, _ in told[16:]:
            if running:
                asked.tell(number, point, None, ended=False)
        assert not running or asked.ask(17) == told[17][1]
        return asked.ask(20)

    assert resumed(running=True) != resumed(running=False)


def test_trials_at_the_same_time_keep_apart():
    told = history(30, BRANIN)
    asked = sampler(search(BRANIN, "bayesian"))
    for number, point, value in told:
        asked.tell(number, point, value, ended=True)
    together = [asked.ask(number) or {} for number in range(30, 38)]
    assert len({(point["x"], point["y"]) for point in together}) == 8


def test_a_trial_is_asked_for_once_and_told_once():
    asked = sampler(search(BRANIN, "bayesian"))
    point = asked.ask(0) or {}
    assert asked.ask(0) == point
    asked.tell(0, point, 3.0, ended=False)
    for value in (2.0, 5.0, None):
        asked.tell(0, point, value, ended=True)
    assert asked.ask(1) != point


def test_a_metric_that_is_no_number_counts_as_none():
    asked = sampler(search(BRANIN, "bayesian"))
    for number in range(12):
        asked.tell(number, asked.ask(number) or {}, math.nan if number % 2 else math.inf, ended=True)
    assert asked.ask(12) is not None


def test_trials_of_another_space_are_left_out():
    asked, fresh = (sampler(search(BRANIN, "bayesian")) for _ in range(2))
    asked.tell(0, {"x": 99.0, "y": 1.0}, 1.0, ended=True)
    asked.tell(1, {"z": 1}, 1.0, ended=True)
    assert asked.ask(2) == fresh.ask(2)


def test_values_keep_their_type_and_lie_where_azures_rounding_puts_them():
    points = [point for _, point, _ in history(60, MIXED)]
    assert {point["x"] for point in points} == {2, 4, 6, 8}
    assert {point["u"] for point in points} <= {0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35}
    assert {(type(point["x"]), type(point["u"])) for point in points} == {(int, float)}
    assert {type(point["kind"]) for point in points} == {int, str, float}


def test_it_learns_which_option_is_good_and_what_is_good_below_it():
    asked = sampler(search({"model": MODELS}, "bayesian"))
    chosen = []
    for number in range(60):
        point = asked.ask(number) or {}
        model = point["model"]
        rate = model["rate"] if isinstance(model, dict) and model["name"] == "net" else None
        asked.tell(number, point, 5.0 if rate is None else abs(rate - 0.25), ended=True)
        chosen.append(rate)
    late = [rate for rate in chosen[40:] if rate is not None]
    assert len(late) > 10
    assert statistics.median(abs(rate - 0.25) for rate in late) < 0.1
