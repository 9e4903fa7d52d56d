"""What containers add: the paths of the cluster, MLflow across their walls, and an engine that can fail."""

import io
import json
import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from joblens.engine import records
from joblens.engine.backends.container.backend import ContainerBackend
from joblens.engine.backends.container.client import LostEngineError, client
from joblens.engine.backends.container.engines import Candidate, ask
from joblens.engine.backends.container.options import RUN_LABEL
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, cancel, create
from joblens.engine.tracking.client import Client
from tests.engine.backends import base_image, engines
from tests.engine.backends.engines import Private
from tests.engine.backends.places import Opened, opened
from tests.engine.jobs import Finished, until, write
from tests.shared_data import CORPUS

pytestmark = pytest.mark.slow


def left_at(url: str, folder: Path) -> list[object]:
    """The containers and networks that an engine still has for a run."""
    found = ask(Candidate("test", url, named=True))
    assert found is not None
    label = {"label": f"{RUN_LABEL}={folder}"}
    asked = client(found)
    try:
        return [*asked.api.containers(all=True, filters=label), *asked.api.networks(filters=label)]
    finally:
        asked.close()


def run_of(folder: Path, image: str, command: str, more: str = "") -> Path:
    return write(
        folder, f"command: |-\n  {command}\nenvironment: {{image: '{image}'}}\ncompute: local\n{more}"
    )


def finished(job: Path) -> Finished:
    started = create(job, options=RunOptions(backend="container"))
    return Finished(started.folder, list(follow(started.folder)))


LOG = """
import json, os, urllib.request
values = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "loss", "value": 0.25, "timestamp": 1, "step": 0}
address = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
headers = {"Content-Type": "application/json"}
urllib.request.urlopen(urllib.request.Request(address, json.dumps(values).encode(), headers))
"""


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_a_script_in_a_container_logs_into_the_run_and_nothing_is_left_behind(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
):
    image = request.getfixturevalue(engine)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "log.py").write_text(LOG)
    run = finished(run_of(tmp_path, image, "python3 log.py && pwd", "code: src\n"))
    assert run.record.status == "Completed", run.lines
    assert run.lines == [f"/mnt/azureml/cr/j/{run.folder.name}/exe/wd"]
    asked = Client(run.record.tracking["uri"])
    assert asked.metrics(run.record.tracking["run_id"]) == {"loss": 0.25}
    asked.close()
    assert left_at(os.environ["DOCKER_HOST"], run.folder.path) == []
    # Where engines are virtual machines, containers ask under this name.
    named = urllib.request.Request(
        f"{run.record.tracking['uri']}/health", headers={"Host": "host.docker.internal:5000"}
    )
    with urllib.request.urlopen(named) as answer:
        assert answer.status == 200


def test_paths_are_those_of_the_cluster_and_an_input_cannot_be_written(docker: str, tmp_path: Path):
    (tmp_path / "data").mkdir()
    run = opened(
        tmp_path,
        "container",
        docker,
        "echo ${{inputs.data}} ${{outputs.model}}; touch ${{inputs.data}}/x",
        "inputs:\n  data: {type: uri_folder, path: data}\noutputs:\n  model: {type: uri_folder}\n",
    )
    assert run.ended() == 1
    run.backend.close()
    run.backend.gone()
    place = f"/mnt/azureml/cr/j/{run.plan.name}/cap/data-capability/wd"
    assert run.printed.splitlines()[0] == f"{place}/INPUT_data {place}/model"
    assert "Read-only file system" in run.printed
    assert list((tmp_path / "data").iterdir()) == []


def test_a_canceled_run_leaves_no_container_and_keeps_its_log(docker: str, tmp_path: Path):
    started = create(
        run_of(tmp_path, docker, "echo begun; sleep 600"), options=RunOptions(backend="container")
    )
    events = follow(started.folder)
    until(events, "begun")
    cancel(started.folder)
    assert list(events)[-1].status == "Canceled"
    assert left_at(os.environ["DOCKER_HOST"], started.folder) == []


def test_a_run_whose_supervisor_was_killed_is_told_by_the_code_its_command_left(docker: str, tmp_path: Path):
    command = "echo begun; while [ ! -e outputs/go ]; do sleep 0.02; done; exit 4"
    started = create(run_of(tmp_path, docker, command), options=RunOptions(backend="container"))
    folder = RunFolder(started.folder)
    until(follow(started.folder), "begun")
    pid = json.loads(folder.supervisor.read_text(encoding="utf-8"))["pid"]
    os.kill(pid, signal.SIGKILL)
    (folder.outputs / "go").touch()
    while not folder.exit_code(0).exists():
        time.sleep(0.01)
    record = records.wait(started.folder)
    assert (record.status, record.exit_code) == ("Failed", 4)
    assert "supervisor was killed" in record.reason
    assert left_at(os.environ["DOCKER_HOST"], started.folder) == []


def test_the_container_of_a_killed_supervisor_is_ended(docker: str, tmp_path: Path):
    started = create(
        run_of(tmp_path, docker, "echo begun; sleep 600"), options=RunOptions(backend="container")
    )
    until(follow(started.folder), "begun")
    pid = json.loads(RunFolder(started.folder).supervisor.read_text(encoding="utf-8"))["pid"]
    os.kill(pid, signal.SIGKILL)
    record = records.wait(started.folder)
    assert record.reason.startswith("The run was lost: its supervisor was killed")
    assert left_at(os.environ["DOCKER_HOST"], started.folder) == []


def test_of_the_callers_environment_a_container_has_what_the_settings_let_in(
    docker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WANTED_TOKEN", "let in")
    monkeypatch.setenv("OTHER", "kept out")
    (tmp_path / "joblens.toml").write_text('[run]\npass_environment = ["WANTED_*"]\n')
    run = opened(tmp_path, "container", docker, 'echo "$WANTED_TOKEN, ${OTHER-nothing}"')
    assert run.ended() == 0
    run.backend.close()
    run.backend.gone()
    assert run.printed == "let in, nothing\n"


def test_files_and_home_belong_to_a_caller_whom_the_image_does_not_know(
    docker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if os.getuid() != 0:
        pytest.skip("the caller cannot become another")
    tmp_path.chmod(0o755)
    monkeypatch.setattr("os.getuid", lambda: 12345)
    monkeypatch.setattr("os.getgid", lambda: 23456)
    command = 'id -u; touch outputs/mine "$HOME/mine" && stat -c %u "$HOME/mine"'
    run = opened(tmp_path, "container", docker, command)
    for place in (run.folder.path, *run.folder.path.rglob("*")):
        os.chown(place, 12345, 23456, follow_symlinks=False)
    assert run.ended() == 0, run.printed
    run.backend.close()
    run.backend.gone()
    assert run.printed == "12345\n12345\n"
    written = (run.folder.outputs / "mine").stat()
    assert (written.st_uid, written.st_gid) == (12345, 23456)


def test_a_command_that_runs_out_of_memory_is_told_so(docker: str, tmp_path: Path):
    more = "resources: {docker_args: --memory 32m --memory-swap 32m}\n"
    run = opened(tmp_path, "container", docker, "python3 -c 'b = b\"x\" * 10**9'", more)
    (task,) = run.start()
    assert task.wait(60) == 137
    assert task.why() == "It ran out of memory."
    run.backend.close()
    run.backend.gone()


def test_an_image_that_nobody_has_fails_the_run_with_its_name(docker: str, tmp_path: Path):
    run = finished(run_of(tmp_path, "127.0.0.1:9/joblens/nowhere:1", "echo never"))
    assert run.record.status == "Failed"
    assert "127.0.0.1:9/joblens/nowhere:1" in run.record.reason
    assert run.lines == []


def test_a_container_that_is_removed_meanwhile_is_told_as_lost(docker: str, tmp_path: Path):
    run = opened(tmp_path, "container", docker, "echo begun; sleep 600")
    (task,) = run.start()
    _printed(run, "begun\n")
    for container in left_at(os.environ["DOCKER_HOST"], run.folder.path):
        found = ask(Candidate("test", os.environ["DOCKER_HOST"], named=True))
        assert found is not None and isinstance(container, dict)
        client(found).api.remove_container(container["Id"], force=True)
    try:
        assert task.wait(30) == 137  # the engine saw it killed before it was gone
    except LostEngineError as error:
        assert "was removed" in str(error)
    run.backend.close()
    run.backend.gone()


@pytest.fixture
def own_docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Private]:
    """A Docker that a test may kill."""
    from tests.conftest import missing

    if not engines.can_start("dockerd"):
        missing("no Docker can be started (as root, with docker.io installed)")
    started = engines.docker(apart=True)
    monkeypatch.setenv("DOCKER_HOST", started.url)
    yield started
    started.stop()


def test_a_command_that_outlives_its_killed_engine_ends_as_if_nothing_had_been(
    own_docker: Private, tmp_path: Path
):
    run = _own(own_docker, tmp_path, "echo begun; while [ ! -e outputs/go ]; do sleep 0.02; done; exit 3")
    (task,) = run.start()
    _printed(run, "begun\n")
    own_docker.kill()
    (run.folder.outputs / "go").touch()
    assert task.wait(30) == 3
    assert run.backend.close() == 0


def test_a_container_that_ended_with_its_engine_is_told_as_lost_not_as_failed(
    own_docker: Private, tmp_path: Path
):
    run = _own(own_docker, tmp_path, "echo begun; echo kept > outputs/kept; sleep 600")
    (task,) = run.start()
    _printed(run, "begun\n")
    own_docker.kill()
    back = engines.docker(apart=True, folder=own_docker.folder)
    try:
        with pytest.raises(LostEngineError, match="The run was lost: the container engine was stopped"):
            task.wait(60)
        run.backend.close()
        run.backend.gone()
        assert left_at(own_docker.url, run.folder.path) == []
    finally:
        back.stop()
    assert (run.folder.outputs / "kept").read_text() == "kept\n"


def test_an_engine_that_stays_away_with_its_container_is_waited_for_and_then_told_as_lost(
    own_docker: Private, tmp_path: Path
):
    run = _own(own_docker, tmp_path, "echo begun; sleep 600", patience=1)
    (task,) = run.start()
    _printed(run, "begun\n")
    own_docker.kill()
    assert task.wait(2) is None  # the command runs on
    _end_first_process(run)
    with pytest.raises(LostEngineError, match="went away and did not come back within 1 s"):
        task.wait(60)
    assert run.printed == "begun\n"


def _own(engine: Private, folder: Path, command: str, patience: float = 60) -> Opened:
    image = base_image.make(engine.url, base_image.SMALL)
    run = opened(folder, "container", image, command)
    run.backend = ContainerBackend(run.plan, patience=patience)
    run.backend.prepare(run.folder.build_log, lambda _: None)
    return run


def _end_first_process(run: Opened) -> None:
    """End the container's processes as the kernel would: the first takes the others with it."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "init" in " ".join(words[:1]) and any(run.folder.name in word for word in words):
            process.kill()


def _printed(run: Opened, text: str) -> None:
    end = time.monotonic() + 300
    while text not in run.printed:
        assert time.monotonic() < end, run.printed
        time.sleep(0.01)


@pytest.fixture
def python_image(docker: str) -> Iterator[None]:
    """An image by the name of Docker Hub's own for Python; one that is there already serves."""
    from docker.errors import ImageNotFound

    found = ask(Candidate("test", os.environ["DOCKER_HOST"], named=True))
    assert found is not None
    engine = client(found)
    try:
        engine.images.get("python:latest")
        yield
    except ImageNotFound:
        dockerfile = f"FROM {docker}\nRUN ln -s /usr/bin/python3 /usr/bin/python\n"
        engine.images.build(fileobj=io.BytesIO(dockerfile.encode()), tag="python:latest", rm=True)
        yield
        engine.images.remove("python:latest")
    finally:
        engine.close()


def test_the_public_hello_worlds_run_in_containers_in_each_dialect(
    python_image: None, corpus: None, tmp_path
):
    jobs = {
        "preview/seed-2021-05-25/cli/jobs/hello-world.yml": "hello world",
        "preview/converted-ga/cli/jobs/hello-world.yml": "hello world",
        "examples/cli/jobs/basics/hello-world.yml": "hello world",
        "examples/cli/jobs/basics/hello-world-env-var.yml": "hello world",
    }
    for number, (job, greeting) in enumerate(jobs.items()):
        place = tmp_path / str(number)
        place.mkdir()
        run = finished(Path(shutil.copy(CORPUS / job, place)))
        assert (run.record.status, run.lines) == ("Completed", [greeting]), run.notes
