"""Files of a run among MLflow's artifacts: all of them, however many, and soon."""

import json
import urllib.request
from urllib.parse import urlencode

import pytest

from tests.engine.jobs import finished, job, write


@pytest.mark.slow
def test_ten_thousand_outputs_are_all_kept_in_mlflow(tmp_path):
    script = "for n in range(10_000): open(f'outputs/{n // 1000}-{n}.txt', 'w').write(str(n))"
    run = finished(write(tmp_path, job("python main.py", "code: ."), {"main.py": script}))
    assert run.record.status == "Completed"
    tracking = run.record.tracking
    place = f"{tracking['uri']}/api/2.0/mlflow/artifacts/list?"
    with urllib.request.urlopen(
        place + urlencode({"run_id": tracking["run_id"], "path": "outputs"})
    ) as answer:
        listed = json.load(answer)["files"]
    assert len(listed) == 10_000
    assert sum(int(file["file_size"]) for file in listed) == sum(len(str(n)) for n in range(10_000))
