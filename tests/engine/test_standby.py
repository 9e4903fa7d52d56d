"""The supervisor that is forked while the job is read: as detached as one that is started anew."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from joblens.engine import records, recovery
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from tests.engine.jobs import alive, job, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each supervisor is a new interpreter"),
]


def reader(file: Path, **more: object) -> subprocess.Popen[str]:
    """`joblens run` of the file, as a terminal starts it: the first of a process group."""
    command = [
        sys.executable,
        "-m",
        "joblens",
        "run",
        file.name,
        "--environment",
        "this-python",
        "--name",
        "r",
    ]
    return subprocess.Popen(
        command, cwd=file.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )  # type: ignore[call-overload, no-any-return]


def supervisor_of(folder: Path) -> psutil.Process:
    while (owner := recovery.supervisor(RunFolder(folder))) is None:
        time.sleep(0.01)
    return psutil.Process(owner.pid)


def started(tmp_path: Path, **more: object) -> tuple[subprocess.Popen[str], Path, psutil.Process]:
    file = write(tmp_path, job('"echo on; while [ ! -e ../go ]; do sleep 0.05; done"'))
    running = reader(file, start_new_session=True, **more)
    assert running.stdout is not None
    assert running.stdout.readline() == "on\n"
    folder = tmp_path / ".joblens" / "runs" / "r"
    return running, folder, supervisor_of(folder)


def test_it_outlives_its_reader_and_all_that_the_terminal_ends(tmp_path):
    running, folder, _ = started(tmp_path)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    (folder / "go").touch()
    assert records.wait(folder).status == "Completed"


def test_it_is_nobodys_child_in_a_session_of_its_own(tmp_path):
    running, folder, supervisor = started(tmp_path)
    assert psutil.Process(running.pid).children() == []
    assert os.getsid(supervisor.pid) not in (os.getsid(running.pid), os.getsid(0))
    (folder / "go").touch()
    running.communicate()


def test_it_holds_nothing_that_its_reader_had_open(tmp_path):
    inherited, end = os.pipe()
    running, folder, supervisor = started(tmp_path, pass_fds=[end])
    os.close(end)
    held = {number: str(Path(f"/proc/{supervisor.pid}/fd/{number}").readlink()) for number in (0, 1, 2)}
    assert held == {0: os.devnull, 1: str(RunFolder(folder).supervisor_log), 2: held[1]}
    os.kill(running.pid, signal.SIGKILL)
    assert os.read(inherited, 1) == b""  # nobody has the other end any more
    assert running.communicate()[0] == ""
    os.close(inherited)
    (folder / "go").touch()
    assert records.wait(folder).status == "Completed"


def test_ctrl_c_in_the_terminal_cancels_the_run(tmp_path):
    running, folder, supervisor = started(tmp_path)
    os.killpg(running.pid, signal.SIGINT)
    running.communicate()
    assert records.wait(folder).status == "Canceled"
    assert not alive(supervisor.pid) or supervisor.wait() is None


def test_without_a_run_it_ends(tmp_path):
    file = write(tmp_path, "command: echo\nenvironment: azureml:any@latest\ncompute: local\ninputs: [1]\n")
    inherited, end = os.pipe()
    running = reader(file, start_new_session=True, pass_fds=[end])
    os.close(end)
    assert "Nothing was started" in running.communicate()[1]
    assert running.returncode == 2
    assert os.read(inherited, 1) == b""
    os.close(inherited)


def test_modules_beside_the_job_are_not_the_supervisors(tmp_path):
    file = write(tmp_path, job("echo hello"), {"psutil.py": "raise SystemExit('not mine')\n"})
    running = reader(file)
    assert running.communicate()[0] == "hello\n"
    folder = tmp_path / ".joblens" / "runs" / "r"
    assert [event.text for event in follow(folder) if event.kind == "line"] == ["hello"]
    assert RunFolder(folder).supervisor_log.read_text(encoding="utf-8") == ""
