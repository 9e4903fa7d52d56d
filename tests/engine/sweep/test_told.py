"""What a sweep's own log tells of its trials."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.engine.jobs import finished
from tests.engine.sweep.sweeps import sweep

FAILS = "import sys; print(*range(9), sep='\\n'); sys.exit('no such column')"


@pytest.mark.slow
def test_the_first_trial_that_fails_is_told_with_the_end_of_what_it_printed(need, tmp_path: Path):
    need(find_spec("mlflow"), "mlflow is not installed")
    ended = finished(sweep(tmp_path, FAILS, total=3, at_once=1), name="s")
    told = [line for line in ended.lines if "|" in line or "job stream" in line]
    last = [*(f"  s_0| {number}" for number in range(5, 9)), "  s_0| no such column"]
    assert told == [*last, "'joblens job stream s_0' shows all that it printed."]
    assert ended.record.reason.startswith("None of the 3 trials completed. s_0: ")
