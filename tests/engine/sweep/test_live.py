"""What a sweep shows of trials that still run."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from joblens.engine import records
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, create
from joblens.engine.sweep.view import View, view
from tests.engine.jobs import at_work
from tests.engine.sweep.sweeps import WAITS, kill, sweep

REPORTS = """\
import mlflow, sys
scale = 1 + float(sys.argv[1])
with mlflow.start_run():
    for step, value in enumerate([3.0, 1.5, float("nan"), 2.0]):
        mlflow.log_metric("loss", scale * value, step=step)
"""


@pytest.fixture(autouse=True)
def mlflow(need):
    need(find_spec("mlflow"), "mlflow is not installed")


def test_a_trial_that_runs_has_the_best_that_it_reported_so_far(tmp_path: Path):
    options = RunOptions(environment="this-python", name="s")
    made = create(sweep(tmp_path, REPORTS + WAITS, total=3, at_once=1), options=options)
    at_work(made.folder.with_name("s_0"))
    seen = view(made.folder)
    assert {trial.number: trial.record.status for trial in seen.trials}[0] == "Running"
    assert losses(seen)[0] == pytest.approx(1.5 * (1 + float(str(seen.trials[0].values["x"]))))
    assert set(losses(seen)) == {0}
    assert seen.best is not None
    assert seen.best.number == 0
    assert seen.importances() == {}
    (made.folder.parent / "go").touch()
    list(follow(made.folder))
    assert losses(view(made.folder))[0] == losses(seen)[0]


def test_trials_that_outlived_their_sweep_have_what_they_reported(tmp_path: Path):
    options = RunOptions(environment="this-python", name="s")
    made = create(sweep(tmp_path, REPORTS + WAITS, total=3, at_once=1), options=options)
    first = made.folder.with_name("s_0")
    at_work(first)
    reported = losses(view(made.folder))[0]
    kill(made.folder)
    assert losses(view(made.folder))[0] == reported
    (made.folder.parent / "go").touch()
    assert records.wait(first).status == "Completed"
    assert records.show(made.folder).status == "Failed"
    assert losses(view(made.folder))[0] == reported


def losses(seen: View) -> dict[int, float]:
    return {trial.number: trial.metric for trial in seen.trials if trial.metric is not None}
