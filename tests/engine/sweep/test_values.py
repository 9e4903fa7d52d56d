"""What was drawn reaches the command, its variables and the records as it is written."""

import json

import pytest

from joblens.engine import records
from joblens.engine.folders import RunFolder
from tests.engine.jobs import finished, write

pytestmark = pytest.mark.slow

JOB = """\
    type: sweep
    trial:
      command: >-
        python main.py '${{search_space.model}}' ${{search_space.trees}} ${{search_space.rate}}
      code: .
      environment: azureml:any@latest
    compute: local
    sampling_algorithm: SAMPLING
    search_space:
      model: {type: choice, values: [{name: net, rate: {type: uniform, min_value: 0, max_value: 1}}]}
      trees: {type: quniform, min_value: 2, max_value: 9, q: 1}
      rate: {type: uniform, min_value: 0.01, max_value: 0.3}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 3, max_concurrent_trials: 2}
    """
MAIN = """\
    import json, os, sys
    model, trees, rate = sys.argv[1:]
    for name, value in (("model", model), ("trees", trees), ("rate", rate)):
        assert os.environ["AZUREML_SWEEP_" + name] == value, (name, value)
    print(json.dumps([json.loads(model), int(trees), float(rate)]))
    """


@pytest.mark.parametrize("sampling", ["{type: random, seed: 5}", "bayesian"])
def test_a_trial_gets_the_values_that_its_record_has(tmp_path, sampling):
    run = finished(write(tmp_path, JOB.replace("SAMPLING", sampling), {"main.py": MAIN}), name="s")
    assert run.record.status == "Completed", run.lines
    for number in range(3):
        folder = RunFolder(run.folder.path.with_name(f"s_{number}"))
        printed = json.loads(folder.log.read_text(encoding="utf-8").splitlines()[-1])
        kept = records.read(folder).parameters
        assert printed == [kept["model"], kept["trees"], kept["rate"]]
        assert isinstance(kept["trees"], int)
