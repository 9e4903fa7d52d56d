"""A command whose shell is started before it may begin, so that a trial loses no time once there is room."""

import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from joblens.engine.backends import choose
from joblens.engine.backends.base import RunningTask
from joblens.engine.backends.process import ProcessBackend
from joblens.engine.records import Record
from joblens.engine.tasks import tasks_of
from tests.engine.backends.places import Opened, opened

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="there are no shells")]


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Callable[[str], tuple[Opened, RunningTask]]]:
    """Makes a run whose command waits for its word."""
    made: list[Opened] = []

    def make(command: str) -> tuple[Opened, RunningTask]:
        run = opened(tmp_path, choose.PROCESS, "any", command)
        made.append(run)
        assert run.backend.holds
        (task,) = tasks_of(run.plan, Record(run.plan.name), run.backend, {})
        return run, run.backend.start(dataclasses.replace(task, held=True))

    yield make
    for run in made:
        run.backend.close(0)


def test_it_begins_when_it_is_let_go_and_reads_nothing(held):
    run, task = held("cat; echo began; exit 3")
    time.sleep(0.2)
    assert task.wait(0) is None
    assert run.printed == ""
    run.backend.let_go()
    assert task.wait(30) == 3
    assert run.printed == "began\n"
    assert run.folder.exit_code(0).read_text(encoding="utf-8") == "3"


def test_one_that_is_ended_before_has_done_nothing_and_has_no_exit_code(held):
    run, _ = held("echo began")
    assert run.backend.close(1) == 1
    run.backend.let_go()  # too late, which is no error
    assert run.printed == ""
    assert not run.folder.exit_code(0).exists()


def test_nobody_being_left_who_could_let_it_go_it_ends(held):
    run, task = held("echo began")
    assert isinstance(run.backend, ProcessBackend)
    gate = run.backend._gate  # what the kernel does when the supervisor is killed
    assert gate is not None
    gate.close()
    assert task.wait(30) == 1
    assert run.printed == ""
    assert not run.folder.exit_code(0).exists()


def test_processes_that_have_ports_are_not_started_ahead(tmp_path):
    shape = "distribution: {type: pytorch, process_count_per_instance: 2}\n"
    run = opened(tmp_path, choose.PROCESS, "any", "true", shape)
    assert not run.backend.holds
