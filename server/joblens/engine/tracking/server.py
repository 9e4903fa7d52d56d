"""The MLflow server that all runs of this user share: started at first need, found again by its file."""

from __future__ import annotations

import functools
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from joblens.engine import folders, processes, tools
from joblens.engine.distribution import layout
from joblens.engine.processes import Identity
from joblens.engine.tracking import client, store
from joblens.engine.tracking.client import Client
from joblens.errors import MissingToolError

_PATIENCE = 120.0
"""Seconds a first start may take on a slow machine: it makes the database."""
_BUSY = 30.0
"""Seconds that a server which lives may be silent before it is replaced: other runs may be using it."""
_SERVER_SIDE = Path(__file__).parent / "server_side"
"""What is ours in the server's process, which finds its modules by their names."""
_OWN_LOOPS = (0, 36)
"""The uvicorn that can be given an event loop."""
_QUIET = {
    # The server's own jobs are for generative AI: without them it is one process, not 10 of 2.2 GB.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "DO_NOT_TRACK": "true",
}

# Under which names it may be asked: MLflow's own, and those that containers have for this machine.
_NAMES = (
    *("localhost:*", "127.0.0.1:*", "[[]::1]:*", "192.168.*", "10.*", *(f"172.{n}.*" for n in range(16, 32))),
    *("host.docker.internal:*", "host.containers.internal:*"),
)


def ensure(note: Callable[[str], None] = lambda _: None) -> str:
    """The address of the running server; it is started where there is none."""
    found = running()
    if found is not None:
        return found
    from filelock import FileLock

    _folder().mkdir(parents=True, exist_ok=True)
    with FileLock(_folder() / "server.lock"):
        found = running(patience=min(_BUSY, client.patience()))
        return found if found is not None else _start(note)


def expected() -> str | None:
    """The address of the server whose process lives; whether it answers is seen by who asks it."""
    known = _known()
    whole = known is not None and processes.alive(known.process) and known.store == store.mark(_store())
    return known.uri if known is not None and whole else None


def answers(uri: str) -> bool:
    """Whether the server at that address, one of ours, answers: as cheaply as that can be asked."""
    import socket

    parts = urlsplit(uri)
    family = socket.AF_INET6 if ":" in (parts.hostname or "") else socket.AF_INET
    try:  # `create_connection` would look an address up, after loading a codec for 10 ms
        with socket.socket(family) as asked:
            asked.settimeout(client.patience())
            asked.connect((parts.hostname or "", parts.port or 80))
            asked.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in asked.recv(64)
    except OSError:
        return False


def running(patience: float = 0, timeout: float = 5) -> str | None:
    """The address of the server; None when it does not run, does not answer, or has lost its database.

    Each question waits `timeout` seconds for its answer; it is asked again for `patience` seconds.
    """
    uri = expected()
    if uri is None:
        return None
    asked = Client(uri, timeout=min(timeout, client.patience()))
    end = time.monotonic() + patience
    try:
        while expected() == uri:
            if asked.healthy():
                return uri
            if time.monotonic() >= end:
                return None
            time.sleep(0.05)
    finally:
        asked.close()
    return None


def stop() -> bool:
    """End the server; answer whether there was one."""
    known = _known()
    if known is None or not processes.alive(known.process):
        return False
    processes.end_tree(known.process.pid)
    return True


def revive(uri: str) -> None:
    """Start the server again when it is ours, and gone."""
    if is_ours(uri):
        ensure()


def is_ours(uri: str) -> bool:
    """Whether that is the address of the server which is started here."""
    known = _known()
    return known is not None and known.uri == uri


def store_of(uri: str) -> Path | None:
    """The database of the server at that address, if it is ours and there."""
    return _store() if is_ours(uri) and _store().is_file() else None


def _folder() -> Path:
    return folders.home() / "tracking"


def _state() -> Path:
    return _folder() / "server.json"


def _log() -> Path:
    return _folder() / "server.log"


def _store() -> Path:
    return _folder() / "mlflow.db"


class _Known(NamedTuple):
    """The server that was started last."""

    process: Identity
    uri: str
    store: str
    """Which file its database is: a server goes on writing to one that was deleted."""


def _known() -> _Known | None:
    try:
        state = _state().stat()
    except OSError:
        return None
    return _read(_state(), (state.st_ino, state.st_mtime_ns, state.st_size))


@functools.lru_cache(maxsize=1)
def _read(file: Path, _looks: tuple[int, int, int]) -> _Known | None:
    """What the file says, which is asked for many times in a run; `_looks` are others for another content."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return _Known(Identity(found["pid"], found["started"]), found["uri"], found["store"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _start(note: Callable[[str], None]) -> str:
    version = _mlflow_version()
    if store.refused(_store(), version):
        raise store.does_not_fit(_store(), _log().read_text(errors="replace"))
    note("Starting the MLflow server (first use; later runs find it running) ...")
    known = _known()
    stop()
    if known is not None and not _store().exists():
        note(
            "MLflow's database is gone: a new one is made, and earlier runs are known only by their folders."
        )
    store.make(_store(), version, _variables())
    port = _port(known.uri if known else None)
    uri = f"http://{layout.HOST}:{port}"
    log = _log()
    log.write_bytes(b"")
    pid = processes.detach(_command(port), folder=_folder(), log=log, variables=_variables())
    identity = processes.identity(pid)
    # Written before the server answers: if we are ended now, the next start finds and ends what we began.
    record = {"pid": pid, "started": identity.started if identity else 0, "uri": uri}
    record["store"] = store.mark(_store())
    unfinished = _state().with_suffix(".tmp")
    unfinished.write_text(json.dumps(record), encoding="utf-8")
    unfinished.replace(_state())
    _wait(uri, identity, version)
    return uri


def _port(last: str | None) -> int:
    """The port of the last time where it is free: addresses of earlier runs stay true."""
    wanted = urlsplit(last).port if last else None
    if wanted and layout.is_free(wanted):
        return wanted
    return layout.free_ports(1)[0]


def installed() -> bool:
    """Whether there can be a server at all."""
    try:
        _mlflow_version()
    except MissingToolError:
        return False
    return True


def _mlflow_version() -> str:
    from importlib import metadata  # dear, and of use only where the server is started

    try:
        return metadata.version("mlflow")
    except metadata.PackageNotFoundError as error:
        raise MissingToolError(
            "MLflow is not installed, so no run is tracked.",
            hint=tools.install("mlflow>=3.17,<3.18"),
        ) from error


def _command(port: int) -> list[str]:
    artifacts = _folder() / "artifacts"
    return [
        *(sys.executable, str(_SERVER_SIDE / "one_process.py"), "server"),
        *("--backend-store-uri", f"sqlite:///{_store().as_posix()}"),
        *("--artifacts-destination", artifacts.as_uri(), "--serve-artifacts"),
        *("--host", layout.HOST, "--port", str(port), "--workers", "1"),
        *("--uvicorn-opts", shlex.join(["--no-access-log", *_few_threads()])),
    ]


def _few_threads() -> list[str]:
    """uvicorn's arguments for an event loop of ours, where it is new enough to be given one."""
    from importlib import metadata

    version = tuple(int(part) for part in metadata.version("uvicorn").split(".")[:2])
    if version < _OWN_LOOPS:
        return []
    return ["--loop", "few_threads:loop"]


def _variables() -> dict[str, str]:
    """The server's environment: nothing of the run that happened to need it first."""
    ours = ("MLFLOW_", "JOBLENS_RUN")
    inherited = processes.outside_variables()
    kept = {name: value for name, value in inherited.items() if not name.startswith(ours)}
    # In one process MLflow's older half is there, and has read this, before its arguments are looked at.
    return {**kept, **_QUIET, "MLFLOW_SERVER_ALLOWED_HOSTS": ",".join((*_NAMES, *_own_names()))}


def _wait(uri: str, identity: Identity | None, version: str) -> None:
    asked = Client(uri, timeout=10)
    end = time.monotonic() + _PATIENCE
    try:
        while not asked.healthy():
            if not processes.alive(identity) and store.is_too_new(_log().read_text(errors="replace")):
                store.refuse(_store(), version)
                raise store.does_not_fit(_store(), _log().read_text(errors="replace"))
            if not processes.alive(identity) or time.monotonic() > end:
                raise MissingToolError(
                    "The MLflow server did not start, so no run is tracked.",
                    hint=f"Its own words are in {_log()}.",
                )
            time.sleep(0.05)
    except BaseException:
        if identity is not None and processes.alive(identity):
            os.kill(identity.pid, signal.SIGTERM)
        raise
    finally:
        asked.close()


def _own_names() -> tuple[str, ...]:
    """This machine's address in its network, which may be a public one: what runs elsewhere comes by it."""
    from joblens.engine.backends.container.machine import own_address

    try:
        return (f"{own_address()}:*",)
    except OSError:  # it has none
        return ()
