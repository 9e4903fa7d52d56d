"""Runs with real processes, from the file to the record."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from joblens.engine import records, run, starting
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.records import Record
from joblens.engine.run import RunOptions, cancel, create, dry_run
from joblens.errors import JobFileError, UserError
from tests.engine.jobs import Finished, alive, finished, job, until, write

HERE = RunOptions(environment="this-python")
FAMILY = """\
    import os, subprocess, sys, time
    child = "import os, time; os.setsid(); time.sleep(600)"
    one = subprocess.Popen([sys.executable, "-c", child])
    if os.fork() == 0:
        os.setsid()
        open("outputs/daemon", "w").write(str(os.getpid()))
        time.sleep(600)
    open("outputs/pids", "w").write(f"{os.getpid()} {one.pid}")
    while not os.path.exists("outputs/daemon") or not open("outputs/daemon").read():
        time.sleep(0.01)
    print("started")
    time.sleep(600)
    """


def pids(folder: Path) -> list[int]:
    texts = [(folder / "outputs" / name).read_text(encoding="utf-8") for name in ("pids", "daemon")]
    return [int(pid) for text in texts for pid in text.split()]


def test_a_run_keeps_what_the_command_prints_and_writes(tmp_path):
    command = "echo hello; python main.py --to ${{outputs.model}}; echo x > logs/step.txt"
    run = finished(
        write(
            tmp_path,
            job(f'"{command}"', "code: .\noutputs: {model: {type: uri_folder}}"),
            {"main.py": "import sys; open(sys.argv[2] + '/m.txt', 'w').write('m'); print('done', end='')"},
        )
    )
    assert run.lines == ["hello", "done"]
    assert run.folder.log.read_text(encoding="utf-8") == "hello\ndone"
    assert (run.folder.outputs / "model" / "m.txt").read_text(encoding="utf-8") == "m"
    assert (run.folder.logs / "step.txt").read_text(encoding="utf-8") == "x\n"
    assert [event.status for event in run.events if event.kind == "status"] == [
        "Preparing",
        "Running",
        "Finalizing",
        "Completed",
    ]
    assert run.record.exit_code == 0


def test_runs_stay_out_of_git(tmp_path):
    finished(write(tmp_path, job("echo")))
    assert (tmp_path / ".joblens" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_runs_lie_at_the_root_of_the_repository(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "jobs").mkdir()
    run = finished(write(tmp_path / "jobs", job("echo")))
    assert run.folder.path.parent == tmp_path / ".joblens" / "runs"


def test_the_exit_code_decides(tmp_path):
    run = finished(write(tmp_path, job('"exit 3"')))
    assert (run.record.status, run.record.exit_code) == ("Failed", 3)


def test_a_signal_that_ended_the_command_is_named(tmp_path):
    run = finished(write(tmp_path, job('"kill -9 $$"')))
    assert run.record.exit_code == 137
    assert "ended by SIGKILL" in run.record.reason
    assert "out of memory" not in run.record.reason  # the kernel counts whom it ends for that


def test_inputs_take_the_place_of_their_expressions(tmp_path):
    more = "inputs:\n  rate: 0.5\n  flag: yes\n  data: {type: uri_file, path: iris.csv}\n"
    command = "echo ${{inputs.rate}} ${{inputs.flag}} && cat ${{inputs.data}}"
    run = finished(write(tmp_path, job(command, more), {"iris.csv": "1,2\n"}))
    assert run.lines == ["0.5 True", "1,2"]


def test_the_preview_dialect_runs_too(tmp_path):
    file = write(
        tmp_path,
        """\
        command: cat {inputs.iris}; echo '{print $1}'
        inputs:
          iris:
            data: {local_path: iris.csv}
        environment: {docker: {image: docker.io/python}}
        compute: {target: local}
        """,
        {"iris.csv": "1,2\n"},
    )
    assert finished(file).lines == ["1,2", "{print $1}"]


def test_a_missing_input_is_found_before_anything_starts(tmp_path):
    file = write(tmp_path, job("cat ${{inputs.x}}", "inputs: {x: {type: uri_file, path: gone.csv}}"))
    with pytest.raises(JobFileError, match=r"Input 'x' is 'gone.csv', and there is no such file"):
        create(file, options=HERE)
    assert not (tmp_path / ".joblens").exists()


def test_data_in_the_cloud_is_refused_with_the_next_step(tmp_path):
    file = write(tmp_path, job("ls ${{inputs.x}}", "inputs: {x: {type: uri_folder, path: 'azureml:d:1'}}"))
    with pytest.raises(JobFileError) as caught:
        create(file, options=HERE)
    assert "--set inputs.x.path=" in caught.value.hint


def test_the_next_step_is_in_the_words_of_the_preview_dialect(tmp_path):
    file = write(
        tmp_path,
        """\
        command: ls {inputs.x}
        inputs: {x: {data: 'azureml:d:1'}}
        environment: {docker: {image: python}}
        compute: {target: local}
        """,
        {"data/a.csv": ""},
    )
    with pytest.raises(JobFileError) as caught:
        create(file, options=HERE)
    setting = re.search(r"--set (\S+)=./data", caught.value.hint)
    assert setting is not None
    assert finished(file, overrides={setting[1]: "./data"}).lines == ["a.csv"]


def test_a_file_with_errors_is_not_run(tmp_path):
    with pytest.raises(JobFileError, match=r"job.yml:1:\d+: "):
        create(write(tmp_path, job("echo ${{inputs.nothing}}")), options=HERE)


def test_a_file_of_an_older_format_is_not_run(tmp_path):
    text = job("echo x") + "code:\n  local_path: src\n"
    with pytest.raises(JobFileError, match=r"job.yml:\d+:\d+: JL601 'local_path' is of the second preview"):
        create(write(tmp_path, text), options=HERE)


def test_a_name_is_used_once(tmp_path):
    file = write(tmp_path, job("echo"))
    assert finished(file, name="one").folder.name == "one"
    with pytest.raises(UserError, match="already a run 'one'"):
        create(file, options=RunOptions(name="one"))


def test_values_can_be_set_and_the_file_is_kept_as_it_was_run(tmp_path):
    file = write(tmp_path, job("echo ${{inputs.n}}", "inputs: {n: 1}"))
    run = finished(file, overrides={"inputs.n": 7})
    assert run.lines == ["7"]
    assert "n: 7" in run.folder.job.read_text(encoding="utf-8")
    assert "n: 1" in file.read_text(encoding="utf-8")


def test_an_error_that_only_a_setting_makes_is_told_of_the_setting(tmp_path):
    file = write(tmp_path, job("echo"))
    settings = {"command": "echo ${{inputs.x}}", "limits.timeout": 60}
    with pytest.raises(JobFileError) as caught:
        create(file, options=RunOptions(overrides=settings))
    assert str(caught.value).startswith("with --set command=echo ${{inputs.x}}: ")
    assert "joblens check" not in caught.value.hint
    with pytest.raises(JobFileError, match=r"with --set comand=echo: .*Did you mean 'command'"):
        create(file, options=RunOptions(overrides={"comand": "echo"}))


def test_a_setting_may_mend_the_file_and_other_errors_keep_their_lines(tmp_path):
    file = write(tmp_path, job("echo ${{inputs.x}}", "comput: local\n"))
    with pytest.raises(JobFileError) as caught:
        create(file, options=RunOptions(overrides={"inputs.x": 1}))
    assert str(caught.value).startswith(f"{file}:4:1: ")
    assert caught.value.hint.endswith("shows the error.")
    mended = write(tmp_path, job("echo ${{inputs.x}}"))
    assert "command:\n  echo 1\n" in dry_run(mended, RunOptions(overrides={"inputs.x": 1}))


def test_a_file_of_another_time_is_refused_with_the_command_that_migrates_it(tmp_path):
    text = "command: echo\nenvironment: azureml:any:1\ncode: {local_path: .}\ncompute: azureml:cluster\n"
    file = write(tmp_path, text)
    with pytest.raises(JobFileError, match="JL601") as caught:
        create(file, options=RunOptions())
    assert f"joblens migrate {file}" in caught.value.hint


def test_errors_that_writing_the_file_anew_would_hide_still_count(tmp_path):
    file = write(tmp_path, job("echo", "compute: local\n"))
    with pytest.raises(JobFileError, match="compute"):
        create(file, options=RunOptions(overrides={"limits.timeout": 60}))


def test_a_folder_that_cannot_be_filled_leaves_nothing(tmp_path, monkeypatch):
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(starting.snapshot, "take", full)
    with pytest.raises(UserError, match="no space left on device") as caught:
        create(write(tmp_path, job("echo")), options=HERE)
    assert caught.value.hint == "Make room on that disk, then try again."
    assert not list((tmp_path / ".joblens" / "runs").iterdir())


def test_the_code_is_a_snapshot(tmp_path):
    files = {"a.txt": "before\n", "b.txt": "", ".amlignore": "b.*\njob.yml\n"}
    started = create(write(tmp_path, job("cat a.txt; ls", "code: ."), files), options=HERE)
    (tmp_path / "a.txt").write_text("after", encoding="utf-8")
    run = Finished(started.folder, list(follow(started.folder)))
    assert run.lines == ["before", "a.txt", "logs", "outputs"]


def test_a_dry_run_says_everything_and_starts_nothing(tmp_path):
    more = "inputs: {n: 5}\nenvironment_variables: {MODE: fast}\n"
    text = dry_run(write(tmp_path, job("echo ${{inputs.n}}", more)), HERE)
    assert "command:\n  echo 5\n" in text
    assert "MODE=fast" in text
    assert "n = 5" in text
    assert not (tmp_path / ".joblens").exists()


def test_canceling_ends_the_whole_tree(tmp_path):
    started = create(write(tmp_path, job("python main.py", "code: ."), {"main.py": FAMILY}), options=HERE)
    events = follow(started.folder)
    until(events, "started")
    family = pids(started.folder)
    assert all(map(alive, family))
    cancel(started.folder)
    assert [event.status for event in events if event.kind == "status"][-1] == "Canceled"
    assert not any(map(alive, family))


def test_a_run_can_be_canceled_before_it_has_begun(tmp_path):
    started = create(write(tmp_path, job("sleep 600")), options=HERE)
    cancel(started.folder)
    assert records.wait(started.folder).status == "Canceled"


def test_what_the_command_leaves_running_is_ended(tmp_path):
    command = '"sleep 600 & echo $! > outputs/pids; echo $! > outputs/daemon"'
    run = finished(write(tmp_path, job(command)))
    assert run.record.status == "Completed"
    assert not any(map(alive, pids(run.folder.path)))
    assert "1 process that the command left running was ended." in run.notes


def test_children_that_ended_before_the_command_were_not_left_running(tmp_path):
    script = """\
        import os

        for _ in range(3):
            child = os.fork()
            if not child:
                os._exit(0)
            os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # it has ended, and its exit code is not read
        """
    run = finished(write(tmp_path, job("python children.py", "code: ."), {"children.py": script}))
    assert run.record.status == "Completed"
    assert [note for note in run.notes if "left running" in note] == []


def test_a_killed_reader_harms_nothing(tmp_path):
    file = write(tmp_path, job('"echo one; while [ ! -e ../go ]; do sleep 0.05; done; echo two; exit 4"'))
    script = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from joblens.cli import main\n"
        f"main(['run', {str(file)!r}, '--name', 'r', '--environment', 'this-python'])"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "one\n"
    os.killpg(reader.pid, signal.SIGKILL)
    reader.wait()
    reader.stdout.close()
    folder = tmp_path / ".joblens" / "runs" / "r"
    (folder / "go").touch()
    record = records.wait(folder)
    assert (record.status, record.exit_code) == ("Failed", 4)
    assert (folder / "user_logs" / "std_log.txt").read_text(encoding="utf-8") == "one\ntwo\n"


def kill_supervisor(folder: Path) -> None:
    os.kill(json.loads((folder / "supervisor.json").read_text(encoding="utf-8"))["pid"], signal.SIGKILL)


def test_a_killed_supervisor_is_noticed_and_its_children_are_ended(tmp_path):
    started = create(write(tmp_path, job("python main.py", "code: ."), {"main.py": FAMILY}), options=HERE)
    until(follow(started.folder), "started")
    family = pids(started.folder)
    kill_supervisor(started.folder)
    record = records.wait(started.folder)
    assert record.status == "Failed"
    assert "its supervisor was killed before the command ended" in record.reason
    assert not any(map(alive, family))
    assert [event.status for event in follow(started.folder)][-1] == "Failed"


def test_a_run_can_be_canceled_from_where_its_supervisor_is_out_of_reach(tmp_path):
    started = create(write(tmp_path, job('"echo on; sleep 600"')), options=HERE)
    until(follow(started.folder), "on")
    RunFolder(started.folder).cancel_request.touch()
    assert records.wait(started.folder).status == "Canceled"


@pytest.mark.usefixtures("silence_is_seen_soon")
@pytest.mark.parametrize(("silent", "status"), [(0, "Running"), (3600, "Failed")])
def test_a_supervisor_elsewhere_counts_as_gone_once_it_is_silent(tmp_path, silent, status):
    folder = RunFolder(tmp_path)
    records.write(folder, Record(tmp_path.name, records.RUNNING))
    folder.supervisor.write_text(json.dumps({"pid": 1, "started": 0, "place": "elsewhere"}), encoding="utf-8")
    last = time.time() - silent
    os.utime(folder.supervisor, (last, last))
    assert records.show(tmp_path).status == status


def test_the_exit_code_survives_the_supervisor(tmp_path):
    command = '"echo started; while [ ! -e ../go ]; do sleep 0.05; done; exit 7"'
    started = create(write(tmp_path, job(command)), options=HERE)
    until(follow(started.folder), "started")
    kill_supervisor(started.folder)
    (started.folder / "go").touch()
    code = started.folder / "exit-code-0"
    while not (code.exists() and code.read_text(encoding="utf-8")):
        time.sleep(0.02)
    record = records.wait(started.folder)
    assert (record.status, record.exit_code) == ("Failed", 7)


def test_a_time_limit_ends_the_command(tmp_path):
    run = finished(write(tmp_path, job("sleep 600", "limits: {timeout: 1}")))
    assert run.record.status == "Canceled"
    assert "time limit of 1 s" in run.record.reason


def test_a_folder_with_blanks_in_its_name_works(tmp_path):
    folder = tmp_path / "my jobs (1)"
    folder.mkdir()
    more = "inputs: {x: {type: uri_file, path: 'a b.txt'}}\noutputs: {o: {type: uri_folder}}\n"
    run = finished(write(folder, job("cat ${{inputs.x}} > ${{outputs.o}}/y.txt", more), {"a b.txt": "1"}))
    assert run.record.status == "Completed", run.lines
    assert (run.folder.outputs / "o" / "y.txt").read_text(encoding="utf-8") == "1"


def test_a_failure_of_ours_closes_the_run_and_says_where_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_supervisor = starting.start_supervisor
    monkeypatch.setattr(starting, "start_supervisor", lambda *_: None)
    started = run.create(write(tmp_path, job("echo hello")), options=RunOptions(environment="this-python"))
    folder = RunFolder(started.folder)
    shutil.rmtree(folder.code)
    folder.code.write_text("no folder", encoding="utf-8")
    start_supervisor(folder, {})
    ended = Finished(started.folder, list(follow(started.folder)))
    assert ended.record.status == "Failed"
    assert "supervisor.txt" in ended.record.reason
    assert "Traceback" in folder.supervisor_log.read_text(encoding="utf-8")


def test_the_command_does_not_find_the_libraries_of_the_extension(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Path(records.__file__).parents[2]
    ours = [str(server), str(server / "libs")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*ours, str(tmp_path / "theirs")]))
    ended = finished(write(tmp_path, job('echo "$PYTHONPATH"')))
    assert ended.lines == [str(tmp_path / "theirs")]


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ('command: "echo \\0"', "The command"),
        ('command: echo\nenvironment_variables: {A: "x\\0y"}', "The variable 'A'"),
        ('command: echo\nenvironment_variables: {"A\\0": x}', "A name of 'environment_variables'"),
    ],
)
def test_what_no_process_can_be_given_is_told_before_anything_is_started(tmp_path, keys, what):
    file = write(tmp_path, f"type: command\n{keys}\nenvironment: {{image: i}}\n")
    with pytest.raises(JobFileError, match=f"^{what} holds the character U.0000"):
        create(file, options=HERE)
    assert not (tmp_path / ".joblens" / "runs").exists()


def test_a_disk_that_fills_up_just_before_the_supervisor_is_known_is_told_in_words(tmp_path, monkeypatch):
    def full(folder: RunFolder, _: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder.supervisor))

    monkeypatch.setattr(starting, "start_supervisor", full)
    with pytest.raises(UserError, match="The run's folder cannot be made: no space left") as caught:
        create(write(tmp_path, job("echo")), options=HERE)
    assert "Make room on that disk" in str(caught.value.hint)
    assert list((tmp_path / ".joblens" / "runs").iterdir()) == []
