"""The queue: as many runs at once as this machine is to have, in the order in which they came."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.engine import queue, records, recovery
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.records import Record
from joblens.engine.run import Run, RunOptions, cancel, create
from joblens.errors import ConfigurationError
from tests.engine.jobs import finished, job, until, write

WAITS = '"echo on; while [ ! -e ../go ]; do sleep 0.05; done"'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Places of its own: other tests run at the same time. Nothing is recorded."""
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:nowhere")
    monkeypatch.setenv("JOBLENS_CONCURRENCY", "1")
    return tmp_path / "home"


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Run]:
    def started(name: str, command: str = WAITS, **options: object) -> Run:
        (tmp_path / name).mkdir()  # a project of its own: the queue is the machine's
        file = write(tmp_path / name, job(command))
        chosen = RunOptions(name=name, environment="this-python", **options)  # type: ignore[arg-type]
        return create(file, options=chosen)

    return started


def reached(run: Run, status: str) -> None:
    while records.show(run.folder).status != status:
        assert not records.show(run.folder).final
        time.sleep(0.02)


def statuses(run: Run) -> list[str | None]:
    return [event.status for event in follow(run.folder) if event.kind == "status"]


@pytest.mark.slow
def test_runs_wait_for_a_place_and_begin_in_the_order_in_which_they_came(home, start):
    first = start("a")
    until(follow(first.folder), "on")
    second = start("b")
    reached(second, "Queued")
    third = start("c", "echo")
    reached(third, "Queued")
    (first.folder / "go").touch()
    until(follow(second.folder), "on")
    assert records.show(third.folder).status == "Queued"
    (second.folder / "go").touch()
    assert statuses(third) == ["Queued", "Preparing", "Running", "Finalizing", "Completed"]


@pytest.mark.slow
def test_who_dies_gives_place_and_turn_to_the_next(home, start):
    first = start("a")
    until(follow(first.folder), "on")
    second = start("b")
    reached(second, "Queued")
    third = start("c", "echo")
    reached(third, "Queued")
    for run in (second, first):
        owner = recovery.supervisor(RunFolder(run.folder))
        assert owner is not None
        os.kill(owner.pid, signal.SIGKILL)
    assert records.wait(third.folder).status == "Completed"
    assert [records.wait(run.folder).status for run in (first, second)] == ["Failed", "Failed"]


@pytest.mark.slow
def test_a_queued_run_can_be_canceled_and_one_that_will_not_wait_begins(home, start):
    first = start("a")
    until(follow(first.folder), "on")
    second = start("b")
    reached(second, "Queued")
    assert records.wait(start("c", "echo", queue=False).folder).status == "Completed"
    cancel(second.folder)
    assert records.wait(second.folder).status == "Canceled"
    (first.folder / "go").touch()
    assert records.wait(first.folder).status == "Completed"


@pytest.mark.slow
def test_a_run_that_waits_for_a_run_of_its_own_is_not_waited_for(home, tmp_path):
    write(tmp_path, job("echo inner"))
    inner = "python -m joblens run ${{inputs.job}} --environment this-python -n inner"
    (tmp_path / "outer").mkdir()
    more = f"inputs: {{job: {{type: uri_file, path: {tmp_path / 'job.yml'}}}}}\n"
    more += f"environment_variables: {{PYTHONPATH: {os.pathsep.join(sys.path)}}}\n"
    assert "inner" in finished(write(tmp_path / "outer", job(inner, more))).lines


@pytest.mark.slow
def test_a_sweep_takes_no_place_from_its_trials(home, tmp_path):
    sweep = """\
        type: sweep
        compute: local
        trial: {command: "echo ${{search_space.x}}", environment: azureml:any@latest}
        search_space: {x: {type: choice, values: [1, 2, 3]}}
        sampling_algorithm: grid
        objective: {goal: minimize, primary_metric: loss}
        limits: {max_total_trials: 3, max_concurrent_trials: 3}
        """
    assert finished(write(tmp_path, sweep)).record.status == "Completed"


def test_without_a_limit_nobody_waits(home, monkeypatch):
    def wait() -> None:
        raise AssertionError

    held = [queue.take(0, wait) for _ in range(20)]
    assert len({place.file for place in held if place}) == 20
    for place in held:
        assert place is not None
        place.release()


def test_the_limit_is_the_users_and_no_projects(home, tmp_path, monkeypatch):
    monkeypatch.delenv("JOBLENS_CONCURRENCY")
    monkeypatch.setenv("JOBLENS_CONFIG", str(tmp_path / "config"))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "joblens.toml").write_text("[run]\nconcurrency = 3\nretries = 1\n")
    (tmp_path / "joblens.toml").write_text("[run]\nretries = 2\nlog_limit = '5 MiB'\n")
    from joblens.engine.run import plan_of

    life = plan_of(write(tmp_path, job("echo")), RunOptions(environment="this-python")).life
    assert (life.concurrency, life.retries, life.log_limit) == (3, 2, 5 * 2**20)
    (tmp_path / "joblens.toml").write_text("[run]\nconcurrency = 2\n")
    with pytest.raises(ConfigurationError, match="no key 'concurrency'"):
        plan_of(tmp_path / "job.yml")


def test_a_run_that_was_never_started_says_so(tmp_path):
    records.write(RunFolder(tmp_path), Record(tmp_path.name, created=time.time()))
    assert records.show(tmp_path).status == "NotStarted"
