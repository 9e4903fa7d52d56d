"""How runs end: asked to, told why, tried again."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from joblens.engine import processes, reasons, records
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.launch import Outcome
from joblens.engine.run import RunOptions, cancel, create
from joblens.errors import JobFileError, UserError
from tests.conftest import missing
from tests.engine.jobs import alive, finished, job, until, write

HERE = RunOptions(environment="this-python")


@pytest.fixture(autouse=True)
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about MLflow."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:nowhere")


@pytest.mark.slow
def test_a_stubborn_tree_is_asked_to_end_and_then_ended(tmp_path):
    (tmp_path / "joblens.toml").write_text("[run]\ngrace = 1\n", encoding="utf-8")
    script = """\
        import os, signal, subprocess, sys, time
        def again(*_):
            child = subprocess.Popen([sys.executable, "-c", "import signal, time; "
                "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
            open(f"outputs/{child.pid}", "w").close()
        signal.signal(signal.SIGTERM, again)
        open(f"outputs/{os.getpid()}", "w").close()
        print("on")
        while True:
            time.sleep(0.1)
        """
    started = create(write(tmp_path, job("python main.py", "code: ."), {"main.py": script}), options=HERE)
    events = follow(started.folder)
    until(events, "on")
    cancel(started.folder)
    rest = [event.status for event in events if event.kind == "status"]
    assert rest == ["CancelRequested", "Canceled"]
    family = [int(file.name) for file in (started.folder / "outputs").iterdir()]
    assert len(family) >= 2
    assert not any(map(alive, family))


@pytest.mark.slow
def test_a_command_may_save_its_work_when_it_is_asked_to_end(tmp_path):
    trap = "trap 'echo saved > outputs/state; exit 0' TERM; echo on; while true; do sleep 0.1; done"
    started = create(
        write(tmp_path, f"command: >-\n  {trap}\nenvironment: azureml:any@latest\n"), options=HERE
    )
    until(follow(started.folder), "on")
    cancel(started.folder)
    assert records.wait(started.folder).status == "Canceled"
    assert (started.folder / "outputs" / "state").read_text(encoding="utf-8") == "saved\n"


@pytest.mark.slow
def test_a_command_that_fails_is_tried_again_where_that_is_wished(tmp_path):
    command = '"echo x >> outputs/tries; echo try; test $(wc -l < outputs/tries) -ge 3"'
    run = finished(write(tmp_path, job(command)), retries=5)
    assert (run.record.status, run.record.attempts, run.record.exit_code) == ("Completed", 3, 0)
    assert run.lines == ["try"] * 3
    assert "exit code 1" in run.notes[-2]
    assert "tried up to 4 times more" in run.notes[-1]
    failed = finished(write(tmp_path, job('"exit 3"')), retries=1)
    assert (failed.record.status, failed.record.attempts, failed.record.exit_code) == ("Failed", 2, 3)


@pytest.mark.slow
def test_a_program_that_is_missing_or_is_none_is_explained(tmp_path):
    missing = finished(write(tmp_path, job("no-such-program"))).record
    assert missing.exit_code == 127
    assert "found no such program" in missing.reason
    file = write(tmp_path, job("./run.sh", "code: ."), {"run.sh": "echo"})
    refused = finished(file).record
    assert refused.exit_code == 126
    assert "chmod +x" in refused.reason


def test_want_of_memory_is_said_only_when_the_kernel_says_so(tmp_path):
    killed = Outcome("Failed", 137, "It was ended by SIGKILL (the machine may have run out of memory).")
    kills = reasons.kills_for_memory()
    if kills is None:  # the kernel does not count them: it stays a guess
        assert reasons.told(killed, tmp_path / "log") == killed
        return
    assert reasons.told(killed, tmp_path / "log", kills).reason == "It was ended by SIGKILL."
    assert "out of memory: the kernel ended" in reasons.told(killed, tmp_path / "log", kills - 1).reason


def test_the_last_line_of_the_log_may_tell_why(tmp_path):
    log = tmp_path / "log"
    log.write_text("Traceback\nMemoryError\n", encoding="utf-8")
    assert "Python got no more memory" in reasons.told(Outcome("Failed", 1, "It ended."), log).reason


@pytest.mark.slow
def test_of_many_starts_with_one_name_exactly_one_begins(tmp_path):
    file = write(tmp_path, job("echo"))

    def begin(_: int) -> Path | None:
        try:
            return create(file, options=RunOptions(name="same", environment="this-python")).folder
        except JobFileError:
            return None

    with ThreadPoolExecutor(8) as pool:
        begun = [folder for folder in pool.map(begin, range(8)) if folder]
    assert len(begun) == 1
    assert records.wait(begun[0]).status == "Completed"


@pytest.mark.slow
def test_a_killed_command_is_told_from_a_killed_supervisor(tmp_path):
    started = create(write(tmp_path, job('"echo $$; sleep 600"')), options=HERE)
    events = follow(started.folder)
    pid = next(int(event.text) for event in events if event.kind == "line")
    os.kill(pid, signal.SIGKILL)
    record = records.wait(started.folder)
    assert (record.status, record.exit_code) == ("Failed", 137)
    assert "SIGKILL" in record.reason


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no limits of that kind")
def test_a_full_process_table_is_said_to_be_one(tmp_path, monkeypatch):
    if os.getuid() != 0:
        pytest.skip("only root may become a user whose limit is reached")
    (tmp_path / "project").mkdir()
    file = write(tmp_path / "project", job("echo"))
    finished(file)  # all that is imported for it may lie where only root reads
    tmp_path.chmod(0o777)
    for place in (tmp_path / "project").rglob("*"):
        place.chmod(0o777)
    (tmp_path / "project").chmod(0o777)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o055)
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path / "home"))
    read, wrote = os.pipe()
    child = os.fork()
    if child == 0:
        import resource

        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        os.setuid(54321)
        try:
            create(file, options=HERE)
            told = "nothing"
        except UserError as error:
            told = f"{error} {error.hint}"
        except BaseException as error:  # noqa: BLE001 - the test must hear of it
            told = repr(error)
        os.write(wrote, told.encode())
        os._exit(0)
    os.close(wrote)
    os.waitpid(child, 0)
    with os.fdopen(read) as answer:
        assert "has as many processes as it may" in answer.read()
    assert len(list((tmp_path / "project" / ".joblens" / "runs").iterdir())) == 1  # the first one's


@pytest.fixture
def group() -> Iterator[Callable[[str, str, str], Path]]:
    """Makes a control group with a limit; where that cannot be had, the test is missing something."""
    made: list[Path] = []

    def limited(controller: str, limit: str, value: str) -> Path:
        for root in (Path("/sys/fs/cgroup") / controller, Path("/sys/fs/cgroup")):
            place = root / f"joblens-test-{os.getpid()}-{len(made)}"
            try:
                place.mkdir()
                made.append(place)
                (place / limit).write_text(value, encoding="ascii")
            except OSError:
                continue
            return place
        missing(f"no control group with a limit of {controller} can be made here")
        raise AssertionError

    yield limited
    for place in made:
        end = time.monotonic() + 10
        while (place / "cgroup.procs").read_text(encoding="ascii").strip() and time.monotonic() < end:
            time.sleep(0.05)
        place.rmdir()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux has the groups")
def test_a_command_that_gets_no_process_is_explained(tmp_path, group):
    limited = group("pids", "pids.max", "3")
    main = """\
        import os, pathlib, subprocess, sys
        pathlib.Path(sys.argv[1], "cgroup.procs").write_text(str(os.getpid()))
        for _ in range(9):
            subprocess.Popen(["sleep", "30"])
        """
    run = finished(write(tmp_path, job(f"python main.py {limited}", "code: ."), {"main.py": main}))
    assert (run.record.status, run.record.exit_code) == ("Failed", 1)
    assert reasons.NO_PROCESSES in run.record.reason


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux has the groups")
def test_a_command_that_the_kernel_ends_for_want_of_memory_is_said_to_be_one(tmp_path, group):
    files = ("memory.limit_in_bytes", "memory.max")
    v1 = Path("/sys/fs/cgroup/memory").is_dir()
    limited = group("memory", files[0] if v1 else files[1], str(60 << 20))
    main = """\
        import os, pathlib, sys
        pathlib.Path(sys.argv[1], "cgroup.procs").write_text(str(os.getpid()))
        print("begins", flush=True)
        taken = [bytearray(10 << 20) for _ in range(40)]
        """
    run = finished(write(tmp_path, job(f"python main.py {limited}", "code: ."), {"main.py": main}))
    assert run.lines[0] == "begins"
    assert (run.record.status, run.record.exit_code) == ("Failed", 137)
    assert "out of memory: the kernel ended a process for it" in run.record.reason


def test_a_jump_of_the_clock_makes_no_supervisor_dead(tmp_path):
    folder = RunFolder(tmp_path)
    records.write(folder, records.Record(tmp_path.name, records.RUNNING, created=time.time()))
    folder.supervisor.write_text(json.dumps({"pid": 1, "started": 0, "place": "elsewhere"}), encoding="utf-8")
    stop = os.fork()
    if stop == 0:  # a supervisor whose clock is an hour behind
        while True:
            os.utime(folder.supervisor, (time.time() - 3600,) * 2)
            time.sleep(0.1)
    while time.time() - folder.supervisor.stat().st_mtime < 3000:
        time.sleep(0.02)
    try:
        assert records.show(tmp_path).status == "NotResponding"
    finally:
        os.kill(stop, signal.SIGKILL)
        os.waitpid(stop, 0)
    assert records.show(tmp_path).status == "Failed"


def test_how_long_a_run_took_does_not_depend_on_the_clock():
    from joblens.cli.show import took

    record = records.Record("r", started=2000.0, ended=1000.0, duration=5.0)
    assert took(record) == "5.0 s"


def test_who_has_the_mark_of_a_run_is_its_own(tmp_path):
    assert processes.end_run(tmp_path) == 0
