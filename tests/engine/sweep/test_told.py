"""What a sweep's own log tells of its trials."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.engine.jobs import finished
from tests.engine.sweep.sweeps import sweep

FAILS = "import sys; print(*range(9), sep='\\n'); sys.exit('no such column')"
EXCEPT_EARLY = "import os\nif os.environ['AZUREML_RUN_ID'] in ('s_0', 's_1'): raise SystemExit"
EQUAL = """
import json, os, urllib.request
said = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "loss", "value": 0.5, "timestamp": 1, "step": 0}
where = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
order = urllib.request.Request(where, json.dumps(said).encode(), {"Content-Type": "application/json"})
urllib.request.urlopen(order).read()
"""


@pytest.mark.slow
def test_the_first_trial_that_fails_is_told_with_the_end_of_what_it_printed(need, tmp_path: Path):
    need(find_spec("mlflow"), "mlflow is not installed")
    ended = finished(sweep(tmp_path, FAILS, total=3, at_once=1), name="s")
    told = [line for line in ended.lines if "|" in line or "job stream" in line]
    last = [*(f"  s_0| {number}" for number in range(5, 9)), "  s_0| no such column"]
    assert told == [*last, "'joblens job stream s_0' shows all that it printed."]
    assert ended.record.reason.startswith("None of the 3 trials completed. s_0: ")


def test_of_trials_that_are_as_good_the_first_is_told_as_the_best(need, tmp_path: Path):
    need(find_spec("mlflow"), "mlflow is not installed")
    ended = finished(sweep(tmp_path, f"{EXCEPT_EARLY}{EQUAL}", total=12), name="s")
    assert ended.record.best["name"] == "s_2", "not s_10, which comes before it in the alphabet"
