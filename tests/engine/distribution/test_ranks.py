"""Several processes end as one: the first that fails is found, told of and shown."""

import os
from pathlib import Path

import pytest

from joblens.engine import launch
from joblens.engine.backends.base import Task
from joblens.engine.distribution import ranks, verdict


class Pretend:
    """A task that ends by itself after some looks, or when it is stopped."""

    def __init__(self, code: int | None = None, looks: int = 0, task: Task | None = None) -> None:
        self.code, self.looks, self.task = code, looks, task
        self.stopped = False

    def wait(self, timeout: float | None = None) -> int | None:
        self.looks -= 1
        if self.stopped:
            return 143
        if self.code is None or self.looks >= 0:
            return None
        if self.task:
            self.task.exit_code.touch()
        return self.code

    def cancel(self) -> None:
        self.stopped = True

    def why(self) -> str:
        return ""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(ranks, "TURN", 0.001)
    monkeypatch.setattr(ranks, "GRACE", 0.01)


def task(folder: Path, rank: int, **more: object) -> Task:
    log = folder / "user_logs" / f"log_{rank}.txt"
    log.parent.mkdir(exist_ok=True)
    return Task(f"rank {rank}", "", log, folder / f"exit-{rank}", **more)  # type: ignore[arg-type]


def outcome(
    running: list[Pretend], tasks: list[Task], timeout: int | None = None
) -> tuple[launch.Outcome, list[str]]:
    notes: list[str] = []

    class Backend:
        def start(self, task: Task) -> Pretend:
            return running[tasks.index(task)]

    found = launch.outcome(Backend(), lambda: tasks, timeout, notes.append)  # type: ignore[arg-type]
    return found, notes


def test_all_ending_well_is_well(tmp_path):
    tasks = [task(tmp_path, rank) for rank in range(3)]
    found, notes = outcome([Pretend(0), Pretend(0, 5), Pretend(0, 2)], tasks)
    assert (found.status, found.exit_code, notes) == ("Completed", 0, [])


def test_the_first_failure_stops_the_others_and_names_the_job(tmp_path):
    tasks = [task(tmp_path, rank) for rank in range(3)]
    tasks[1].log.write_text("working\nValueError: no\n", encoding="utf-8")
    running = [Pretend(), Pretend(5, 3), Pretend()]
    found, notes = outcome(running, tasks)
    assert found.exit_code == 5
    assert found.reason == (
        "rank 1 ended with exit code 5; 2 others were stopped. "
        "Its log, user_logs/log_1.txt, ends with: ValueError: no"
    )
    assert notes == [
        "rank 1 failed first. Its log, user_logs/log_1.txt, ends with:",
        "  rank 1| working",
        "  rank 1| ValueError: no",
    ]
    assert running[0].stopped
    assert running[2].stopped


def test_the_log_that_is_streamed_is_not_shown_twice(tmp_path):
    tasks = [task(tmp_path, rank) for rank in range(2)]
    tasks[0].log.write_text("ValueError: no\n", encoding="utf-8")
    assert outcome([Pretend(1), Pretend()], tasks)[1] == []


def test_of_several_failures_the_earliest_is_the_cause(tmp_path):
    tasks = [task(tmp_path, rank) for rank in range(2)]
    tasks[1].exit_code.touch()
    os.utime(tasks[1].exit_code, (1, 1))  # long before the other, which is looked at first
    found, _ = outcome([Pretend(1, task=tasks[0]), Pretend(137)], tasks)
    assert found.exit_code == 137
    assert found.reason.startswith("rank 1 was ended by SIGKILL")
    assert "then failed rank 0 (1)." in found.reason


def test_of_many_processes_only_those_that_failed_are_named(tmp_path):
    tasks = [task(tmp_path, rank) for rank in range(64)]
    found, _ = outcome([Pretend(1 if rank % 4 == 0 else None) for rank in range(64)], tasks)
    assert "and 7 more" in found.reason
    assert "48 others were stopped" in found.reason
    assert "rank 1 " not in found.reason


def test_what_only_serves_is_ended_when_the_others_are_done(tmp_path):
    tasks = [task(tmp_path, 0), task(tmp_path, 1, serves=True)]
    running = [Pretend(0, 3), Pretend()]
    assert outcome(running, tasks)[0].status == "Completed"
    assert running[1].stopped


def test_a_server_that_fails_fails_the_job(tmp_path):
    tasks = [task(tmp_path, 0), task(tmp_path, 1, serves=True)]
    assert outcome([Pretend(), Pretend(3)], tasks)[0].exit_code == 3


def test_the_time_limit_stops_all(tmp_path, monkeypatch):
    tasks = [task(tmp_path, rank) for rank in range(2)]
    running = [Pretend(), Pretend()]
    clock = iter(range(1000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    found, _ = outcome(running, tasks, timeout=5)
    assert (found.status, "5 s" in found.reason) == ("Canceled", True)
    assert all(each.stopped for each in running)


def test_who_still_runs_long_after_a_good_end_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(ranks, "PATIENCE", 0.0)
    tasks = [task(tmp_path, rank) for rank in range(3)]
    found, notes = outcome([Pretend(0, 500), Pretend(0), Pretend(0, 500)], tasks)
    assert found.status == "Completed"
    assert notes == ["rank 1 ended well 0 s ago; still running: rank 0, rank 2."]


def test_a_port_that_another_program_took_is_found_in_the_log(tmp_path):
    one = task(tmp_path, 0, ports=(4321,))
    one.log.write_text("port: 4321, code: -98, name: EADDRINUSE\n", encoding="utf-8")
    assert verdict.taken_port([one]) == 4321
    one.log.write_text("port: 5555, code: -98, name: EADDRINUSE\n", encoding="utf-8")
    assert verdict.taken_port([one]) is None


def test_mpirun_stopping_the_others_is_no_failure_of_theirs(tmp_path):
    mpirun = task(tmp_path, 0, mpi_processes=3)
    folder = tmp_path / "rank-ends"
    folder.mkdir()
    for rank, code in ((1, 7), (0, 143)):
        (folder / str(rank)).write_text(f"{code}\n", encoding="ascii")
    found = ranks.of_mpi(mpirun)
    assert [end.code for end in found.all] == [None, 7, None]
