"""A dry run says what is searched, and which values the first trials get."""

import pytest

from joblens.engine.run import RunOptions, dry_run, plan_of
from joblens.engine.sweep import description, sampling
from joblens.engine.sweep.description import distribution
from tests.engine.jobs import write
from tests.engine.sweep.searches import MODELS, search

TODAY = """\
    type: sweep
    trial:
      command: echo ${{search_space.rate}} ${{search_space.depth}}
      environment: azureml:any@latest
    compute: local
    sampling_algorithm: {type: random, seed: 3, rule: sobol}
    search_space:
      rate: {type: loguniform, min_value: -4, max_value: -1}
      depth: {type: choice, values: [2, 4]}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 20, max_concurrent_trials: 4}
    """


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"type": "choice", "values": [1, "a"]}, "one of 1, a"),
        ({"type": "uniform", "min_value": 0.01, "max_value": 0.9}, "uniform from 0.01 to 0.9"),
        ({"type": "loguniform", "min_value": -6, "max_value": -1}, "loguniform from e^-6 to e^-1"),
        ({"type": "lognormal", "mu": 1, "sigma": 2}, "lognormal around e^1 with deviation 2"),
        ({"type": "quniform", "min_value": 1, "max_value": 9, "q": 2}, "quniform from 1 to 9 in steps of 2"),
        ({"type": "normal", "mu": 0, "sigma": 1}, "normal around 0 with deviation 1"),
        ({"type": "randint", "upper": 5}, "a whole number from 0 to below 5"),
        (
            MODELS,
            "one of {name: forest, trees: one of 10, 100, depth: 3}, "
            "{name: net, rate: uniform from 0 to 1}, none",
        ),
    ],
)
def test_a_distribution_is_told_in_words(settings, words):
    assert distribution(settings) == words


def test_another_base_is_told_too():
    settings = {"type": "loguniform", "min_value": -6, "max_value": -1}
    assert distribution(settings, 10) == "loguniform from 10^-6 to 10^-1"


def test_a_dry_run_lists_the_values_that_the_first_trials_get(tmp_path):
    file = write(tmp_path, TODAY)
    options = RunOptions(name="s", environment="this-python")
    told = dry_run(file, options)
    points = sampling.first(plan_of(file, options).search, 5)  # type: ignore[arg-type]
    lines = [f"  s_{at}: rate={point['rate']}, depth={point['depth']}" for at, point in enumerate(points)]
    assert len(lines) == 5
    assert "first trials (seed 3):\n" + "\n".join(lines) + "\n" in told
    assert "sweep: 20 trials, 4 at once, random sampling by Sobol's sequence, minimize loss\n" in told
    assert not list(tmp_path.glob(".joblens"))


def test_a_dry_run_says_that_without_a_seed_a_run_draws_others(tmp_path):
    file = write(tmp_path, TODAY.replace("{type: random, seed: 3, rule: sobol}", "random"))
    told = [dry_run(file, RunOptions(name="s", environment="this-python")) for _ in range(2)]
    assert told[0] != told[1]
    assert "first trials (the job has no seed: every run draws others):\n" in told[0]


def test_of_a_short_grid_all_trials_are_listed_and_counted():
    space = {"a": {"type": "choice", "values": [1, 2]}, "b": {"type": "choice", "values": ["x"]}}
    lines = description.lines("s", search(space, "grid", total=2))
    assert lines[-3:] == ["first trials:", "  s_0: a=1, b=x", "  s_1: a=2, b=x"]
