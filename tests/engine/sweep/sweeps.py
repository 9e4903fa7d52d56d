"""A small sweep for tests of its life, and what its end is looked for in."""

import contextlib
import json
import os
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

from joblens.engine import records, recovery
from joblens.engine.folders import RunFolder
from tests.engine.jobs import Finished, alive, write

SWEEP = """\
type: sweep
trial:
  command: python main.py ${{{{search_space.x}}}}
  code: src
  environment: azureml:any@latest
compute: local
search_space:
  x: {{type: uniform, min_value: 0, max_value: 1}}
sampling_algorithm: {{type: random, seed: 7}}
objective: {{goal: minimize, primary_metric: loss}}
limits: {{max_total_trials: {total}, max_concurrent_trials: {at_once}}}
"""
QUICK = "import os; print(os.environ['AZUREML_RUN_ID'], file=open(r'{}', 'a'))"
WAITS = "import os, time; print('on', flush=True)\nwhile not os.path.exists('../../go'): time.sleep(0.02)"


def sweep(folder: Path, main: str, total: int = 6, at_once: int = 3) -> Path:
    return write(folder, SWEEP.format(total=total, at_once=at_once), {"src/main.py": main})


def supervisor(folder: Path) -> int:
    """The process that owns a run; waits until there is one."""
    while (owner := recovery.supervisor(RunFolder(folder))) is None:
        time.sleep(0.001)
    return owner.pid


def kill(folder: Path) -> None:
    pid = supervisor(folder)
    with contextlib.suppress(ProcessLookupError):  # the sweep was quicker
        os.kill(pid, signal.SIGKILL)
    while alive(pid):
        time.sleep(0.001)


def children(run: Finished) -> list[str]:
    """The names of the sweep's trials that MLflow shows."""
    return sorted(each["info"]["run_name"] for each in runs_below(run.folder.path))


def runs_below(folder: Path) -> list[dict[str, Any]]:
    """The sweep's trials in MLflow."""
    known = records.show(folder).tracking
    wanted = f"tags.`mlflow.parentRunId` = '{known['run_id']}'"
    body = {"experiment_ids": [known["experiment_id"]], "filter": wanted, "max_results": 1000}
    request = urllib.request.Request(
        f"{known['uri']}/api/2.0/mlflow/runs/search",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return list(json.load(answer).get("runs", []))
