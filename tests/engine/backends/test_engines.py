"""Which engine is found, and what is said when none is: asked of sockets that the test makes."""

import hashlib
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from joblens.engine.backends import choose
from joblens.engine.backends.container import engines
from joblens.engine.backends.container.engines import Engine, search
from joblens.engine.backends.container.machine import machine
from joblens.engine.backends.container.places import ContainerPlaces
from joblens.engine.backends.container.relay import Relay
from joblens.engine.folders import RunFolder
from joblens.engine.run import RunOptions, dry_run, plan_of
from joblens.errors import MissingToolError, UserError
from tests.engine.jobs import write

JOB = "command: echo\nenvironment: {image: 'any:1'}\ncompute: local\n"
ENGINE = Engine("test", "unix:///x", "1.41")


@contextmanager
def answering(path: Path, answer: str) -> Iterator[str]:
    """Somebody who answers every question at a socket alike."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(answer.encode())

    server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"unix://{path}"
    server.shutdown()
    server.server_close()


DOCKER = "HTTP/1.0 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10\r\n\r\nOK"
PODMAN = "HTTP/1.0 200 OK\r\nApi-Version: 1.41\r\nLibpod-Api-Version: 4.3\r\nServer: Libpod/4.3\r\n\r\nOK"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A short path, and a home without an engine."""
    made = tmp_path_factory.mktemp("e")
    monkeypatch.setenv("HOME", str(made))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "JOBLENS_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    return made


def test_the_engine_of_docker_host_is_asked_and_no_other(place: Path):
    with answering(place / "s", DOCKER) as url:
        assert search({"DOCKER_HOST": url}).engine == Engine("DOCKER_HOST", url, "1.41", podman=False)
    gone = search({"DOCKER_HOST": f"unix://{place}/s"})
    assert gone.engine is None
    assert "nobody listens there" in gone.failure
    assert "there is no such socket" in search({"DOCKER_HOST": f"unix://{place}/none"}).failure


def test_podman_is_known_by_its_answer(place: Path):
    with answering(place / "s", PODMAN) as url:
        found = search({"DOCKER_HOST": url}).engine
    assert found is not None and found.podman


def test_who_answers_otherwise_is_no_engine(place: Path):
    with answering(place / "s", "HTTP/1.0 200 OK\r\n\r\nhello") as url:
        assert "no container engine" in search({"DOCKER_HOST": url}).failure


def test_dockers_current_context_is_the_users_choice(place: Path):
    (place / ".docker").mkdir()
    (place / ".docker" / "config.json").write_text(json.dumps({"currentContext": "mine"}))
    assert "context 'mine' (): there is no such context" in search({}).failure
    with answering(place / "s", DOCKER) as url:
        meta = place / ".docker" / "contexts" / "meta" / hashlib.sha256(b"mine").hexdigest()
        meta.mkdir(parents=True)
        (meta / "meta.json").write_text(json.dumps({"Endpoints": {"docker": {"Host": url}}}))
        assert search({}).engine == Engine("context 'mine'", url, "1.41")


def test_a_socket_that_engines_use_is_found(place: Path):
    (place / "podman").mkdir()
    with answering(place / "podman" / "podman.sock", PODMAN) as url:
        found = [each.url for each in engines.candidates({"XDG_RUNTIME_DIR": str(place)})]
    assert url in found


def test_an_engine_on_another_machine_is_refused_with_the_reason():
    for url in ("ssh://user@elsewhere", "tcp://192.0.2.7:2375"):
        assert "on another machine" in search({"DOCKER_HOST": url}).failure


def test_a_job_with_an_image_runs_in_a_container_where_an_engine_answers(
    place: Path, monkeypatch: pytest.MonkeyPatch
):
    job = write(place, JOB)
    with answering(place / "s", DOCKER) as url:
        monkeypatch.setenv("DOCKER_HOST", url)
        text = dry_run(job)
    assert "backend: container\n" in text
    assert "any:1" in text


def test_without_an_engine_it_is_a_process_and_says_why(place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/engine.sock")
    plan = plan_of(write(place, JOB))
    assert plan.backend == choose.PROCESS
    (line,) = [note for note in plan.notes if "container engine" in note]
    assert line.startswith("No container engine answers (DOCKER_HOST (unix:///no/engine.sock): ")


def test_a_container_that_was_asked_for_is_never_silently_a_process(
    place: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/engine.sock")
    with pytest.raises(MissingToolError, match="there is no such socket"):
        plan_of(write(place, JOB), RunOptions(backend="container"))
    with pytest.raises(UserError, match="its image's own Python"):
        plan_of(write(place, JOB), RunOptions(backend="container", environment="this-python"))
    with pytest.raises(UserError, match="names no image"):
        plan_of(
            write(place, "command: echo\nenvironment: azureml:a@latest\n"), RunOptions(backend="container")
        )


def test_an_input_has_its_own_folder_in_which_a_file_keeps_its_name_as_one_word(tmp_path: Path):
    places = ContainerPlaces(RunFolder(tmp_path / "run"))
    for name in ("a.csv", "a b.csv"):
        (tmp_path / name).touch()
    assert places.input("x", str(tmp_path / "a.csv")).endswith("/wd/INPUT_x/a.csv")
    assert places.input("x", str(tmp_path / "a b.csv")).endswith("/wd/INPUT_x/a_b.csv")
    assert places.input("x", str(tmp_path)).endswith("/wd/INPUT_x")


def test_files_of_a_rootless_engine_belong_to_the_caller_when_its_root_writes_them(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("os.getuid", lambda: 1000)
    monkeypatch.setattr("os.getgid", lambda: 100)
    assert machine(ENGINE, {"SecurityOptions": ["name=seccomp,profile=default"]}).user == "1000:100"
    assert machine(ENGINE, {"SecurityOptions": ["name=rootless"]}).user == "0:0"
    assert machine(ENGINE, {"OperatingSystem": "Docker Desktop"}).user == "0:0"


def test_a_relay_passes_everything_on_until_it_is_closed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        relay = Relay("127.0.0.1", server.getsockname())
        host, _, port = relay.address.partition(":")
        with socket.create_connection((host, int(port))) as client:
            beyond, _ = server.accept()
            with beyond:
                client.sendall(b"x" * 300_000)
                client.shutdown(socket.SHUT_WR)
                assert b"".join(iter(lambda: beyond.recv(65536), b"")) == b"x" * 300_000
                beyond.sendall(b"answer")
                beyond.shutdown(socket.SHUT_WR)
                assert client.recv(100) == b"answer"
        relay.close()
        with pytest.raises(OSError):
            socket.create_connection((host, int(port)))


def test_a_relay_in_the_open_network_serves_this_machine_alone():
    with socket.create_server(("127.0.0.1", 0)) as server:
        relay = Relay("127.0.0.2", server.getsockname(), peers=("127.0.0.2",))
        host, _, port = relay.address.partition(":")
        with socket.create_connection((host, int(port)), source_address=("127.0.0.3", 0)) as client:
            assert client.recv(1) == b""
        relay.close()
