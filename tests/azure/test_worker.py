"""A worker's life: one for a workspace, until nobody needs it, and never longer than its parent."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from joblens.azure.client import Workers
from joblens.errors import CloudError
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE

pytestmark = pytest.mark.slow

PLACE = {"subscription_id": SUBSCRIPTION, "resource_group": GROUP, "workspace_name": WORKSPACE}
HANG = 300.0
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


def soon(fact: Callable[[], bool]) -> None:
    """Wait for a fact."""
    end = time.monotonic() + HANG
    while not fact():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):  # it has gone between two looks
        return False


@pytest.fixture
def workers(names_plane: ControlPlane) -> Iterator[Workers]:
    """Workers of the test's own; the plane has one job."""
    names_plane.jobs["first"] = {"id": "/jobs/first", "name": "first", "properties": {"jobType": "Command"}}
    made = Workers()
    yield made
    made.end()


def failing(workers: Workers, name: str = "nosuch", **place: str) -> str:
    """Ask something that is cheap: the sentence that it is refused with."""
    with pytest.raises(CloudError) as caught:
        workers.ask("show", {"name": name, **PLACE, **place}, canceled=threading.Event())
    return str(caught.value)


@posix
def test_one_worker_answers_all_questions_about_a_workspace_and_a_new_one_replaces_it(
    workers: Workers,
) -> None:
    assert failing(workers) == "Azure refused (404): Job nosuch was not found."
    [first] = workers.pids()
    failing(workers)
    assert workers.pids() == [first]
    os.kill(first, signal.SIGKILL)
    soon(lambda: workers.pids() == [])
    assert failing(workers) == "Azure refused (404): Job nosuch was not found."
    [second] = workers.pids()
    assert second != first


def test_each_workspace_has_a_worker_of_its_own(workers: Workers) -> None:
    failing(workers)
    failing(workers, workspace_name="other")
    assert len(workers.pids()) == 2


def test_two_questions_are_answered_side_by_side(workers: Workers, names_plane: ControlPlane) -> None:
    failing(workers)
    fault = names_plane.faults.add(where="jobs/slow", hangs=True)
    slow = threading.Thread(target=lambda: failing(workers, "slow"))
    slow.start()
    soon(lambda: any(met is fault for _, met in names_plane.faults.met))
    assert "nosuch" in failing(workers)
    assert len(workers.pids()) == 1
    names_plane.faults.clear()
    slow.join(HANG)
    assert not slow.is_alive()


@posix
def test_a_worker_that_nobody_asks_ends(names_plane: ControlPlane) -> None:
    workers = Workers(idle=0.1)
    pids: list[int] = []
    names_plane.faults.add(where="jobs/nosuch", latency=0.3)
    asking = threading.Thread(target=lambda: failing(workers))
    asking.start()
    soon(lambda: bool(pids.extend(workers.pids()) or pids))
    asking.join(HANG)
    soon(lambda: workers.pids() == [])
    soon(lambda: not is_running(pids[0]))
    failing(workers)


def test_another_account_or_cloud_is_asked_by_a_new_worker(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(workers)
    [first] = workers.pids()
    monkeypatch.setenv("AZURE_CLIENT_ID", "another")
    failing(workers)
    [second] = workers.pids()
    assert second != first


@posix
def test_a_question_whose_worker_dies_is_told_so(workers: Workers, names_plane: ControlPlane) -> None:
    names_plane.faults.add(where="jobs/nosuch", hangs=True)
    said: list[str] = []
    asking = threading.Thread(target=lambda: said.append(failing(workers)))
    asking.start()
    soon(lambda: bool(names_plane.faults.met))
    [pid] = workers.pids()
    os.kill(pid, signal.SIGKILL)
    asking.join(HANG)
    assert said == ["The Azure ML client ended without an answer (exit code -9)."]


@posix
@pytest.mark.parametrize("somebody_holds_stdin", [False, True], ids=["alone", "pipe held by another"])
def test_a_worker_ends_with_its_parent_however_that_ends(
    workers: Workers, *, somebody_holds_stdin: bool
) -> None:
    code = f"""
        import json, os, threading, time
        from joblens.azure.client import _WORKERS, ask
        from joblens.errors import CloudError
        try:
            ask("show", {json.dumps({"name": "nosuch", **PLACE})})
        except CloudError:
            pass
        other = os.fork() if {somebody_holds_stdin} else 0
        if {somebody_holds_stdin} and other == 0:
            time.sleep(60)
            os._exit(0)
        print(*_WORKERS.pids(), other, flush=True)
        time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, other = map(int, parent.stdout.readline().split())
        try:
            assert is_running(pid)
            parent.kill()
            soon(lambda: not is_running(pid))
        finally:
            if other:
                os.kill(other, signal.SIGKILL)


def test_what_others_print_to_stdout_is_no_answer(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = "import os\nprint('hello', flush=True)\nos.write(1, b'1\\n{}\\n{\"id\": 1}\\n')\n"
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / "sitecustomize.py").write_text(noise)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "noise"))
    assert failing(workers) == "Azure refused (404): Job nosuch was not found."
