"""What every backend does alike: processes of this machine, containers of Docker or Podman, jobs of Ray."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from joblens.engine.backends import choose
from joblens.engine.plan import read
from tests.engine.backends.places import Open, Opened, opened

pytestmark = pytest.mark.slow


@pytest.fixture(params=["process", "docker", "podman", "ray"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Makes runs in one of the backends."""
    image = "any" if request.param == "process" else request.getfixturevalue(request.param)
    name = {"process": choose.PROCESS, "ray": choose.RAY}.get(request.param, choose.CONTAINER)
    made: list[Opened] = []

    def make(command: str, more: str = "", **files: str) -> Opened:
        made.append(opened(tmp_path, name, image, command, more, **files))
        return made[-1]

    yield make
    for each in made:
        each.backend.close()
        each.backend.gone()


def wait_for(fact: Callable[[], object]) -> None:
    end = time.monotonic() + 300
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def running(mark: str) -> list[list[str]]:
    """The processes of this machine, in containers too, whose command line has the mark."""
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if " ".join(line).startswith(f"sleep {mark}")]


def test_what_a_command_prints_is_its_log_and_its_exit_code_is_kept(make: Open):
    run = make("echo out; echo err >&2; printf 'no end'; exit 3")
    assert run.ended() == 3
    assert run.printed == "out\nerr\nno end"
    assert run.folder.exit_code(0).read_text() == "3"


def test_a_log_is_what_was_printed_byte_for_byte(make: Open):
    run = make(r"printf '\377\376\000'; head -c 5000000 /dev/zero | tr '\0' x; printf '\r\nend'")
    assert run.ended() == 0
    assert run.folder.log.read_bytes() == b"\xff\xfe\0" + b"x" * 5_000_000 + b"\r\nend"


def test_a_command_is_bash_and_starts_in_the_code(make: Open):
    run = make("[[ -n $BASH_VERSION ]] && pwd && cat part.txt", **{"part.txt": "the code\n"})
    assert run.ended() == 0
    place = choose.places(run.plan.backend, run.folder).code()
    assert run.printed == f"{place}\nthe code\n"


def test_variables_reach_the_command_as_they_are(make: Open):
    value = "a 'b' \"c\" $d `e` \\ ü\nsecond line"
    run = make('printf %s "$GIVEN"')
    assert run.ended(GIVEN=value) == 0
    assert run.printed == value


def test_so_do_those_that_have_names_of_no_shell_or_of_ours(make: Open):
    given = {"AZUREML_SWEEP_learning-rate": "0.1 'x'", "a.b": "2", "f": "3", "c": "4", "command": "5"}
    run = make("python3 -c \"import os; print([os.environ.get(n) for n in os.environ['NAMES'].split()])\"")
    assert run.ended(NAMES=" ".join(given), **given) == 0
    assert run.printed == f"{list(given.values())}\n"


def test_a_command_reads_its_inputs_and_what_it_writes_belongs_to_the_caller(make: Open, tmp_path: Path):
    (tmp_path / "data dir").mkdir()
    (tmp_path / "data dir" / "a.csv").write_text("from a folder\n")
    (tmp_path / "one.csv").write_text("from a file\n")
    run = make(
        "cat ${{inputs.folder}}/a.csv ${{inputs.file}} && echo 1 > ${{outputs.model}}/m && "
        "echo 2 > ${{outputs.single}} && echo 3 > outputs/o && echo 4 > logs/l",
        "inputs:\n  folder: {type: uri_folder, path: './data dir'}\n  file: {type: uri_file, path: one.csv}\n"
        "outputs:\n  model: {type: uri_folder}\n  single: {type: uri_file}\n",
    )
    assert run.ended() == 0, run.printed
    assert run.printed == "from a folder\nfrom a file\n"
    outputs = run.folder.outputs
    written = [outputs / "model" / "m", outputs / "single", outputs / "o", run.folder.logs / "l"]
    assert [file.read_text() for file in written] == ["1\n", "2\n", "3\n", "4\n"]
    assert {file.stat().st_uid for file in written} == {os.getuid()}


def test_the_folders_of_the_run_are_where_the_variables_of_the_cluster_say(make: Open):
    run = make("echo x > $AZUREML_CR_HT_CAP_outputs_PATH/x; ls $AZUREML_CR_HT_CAP_user_logs_PATH")
    assert run.ended() == 0
    assert run.printed == "std_log.txt\n"
    assert (run.folder.outputs / "x").exists()


def test_the_home_of_a_command_is_writable(make: Open):
    run = make('touch "$HOME/.joblens-test" && rm "$HOME/.joblens-test"')
    assert run.ended() == 0, run.printed


def test_a_command_that_a_signal_ended_says_so_as_shells_do(make: Open):
    assert make("kill -9 $$").ended() == 137


def test_waiting_ends_with_the_time_that_was_given(make: Open):
    (task,) = make("echo ready; sleep 600").start()
    assert task.wait(0.05) is None


def test_cancel_ends_a_command_with_its_children_also_those_that_refuse(make: Open):
    mark = f"60{time.monotonic_ns() % 10**9}"
    run = make(f"(trap '' TERM; sleep {mark}1) & setsid sleep {mark}2 & echo ready; wait")
    (task,) = run.start()
    wait_for(lambda: len(running(mark)) == 2)
    task.cancel()
    assert task.wait(300) is not None
    run.backend.close()
    run.backend.gone()
    wait_for(lambda: not running(mark))


def test_what_a_command_leaves_running_is_ended_and_counted(make: Open):
    mark = f"61{time.monotonic_ns() % 10**9}"
    run = make(f"setsid sleep {mark} >/dev/null 2>&1 & echo done")
    assert run.ended() == 0
    assert run.backend.close() == 1
    wait_for(lambda: not running(mark))


def test_processes_of_several_nodes_reach_each_other_and_have_logs_of_their_own(make: Open):
    run = make(
        "python3 meet.py",
        "resources: {instance_count: 2}\ndistribution: {type: pytorch, process_count_per_instance: 2}\n",
        **{"meet.py": MEET},
    )
    tasks = run.start()
    assert [task.wait(60) for task in tasks] == [0] * 4, run.printed
    beside = (run.folder.log.with_name(f"std_log_process_0{rank}.txt") for rank in (1, 2, 3))
    logs = [run.folder.log, *beside]
    texts = [log.read_text() for log in logs]
    assert texts == ["0 met [1, 2, 3]\n", "1 of 4 on 0\n", "2 of 4 on 1\n", "3 of 4 on 1\n"]


def test_one_process_that_fails_is_seen_while_the_others_run_and_all_are_ended(make: Open):
    mark = f"62{time.monotonic_ns() % 10**9}"
    run = make(
        f"[ $RANK != 1 ] || exit 7; echo waits; sleep {mark}",
        "distribution: {type: pytorch, process_count_per_instance: 3}\n",
    )
    tasks = run.start()
    assert tasks[1].wait(300) == 7
    assert tasks[0].wait(0) is None
    wait_for(lambda: len(running(mark)) == 2)
    for task in tasks:
        task.cancel()
    assert [task.wait(300) is not None for task in tasks] == [True] * 3
    run.backend.close()
    run.backend.gone()
    wait_for(lambda: not running(mark))


def test_another_process_ends_what_a_lost_supervisor_left(make: Open):
    mark = f"63{time.monotonic_ns() % 10**9}"
    run = make(f"echo begun; sleep {mark}")
    run.start()
    wait_for(lambda: running(mark))
    assert choose.backend_for(read(run.folder.plan)).recover() >= 1
    wait_for(lambda: not running(mark))
    assert run.printed == "begun\n"
    assert not run.folder.exit_code(0).exists()


MEET = """
import os, socket
rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
place = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
if rank == 0:
    server = socket.create_server(("", place[1]))
    print(0, "met", sorted(int(server.accept()[0].recv(9)) for _ in range(size - 1)))
else:
    while True:
        try:
            connection = socket.create_connection(place)
            break
        except OSError:
            pass
    connection.sendall(str(rank).encode())
    print(rank, "of", size, "on", os.environ["NODE_RANK"])
"""
