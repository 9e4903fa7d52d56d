"""What a sweep asks for is read from both dialects; what Azure ML refuses, or is missing, is refused."""

import dataclasses
import json
import math
from pathlib import Path

import pytest

from joblens.engine import plan as plans
from joblens.engine import tools
from joblens.engine.run import RunOptions, plan_of
from joblens.engine.sweep import sampling
from joblens.engine.sweep.search import Search, wanted
from joblens.errors import JobFileError, MissingToolError
from joblens.job.model import SweepJob
from joblens.job.read import read
from joblens.text.document import Document
from tests.engine.jobs import write
from tests.shared_data import SEED

TODAY = """\
    type: sweep
    trial: {{command: 'echo ${{{{search_space.x}}}}', environment: 'azureml:any@latest'}}
    compute: local
    sampling_algorithm: {sampling}
    search_space: {{x: {x}}}
    objective: {{goal: minimize, primary_metric: loss}}
    limits: {{max_total_trials: {total}}}
    {more}
    """
PREVIEW = """\
    type: sweep_job
    algorithm: {sampling}
    trial:
      command: echo {{search_space.x}}
      environment: azureml:any:1
      compute: {{target: local}}
    search_space: {{x: {x}}}
    objective: {{goal: minimize, primary_metric: loss}}
    max_total_trials: {total}
    {more}
    """
UNIFORM = "{type: uniform, min_value: 0, max_value: 1}"
CHOICE = "{type: choice, values: [3, 1, 2]}"


def asked(folder: Path, job: str, x: str, sampling: str = "random", total: int = 9, more: str = "") -> Search:
    text = job.format(sampling=sampling, x=x, total=total, more=more)
    found = plan_of(write(folder, text), RunOptions(environment="this-python")).search
    assert found is not None
    return found


@pytest.mark.parametrize("job", [TODAY, PREVIEW], ids=["today", "preview"])
@pytest.mark.parametrize(
    ("x", "low", "high"),
    [
        (CHOICE, 1, 3),
        (UNIFORM, 0, 1),
        ("{type: loguniform, min_value: -3, max_value: -1}", math.exp(-3), math.exp(-1)),
        ("{type: quniform, min_value: 2, max_value: 8, q: 2}", 2, 8),
        ("{type: qloguniform, min_value: 1, max_value: 3, q: 2}", 2, 20),
        ("{type: normal, mu: 5, sigma: 1}", 0, 10),
        ("{type: lognormal, mu: 0, sigma: 1}", 0, 200),
        ("{type: qnormal, mu: 50, sigma: 5, q: 10}", 10, 90),
        ("{type: qlognormal, mu: 1, sigma: 1, q: 1}", 0, 400),
        ("{type: randint, upper: 4}", 0, 3),
    ],
)
def test_every_distribution_is_drawn_from_in_both_dialects(tmp_path, job, x, low, high):
    found = asked(tmp_path, job, x, total=50)  # of nine, all of the coarsest may be the same
    values = [float(str(point["x"])) for point in sampling.first(found, 50)]
    assert len(values) == 50
    assert all(low <= value <= high for value in values)
    assert len(set(values)) > 1


@pytest.mark.parametrize("job", [TODAY, PREVIEW], ids=["today", "preview"])
def test_the_total_of_a_grid_is_known_before_it_starts(tmp_path, job):
    assert asked(tmp_path, job, CHOICE, "grid").total == 3
    assert asked(tmp_path, job, CHOICE, "grid", total=2).total == 2


def test_a_sweep_without_a_seed_gets_one_that_its_plan_keeps(tmp_path):
    file = write(tmp_path, TODAY.format(sampling="random", x=UNIFORM, total=9, more=""))
    plan = plan_of(file, RunOptions(environment="this-python"))
    other = plan_of(file, RunOptions(environment="this-python"))
    assert plan.search is not None
    assert other.search is not None
    assert (plan.search.seeded, plan.search.seed != other.search.seed) == (False, True)
    kept = tmp_path / "plan.json"
    kept.write_text(json.dumps(plan.data()), encoding="utf-8")
    again = plans.read(kept).search
    assert again is not None
    assert sampling.first(again, 9) == sampling.first(plan.search, 9)


def test_settings_of_random_sampling_are_read(tmp_path):
    found = asked(tmp_path, TODAY, UNIFORM, "{type: random, seed: 11, rule: sobol, logbase: 10}")
    assert (found.seed, found.rule, found.logbase, found.seeded) == (11, "sobol", 10, True)
    assert asked(tmp_path, TODAY, UNIFORM, "{type: random, logbase: e}").logbase == math.e


@pytest.mark.parametrize("logbase", ["0", "-2", "1", "ten"])
def test_a_base_that_no_logarithm_has_is_refused(tmp_path, logbase):
    with pytest.raises(JobFileError, match="'logbase' cannot be"):
        asked(tmp_path, TODAY, UNIFORM, f"{{type: random, logbase: {logbase}}}")


@pytest.mark.parametrize("job", [TODAY, PREVIEW], ids=["today", "preview"])
@pytest.mark.parametrize(
    ("sampling", "x"),
    [
        ("grid", UNIFORM),
        ("grid", "{type: randint, upper: 3}"),
        ("bayesian", "{type: normal, mu: 0, sigma: 1}"),
        ("bayesian", "{type: loguniform, min_value: -3, max_value: -1}"),
    ],
)
def test_distributions_that_azure_refuses_are_refused(tmp_path, job, sampling, x):
    with pytest.raises(JobFileError, match=f"but {sampling} sampling takes"):
        asked(tmp_path, job, x, sampling)


def test_so_are_those_below_an_option(tmp_path):
    nested = f"{{type: choice, values: [{{a: {UNIFORM}}}]}}"
    assert asked(tmp_path, TODAY, nested, "bayesian").sampling == "bayesian"
    with pytest.raises(JobFileError, match="but grid sampling takes only"):
        asked(tmp_path, TODAY, nested, "grid")


def test_bayesian_sampling_ends_no_trials_early(tmp_path):
    policy = "early_termination: {type: median_stopping}"
    with pytest.raises(JobFileError, match="Bayesian sampling cannot end trials early"):
        asked(tmp_path, TODAY, UNIFORM, "bayesian", more=policy)


@pytest.mark.parametrize(
    ("x", "told"),
    [
        ("{type: uniform, min_value: 3, max_value: 1}", "max_value"),
        ("{type: loguniform, min_value: 1, max_value: 1000}", "too large"),
        ("{type: randint, upper: 0}", "upper"),
        ("{type: normal, mu: 0, sigma: -1}", "sigma"),
        ("{type: quniform, min_value: 0, max_value: 1, q: 0}", "q"),
        ("{type: choice, values: []}", "values"),
        ("{type: choice, values: [2024-01-02]}", "2024-01-02|neither"),
    ],
)
def test_a_space_that_nothing_can_be_drawn_from_is_refused(tmp_path, x, told):
    with pytest.raises(JobFileError, match=told):
        asked(tmp_path, TODAY, x)


def test_a_missing_library_is_named_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingToolError, match="optuna is missing here") as caught:
        asked(tmp_path, TODAY, UNIFORM, "bayesian")
    assert caught.value.hint == tools.install("optuna>=5.0,<6")


@pytest.mark.skipif(not SEED.exists(), reason="the public job files are not here")
def test_the_public_sweep_of_2021_and_its_twin_of_today_ask_for_the_same():
    place = Path("jobs", "train", "lightgbm", "iris", "job-sweep.yml")
    files = [SEED / place, SEED.parents[1] / "converted-ga" / "cli" / place]
    found = [wanted(sweep_of(file)) for file in files]
    assert [(each.total, each.concurrent, each.timeout, each.metric, each.goal) for each in found] == [
        (20, 10, 7200, "test-multi_logloss", "minimize")
    ] * 2
    same = [dataclasses.replace(each, seed=5) for each in found]
    assert sampling.first(same[0], 20) == sampling.first(same[1], 20)


def sweep_of(file: Path) -> SweepJob:
    job, _ = read(Document(file.read_text(encoding="utf-8"), file))
    assert isinstance(job, SweepJob)
    return job
