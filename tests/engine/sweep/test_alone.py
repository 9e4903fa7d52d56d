"""One trial of a sweep is a command job with its values: drawn, or chosen by the user."""

from importlib.util import find_spec

import pytest

from joblens.engine import records
from joblens.engine.follow import follow
from joblens.engine.options import RunOptions
from joblens.engine.rerun import rerun
from joblens.engine.run import create, plan_of
from joblens.engine.sweep import sampling
from joblens.errors import JobFileError
from tests.engine.jobs import Finished, finished, write

TODAY = """\
type: sweep
trial:
  command: >-
    echo ${{search_space.rate}} ${{search_space.size}} $AZUREML_SWEEP_size > ${{outputs.made}}/said;
    cat ${{outputs.made}}/said
  environment: azureml:any@latest
outputs: {made: {type: uri_folder}}
compute: local
search_space:
  rate: {type: uniform, min_value: 1, max_value: 2}
  size: {type: choice, values: [16, 32]}
sampling_algorithm: {type: random, seed: 3}
objective: {goal: maximize, primary_metric: score}
limits: {max_total_trials: 20, trial_timeout: 60}
"""
PREVIEW = """\
type: sweep_job
trial:
  command: echo {search_space.rate} {search_space.size} $AZUREML_SWEEP_size
  environment: azureml:any:1
  compute: {target: local}
search_space:
  rate: {type: uniform, min_value: 1, max_value: 2}
  size: {type: choice, values: [16, 32]}
algorithm: random
objective: {goal: maximize, primary_metric: score}
max_total_trials: 20
"""
CHOSEN = {"search_space.rate": 0.5, "search_space.size": 64}


@pytest.mark.slow
@pytest.mark.parametrize("text", [TODAY, PREVIEW])
def test_a_trial_runs_by_itself_with_the_values_that_the_user_chose(need, tmp_path, text):
    need(find_spec("mlflow"), "mlflow is not installed")
    run = finished(write(tmp_path, text), one_trial=True, overrides=CHOSEN)
    assert run.record.status == "Completed", run.notes
    assert run.lines == ["0.5 64 64"]
    assert (run.record.type, run.record.parent) == ("command", None)
    assert run.record.parameters == {"rate": 0.5, "size": 64}
    again = rerun(run.folder.path, RunOptions(overrides={"search_space.size": 8}))
    repeated = Finished(again.folder, list(follow(again.folder)))
    assert repeated.lines == ["0.5 8 8"]
    assert records.show(again.folder).rerun_of == run.record.name


def test_what_is_not_chosen_is_that_of_the_first_trial(tmp_path):
    job = write(tmp_path, TODAY)
    search = plan_of(job, RunOptions(environment="this-python")).search
    assert search is not None
    made = plan_of(
        job, RunOptions(environment="this-python", one_trial=True, overrides={"search_space.size": 64})
    )
    rate = sampling.first(search, 1)[0]["rate"]
    assert made.search is None
    assert made.parameters == {"rate": str(rate), "size": "64"}
    assert made.timeout == 60


def test_a_distribution_that_is_set_changes_the_search(tmp_path):
    job = write(tmp_path, TODAY)
    set_so = {"search_space.size": {"type": "choice", "values": [7]}}
    made = plan_of(job, RunOptions(environment="this-python", one_trial=True, overrides=set_so))
    assert made.parameters["size"] == "7"


def test_a_value_of_no_hyperparameter_is_refused_with_the_name_that_was_meant(tmp_path):
    with pytest.raises(JobFileError, match=r"no hyperparameter 'sise'\. Did you mean 'size'"):
        create(write(tmp_path, TODAY), options=RunOptions(one_trial=True, overrides={"search_space.sise": 1}))


def test_a_job_that_is_no_sweep_has_no_trial(tmp_path):
    job = write(tmp_path, "command: echo\nenvironment: azureml:any@latest\ncompute: local\n")
    with pytest.raises(JobFileError, match="no sweep"):
        create(job, options=RunOptions(environment="this-python", one_trial=True))
