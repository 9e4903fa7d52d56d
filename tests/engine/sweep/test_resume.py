"""A sweep that goes on where it was ended: nothing lost, nothing twice."""

import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from joblens.engine import records, recovery
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, cancel, create
from joblens.engine.sweep import history
from joblens.engine.sweep.resume import resume
from joblens.errors import JobFileError, UserError
from tests.engine.jobs import Finished, at_work, finished
from tests.engine.sweep.sweeps import QUICK, WAITS, children, kill, supervisor, sweep


@pytest.fixture(autouse=True)
def mlflow(need):
    need(find_spec("mlflow"), "mlflow is not installed")


def resumed(folder: Path, more: int = 0) -> Finished:
    """The sweep after it has gone on to its end."""
    resume(folder, more=more)
    return Finished(folder, list(follow(folder)))


def test_a_sweep_goes_on_once_its_end_was_told(tmp_path):
    run = finished(sweep(tmp_path, "pass", total=1))
    told = run.folder.events.read_bytes().splitlines(keepends=True)
    end = next(line for line in told if b'"Completed"' in line)
    run.folder.events.write_bytes(b"".join(told[: told.index(end)]))
    with subprocess.Popen(["sleep", "600"]) as owner, ThreadPoolExecutor(1) as pool:
        records.write_supervisor(run.folder, owner.pid)  # it has written the record, and not yet the event
        going_on = pool.submit(resume, run.folder.path, more=1)
        time.sleep(0.3)
        assert not going_on.done()
        run.folder.events.write_bytes(b"".join(told))
        going_on.result()
        owner.kill()
    statuses = [event.status for event in follow(run.folder.path) if event.kind == "status"]
    assert statuses[statuses.index("Completed") + 1] == "NotStarted"
    assert statuses[-1] == "Completed"


@pytest.mark.slow
def test_a_supervisor_killed_at_any_moment_costs_no_trial_and_repeats_none(tmp_path):
    moments = random.Random(20)
    finished(sweep(tmp_path / "first", "pass", total=1))  # the server starts, whatever comes

    def killed_once(number: int) -> None:
        folder = tmp_path / str(number)
        started = create(
            sweep(folder, QUICK.format(folder / "seen.txt")),
            options=RunOptions(environment="this-python", name=f"s{number}"),
        )
        supervisor(started.folder)
        time.sleep(moments.uniform(0, 1.2))
        kill(started.folder)
        run = Finished(started.folder, [])
        if recovery.lost(run.record):
            run = resumed(started.folder)
        names = [f"s{number}_{each}" for each in range(6)]
        assert run.record.status == "Completed", run.record
        assert [each.name for each in history.results(run.folder).values()] == names
        assert sorted((folder / "seen.txt").read_text(encoding="utf-8").split()) == names
        assert children(run) == names

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(killed_once, range(20)))


def test_trials_go_on_when_the_sweeps_supervisor_is_killed_and_count(tmp_path):
    started = create(
        sweep(tmp_path, WAITS, total=3, at_once=2), options=RunOptions(environment="this-python")
    )
    trials = [started.folder.with_name(f"{started.name}_{number}") for number in (0, 1)]
    for trial in trials:
        at_work(trial)
    kill(started.folder)
    reason = records.show(started.folder).reason
    assert reason.startswith("The run was lost: its supervisor was killed")
    assert reason.endswith(f" 'joblens job resume {started.name}' runs what is missing.")
    while (now := [records.show(trial).status for trial in trials]) != ["Running", "Running"]:
        assert not records.FINAL.intersection(now)
        time.sleep(0.02)
    resume(started.folder)
    events = follow(started.folder)
    (started.folder.parent / "go").touch()
    run = Finished(started.folder, list(events))
    assert run.record.status == "Completed"
    assert [each.exit_code for each in history.results(run.folder).values()] == [0, 0, 0]
    assert sum("_0 started" in line for line in run.lines) == 1


def test_a_trial_that_ended_while_the_sweep_had_no_supervisor_is_told_once(tmp_path):
    started = create(
        sweep(tmp_path, WAITS, total=2, at_once=1), options=RunOptions(environment="this-python", name="s")
    )
    first = started.folder.with_name("s_0")
    at_work(first)
    kill(started.folder)
    (started.folder.parent / "go").touch()
    assert records.wait(first).status == "Completed"
    run = resumed(started.folder)
    assert run.record.status == "Completed"
    assert [line for line in run.lines if "Completed." in line] == ["s_0: Completed.", "s_1: Completed."]
    again = resumed(started.folder, more=1)
    assert [line.split(".")[0] for line in again.lines if "Completed." in line] == [
        "s_0: Completed",
        "s_1: Completed",
        "s_2: Completed",
    ]


def test_a_trial_that_went_down_with_its_supervisor_starts_again(tmp_path):
    started = create(
        sweep(tmp_path, WAITS, total=2, at_once=1), options=RunOptions(environment="this-python")
    )
    first = started.folder.with_name(f"{started.name}_0")
    at_work(first)
    events = follow(started.folder)
    kill(first)
    assert any(event.text.endswith("It starts again.") for event in events)
    (started.folder.parent / "go").touch()
    run = Finished(started.folder, list(events))
    assert run.record.status == "Completed"
    assert [each.status for each in history.results(run.folder).values()] == ["Completed", "Completed"]
    assert children(run) == [f"{started.name}_0", f"{started.name}_1"]


def test_more_trials_are_added_to_a_sweep_that_has_ended(tmp_path):
    logs = "import mlflow, sys; mlflow.log_metric('loss', float(sys.argv[1]))"
    run = finished(sweep(tmp_path, logs, total=2), name="s")
    before = history.results(run.folder)
    with pytest.raises(UserError, match="All 2 trials of s have ended"):
        resume(run.folder.path)
    again = resumed(run.folder.path, more=2)
    after = history.results(again.folder)
    assert {number: after[number] for number in before} == before
    assert len({each.parameters["x"] for each in after.values()}) == len(after) == 4
    assert again.record.best["value"] == min(each.metric["loss"] for each in after.values())
    assert children(again) == ["s_0", "s_1", "s_2", "s_3"]


def test_a_sweep_that_was_canceled_goes_on_with_the_trials_that_it_ended(tmp_path):
    started = create(
        sweep(tmp_path, WAITS, total=2, at_once=2), options=RunOptions(environment="this-python")
    )
    for number in (0, 1):
        at_work(started.folder.with_name(f"{started.name}_{number}"))
    cancel(started.folder)
    assert records.wait(started.folder).status == "Canceled"
    (started.folder.parent / "go").touch()
    run = resumed(started.folder)
    assert run.record.status == "Completed"
    assert [each.status for each in history.results(run.folder).values()] == ["Completed", "Completed"]


def test_one_trial_is_canceled_and_the_others_go_on(tmp_path):
    started = create(
        sweep(tmp_path, WAITS, total=2, at_once=2), options=RunOptions(environment="this-python")
    )
    trials = [started.folder.with_name(f"{started.name}_{number}") for number in (0, 1)]
    for trial in trials:
        at_work(trial)
    cancel(trials[0])
    assert records.wait(trials[0]).status == "Canceled"
    (started.folder.parent / "go").touch()
    run = Finished(started.folder, list(follow(started.folder)))
    assert run.record.status == "Completed"
    assert [each.status for each in history.results(run.folder).values()] == ["Canceled", "Completed"]


def test_what_cannot_go_on_says_why(tmp_path):
    run = finished(sweep(tmp_path, "pass", total=2), name="s")
    with pytest.raises(UserError, match="s_0 is no sweep"):
        resume(run.folder.path.with_name("s_0"))
    with pytest.raises(JobFileError, match="Azure ML allows no more than 1000"):
        resume(run.folder.path, more=999)
