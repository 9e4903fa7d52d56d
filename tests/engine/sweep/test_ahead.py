"""Trials that are ready before there is room for them, and how the sweep ends with some of them waiting."""

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from joblens.engine import records
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, cancel, create
from joblens.engine.starting import Run
from joblens.engine.sweep import history
from joblens.engine.tracking import server
from joblens.errors import RunNotFoundError
from tests.engine.jobs import Finished, at_work, finished, write
from tests.engine.sweep.sweeps import QUICK, SWEEP, WAITS, children, kill, runs_below, sweep

PATIENCE = 60.0
COUNTS = """
import os, pathlib, time
here = pathlib.Path(r'{folder}') / 'at-work'
here.mkdir(exist_ok=True)
own = here / os.environ['AZUREML_RUN_ID']
own.touch()
print(len(list(here.iterdir())), file=open(r'{folder}/seen.txt', 'a'))
time.sleep(0.1)
own.unlink()
"""


@pytest.fixture(autouse=True)
def mlflow(need):
    need(find_spec("mlflow"), "mlflow is not installed")


def started(folder: Path, main: str, total: int, at_once: int) -> Run:
    options = RunOptions(environment="this-python", name="s")
    return create(sweep(folder, main, total=total, at_once=at_once), options=options)


def waited_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.01)


def status(folder: Path) -> str:
    try:
        return records.show(folder).status
    except RunNotFoundError:
        return ""


def test_the_next_trials_are_ready_and_do_not_start_before_there_is_room(tmp_path: Path):
    made = started(tmp_path, WAITS, total=5, at_once=1)
    trials = [made.folder.with_name(f"s_{number}") for number in range(5)]
    at_work(trials[0])
    waited_for(lambda: [status(each) for each in trials[1:3]] == ["Preparing"] * 2)
    waited_for(lambda: children_states(made.folder).get("s_0") == "RUNNING")
    time.sleep(0.2)
    assert [status(each) for each in trials] == ["Running", "Preparing", "Preparing", "", ""]
    assert children_states(made.folder) == {"s_0": "RUNNING", "s_1": "SCHEDULED", "s_2": "SCHEDULED"}
    let_go = time.time()
    (made.folder.parent / "go").touch()
    list(follow(made.folder))
    assert [status(each) for each in trials] == ["Completed"] * 5
    assert set(children_states(made.folder).values()) == {"FINISHED"}
    began = {each["info"]["run_name"]: each["info"]["start_time"] for each in runs_below(made.folder)}
    assert began["s_0"] < let_go * 1000 <= min(began["s_1"], began["s_2"]) + 1


def children_states(folder: Path) -> dict[str, str]:
    return {each["info"]["run_name"]: each["info"]["status"] for each in runs_below(folder)}


def test_another_tracking_server_is_told_of_no_trial_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.ensure().replace("127.0.0.1", "localhost"))
    made = started(tmp_path, WAITS, total=2, at_once=1)
    at_work(made.folder.with_name("s_0"))
    time.sleep(0.5)
    assert not made.folder.with_name("s_1").exists()
    (made.folder.parent / "go").touch()
    list(follow(made.folder))
    assert set(children_states(made.folder).values()) == {"FINISHED"}


def test_no_more_commands_run_at_a_time_than_were_asked_for(tmp_path: Path):
    finished(sweep(tmp_path, COUNTS.format(folder=tmp_path), total=12, at_once=3))
    seen = [int(each) for each in (tmp_path / "seen.txt").read_text(encoding="utf-8").split()]
    assert len(seen) == 12
    assert max(seen) <= 3


def test_what_waited_when_the_sweep_was_canceled_is_none_of_its_trials(tmp_path: Path):
    made = started(tmp_path, WAITS, total=6, at_once=2)
    for number in (0, 1):
        at_work(made.folder.with_name(f"s_{number}"))
    waited_for(lambda: status(made.folder.with_name("s_3")) == "Preparing")
    cancel(made.folder)
    run = Finished(made.folder, list(follow(made.folder)))
    assert run.record.status == "Canceled"
    assert sorted(each.name for each in made.folder.parent.iterdir() if each.name.startswith("s_")) == [
        "s_0",
        "s_1",
    ]
    assert children(run) == ["s_0", "s_1"]


def test_what_waits_when_the_supervisor_is_killed_never_starts(tmp_path: Path):
    made = started(tmp_path, WAITS, total=4, at_once=1)
    at_work(made.folder.with_name("s_0"))
    waited_for(lambda: status(made.folder.with_name("s_2")) == "Preparing")
    kill(made.folder)
    waiting = [made.folder.with_name(f"s_{number}") for number in (1, 2)]
    waited_for(lambda: [status(each) for each in waiting] == ["Canceled"] * 2)
    assert all(history.unfinished(records.show(each)) for each in waiting)
    assert not any(records.show(each).started for each in waiting)
    (made.folder.parent / "go").touch()
    waited_for(lambda: status(made.folder.with_name("s_0")) == "Completed")


def test_a_trial_that_waits_can_be_canceled_by_itself(tmp_path: Path):
    made = started(tmp_path, WAITS, total=3, at_once=1)
    at_work(made.folder.with_name("s_0"))
    waited_for(lambda: status(made.folder.with_name("s_1")) == "Preparing")
    cancel(made.folder.with_name("s_1"))
    waited_for(lambda: status(made.folder.with_name("s_1")) == "Canceled")
    (made.folder.parent / "go").touch()
    list(follow(made.folder))
    statuses = [status(made.folder.with_name(f"s_{number}")) for number in range(3)]
    assert statuses == ["Completed", "Canceled", "Completed"]


def test_the_values_of_a_trial_that_cannot_start_are_on_record(tmp_path: Path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bash").symlink_to("/bin/bash")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))  # where there is no mpirun
    text = SWEEP.format(total=2, at_once=1)
    text = text.replace("  code: src\n", "  code: src\n  distribution: {type: mpi}\n")
    ended = finished(write(tmp_path, text, {"src/main.py": QUICK}))
    assert ended.record.status == "Failed"
    found = runs_below(ended.folder.path)
    assert [each["info"]["status"] for each in found] == ["FAILED"] * 2
    assert [each["data"]["params"][0]["key"] for each in found] == ["x"] * 2


def test_bayesian_sampling_chooses_no_trial_ahead(need, tmp_path: Path):
    need(find_spec("optuna"), "optuna is not installed")
    text = SWEEP.format(total=3, at_once=1).replace("{type: random, seed: 7}", "{type: bayesian}")
    file = write(tmp_path, text, {"src/main.py": WAITS})
    made = create(file, options=RunOptions(environment="this-python", name="s"))
    at_work(made.folder.with_name("s_0"))
    time.sleep(0.5)
    assert not made.folder.with_name("s_1").exists()
    (made.folder.parent / "go").touch()
    list(follow(made.folder))
    assert status(made.folder.with_name("s_2")) == "Completed"
