"""What a sweep's result depends on has the largest share."""

import math
import random
from importlib.util import find_spec

import pytest

from joblens.engine.sweep.importance import importances


@pytest.fixture(autouse=True)
def optuna(need):
    need(find_spec("optuna") and find_spec("sklearn"), "optuna or scikit-learn is not installed")


SPACE = {
    "rate": {"type": "loguniform", "min_value": math.log(1e-5), "max_value": 0},
    "depth": {"type": "randint", "upper": 9},
    "kind": {"type": "choice", "values": ["a", "b", "c"]},
    "noise": {"type": "normal", "mu": 0, "sigma": 1},
    "fixed": {"type": "choice", "values": ["one"]},
}


def drawn(count: int) -> list[dict[str, object]]:
    chance = random.Random(3)
    return [
        {
            "rate": math.exp(chance.uniform(math.log(1e-5), 0)),
            "depth": chance.randrange(9),
            "kind": chance.choice("abc"),
            "noise": chance.gauss(0, 1),
            "fixed": "one",
        }
        for _ in range(count)
    ]


@pytest.mark.parametrize("name", ["rate", "depth", "kind", "noise"])
def test_the_one_that_dominates_has_the_largest_share(name):
    level = {
        "rate": lambda point: math.log(point["rate"]),
        "depth": lambda point: point["depth"],
        "kind": lambda point: "bac".index(point["kind"]),
        "noise": lambda point: point["noise"],
    }[name]
    found = importances([(point, 10 * level(point) + 0.1 * point["noise"]) for point in drawn(40)], SPACE)
    assert next(iter(found)) == name
    assert found[name] > 0.8
    assert sum(found.values()) == pytest.approx(1)
    assert found["fixed"] == 0
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_the_direction_does_not_matter():
    points = drawn(30)
    up = importances([(point, float(str(point["depth"]))) for point in points], SPACE)
    down = importances([(point, -float(str(point["depth"]))) for point in points], SPACE)
    assert up == pytest.approx(down)


def test_a_hyperparameter_of_one_option_has_a_share_of_its_own():
    chance = random.Random(5)
    space = {
        "x": {"type": "uniform", "min_value": 0, "max_value": 1},
        "model": {
            "type": "choice",
            "values": [{"name": "net", "width": {"type": "uniform", "min_value": 0, "max_value": 1}}, "none"],
        },
    }
    trials = []
    for number in range(60):
        width = chance.random()
        model = "none" if number % 3 == 0 else {"name": "net", "width": width}
        trials.append(({"x": chance.random(), "model": model}, 0.5 if model == "none" else width))
    found = importances(trials, space)
    assert set(found) == {"x", "model", "model[0].width"}
    assert found["model[0].width"] > 0.7
    assert found["x"] < 0.15


def test_trials_without_a_number_and_of_another_space_are_left_out():
    trials = [(point, float(str(point["depth"]))) for point in drawn(30)]
    more = [(point, math.nan) for point in drawn(3)] + [(trials[0][0], math.inf), ({"other": 1}, 2.0)]
    assert importances(trials + more, SPACE) == pytest.approx(importances(trials, SPACE))


@pytest.mark.parametrize("results", [[1.0, 2.0, 3.0, 4.0], [1.0] * 20, [math.nan] * 20])
def test_from_few_trials_or_equal_ones_nothing_is_concluded(results):
    assert importances(list(zip(drawn(len(results)), results, strict=True)), SPACE) == {}


def test_the_only_hyperparameter_that_varied_has_all():
    space = {name: SPACE[name] for name in ("depth", "fixed")}
    points = [{name: point[name] for name in space} for point in drawn(10)]
    assert importances([(point, float(str(point["depth"]))) for point in points], space) == {
        "depth": 1.0,
        "fixed": 0.0,
    }
