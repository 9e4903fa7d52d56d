"""Samplers answer by a trial's number, the same in any order and in any process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from joblens.engine.sweep import grid
from joblens.engine.sweep import space as spaces
from joblens.engine.sweep.sampling import first, sampler
from tests.engine.sweep.searches import MODELS, search

SPACE: dict[str, Any] = {
    "rate": {"type": "loguniform", "min_value": -5, "max_value": -1},
    "model": MODELS,
    "size": {"type": "choice", "values": [16, 32]},
}


def points(count: int = 8, **more: Any) -> list[Any]:
    asked = sampler(search(SPACE, **more))
    return [asked.ask(number) for number in range(count)]


@pytest.mark.parametrize("rule", ["random", "sobol"])
def test_trials_are_the_same_in_whatever_order_they_are_asked_for(rule):
    asked = sampler(search(SPACE, rule=rule))
    assert [asked.ask(number) for number in (130, 3, 0)] == [points(131, rule=rule)[i] for i in (130, 3, 0)]


@pytest.mark.parametrize("rule", ["random", "sobol"])
def test_another_seed_gives_other_trials(rule):
    assert points(rule=rule) == points(rule=rule)
    assert points(rule=rule) != points(rule=rule, seed=8)


@pytest.mark.parametrize(
    ("sampling", "rule"), [("random", "random"), ("random", "sobol"), ("bayesian", None)]
)
def test_another_process_gives_the_same_trials(sampling, rule):
    space = {name: each for name, each in SPACE.items() if name != "rate"}
    code = (
        "import json, sys; from joblens.engine.sweep.search import Search;"
        "from joblens.engine.sweep.sampling import first;"
        "print(json.dumps(first(Search(**json.load(sys.stdin)), 5)))"
    )
    asked = search(space, sampling, rule=rule)
    given = {name: getattr(asked, name) for name in asked.__slots__}
    server = str(Path(spaces.__file__).parents[3])
    found = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(given),
        env={"PYTHONPATH": server, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(found.stdout) == first(asked, 5)


def test_a_hyperparameter_more_leaves_the_values_of_the_others():
    more = search({"new": {"type": "randint", "upper": 9}, **SPACE})
    assert [{**each, "new": None} for each in first(more, 3)] == [
        {"new": None, **each} for each in first(search(SPACE), 3)
    ]


def test_a_grid_has_every_combination_once_the_last_changing_fastest():
    space = {"a": {"type": "choice", "values": [1, 2]}, "b": {"type": "choice", "values": ["x", "y", "z"]}}
    asked = sampler(search(space, "grid"))
    found = [asked.ask(number) for number in range(6)]
    assert found == [{"a": a, "b": b} for a in (1, 2) for b in ("x", "y", "z")]
    assert (grid.size(space), asked.ask(6)) == (6, None)


def test_a_grid_counts_the_choices_below_an_option():
    space = {
        "m": {
            "type": "choice",
            "values": [
                "none",
                {"n": {"type": "choice", "values": [1, 2]}, "k": {"type": "choice", "values": [3, 4]}},
                {"fixed": 5},
            ],
        },
        "s": {"type": "choice", "values": [0, 1]},
    }
    assert grid.size(space) == 12
    found = [(grid.at(space, number) or {})["m"] for number in range(0, 12, 2)]
    options = [{"n": n, "k": k} for n in (1, 2) for k in (3, 4)]
    assert found == ["none", *options, {"fixed": 5}]


def test_an_option_that_is_a_map_has_values_for_its_own_hyperparameters():
    for point in points(64):
        model = point["model"]
        if model == "none":
            continue
        if model["name"] == "forest":
            assert (set(model), model["trees"] in (10, 100), model["depth"]) == (
                {"name", "trees", "depth"},
                True,
                3,
            )
        else:
            assert 0 <= model["rate"] < 1
    assert {json.dumps(each["model"])[:12] for each in points(64)} >= {
        '"none"',
        '{"name": "fo',
        '{"name": "ne',
    }


def test_what_was_drawn_is_found_again_in_a_point():
    for point in points(64):
        drawn = spaces.drawn(SPACE, json.loads(json.dumps(point)))
        assert drawn is not None
        assert spaces.point(SPACE, lambda name, _: drawn[name]) == point  # noqa: B023
    assert spaces.drawn(SPACE, {**points(1)[0], "size": 64}) is None
    assert spaces.drawn(SPACE, {"size": 16}) is None


def test_a_map_reaches_the_command_as_json_and_all_else_as_it_is_written():
    assert spaces.text({"n": 1, "r": 0.5}) == '{"n":1,"r":0.5}'
    assert [spaces.text(value) for value in (16, 0.1, "a b", 1.0)] == ["16", "0.1", "a b", "1.0"]
