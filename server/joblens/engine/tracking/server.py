"""The MLflow server that all runs of this user share: started at first need, found again by its file."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from joblens.engine import folders, processes, tools
from joblens.engine.distribution import layout
from joblens.engine.processes import Identity
from joblens.engine.tracking.client import Client
from joblens.errors import MissingToolError

_PATIENCE = 120.0
"""Seconds a first start may take on a slow machine: it makes the database."""
_BUSY = 30.0
"""Seconds that a server which lives may be silent before it is replaced: other runs may be using it."""
_QUIET = {
    # The server's own jobs are for generative AI: without them it is 2 processes of 0.5 GB, not 10 of 2.2 GB.
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
        found = running(patience=_BUSY)
        return found if found is not None else _start(note)


def running(patience: float = 0, timeout: float = 5) -> str | None:
    """The address of the server; None when it does not run, or does not answer.

    Each question waits `timeout` seconds for its answer; it is asked again for `patience` seconds.
    """
    known = _known()
    if known is None:
        return None
    client = Client(known[1], timeout=timeout)
    end = time.monotonic() + patience
    try:
        while processes.alive(known[0]):
            if client.healthy():
                return known[1]
            if time.monotonic() >= end:
                return None
            time.sleep(0.05)
    finally:
        client.close()
    return None


def stop() -> bool:
    """End the server; answer whether there was one."""
    known = _known()
    if known is None or not processes.alive(known[0]):
        return False
    processes.end_tree(known[0].pid)
    return True


def revive(uri: str) -> None:
    """Start the server again when it is ours, and gone."""
    if is_ours(uri):
        ensure()


def is_ours(uri: str) -> bool:
    """Whether that is the address of the server which is started here."""
    known = _known()
    return known is not None and known[1] == uri


def _folder() -> Path:
    return folders.home() / "tracking"


def _state() -> Path:
    return _folder() / "server.json"


def _known() -> tuple[Identity, str] | None:
    try:
        found = json.loads(_state().read_text(encoding="utf-8"))
        return Identity(found["pid"], found["started"]), found["uri"]
    except (OSError, ValueError, KeyError):
        return None


def _start(note: Callable[[str], None]) -> str:
    version = _mlflow_version()
    note("Starting the MLflow server (first use; later runs find it running) ...")
    known = _known()
    stop()
    store = _folder() / "mlflow.db"
    _make_database(store, version)
    port = _port(known[1] if known else None)
    uri = f"http://{layout.HOST}:{port}"
    log = _folder() / "server.log"
    log.write_bytes(b"")
    pid = processes.detach(_command(store, port), folder=_folder(), log=log, variables=_variables())
    identity = processes.identity(pid)
    # Written before the server answers: if we are ended now, the next start finds and ends what we began.
    record = {"pid": pid, "started": identity.started if identity else 0, "uri": uri}
    unfinished = _state().with_suffix(".tmp")
    unfinished.write_text(json.dumps(record), encoding="utf-8")
    unfinished.replace(_state())
    _wait(uri, identity)
    return uri


def _port(last: str | None) -> int:
    """The port of the last time where it is free: addresses of earlier runs stay true."""
    wanted = urlsplit(last).port if last else None
    if wanted and layout.is_free(wanted):
        return wanted
    return layout.free_ports(1)[0]


def _mlflow_version() -> str:
    try:
        return metadata.version("mlflow")
    except metadata.PackageNotFoundError as error:
        raise MissingToolError(
            "MLflow is not installed, so no run is tracked.",
            hint=tools.install("mlflow>=3.17,<3.18"),
        ) from error


def _make_database(store: Path, version: str) -> None:
    """A store in write-ahead mode, which MLflow keeps, in the shape that this version of MLflow wants."""
    made_by = store.with_name("mlflow-version")
    if not store.exists():
        connection = sqlite3.connect(store)
        try:
            connection.execute("pragma journal_mode=wal")
        finally:
            connection.close()
    elif not made_by.exists() or made_by.read_text(encoding="utf-8") != version:
        _upgrade(store)
    made_by.write_text(version, encoding="utf-8")


def _upgrade(store: Path) -> None:
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{store.as_posix()}"]
    done = subprocess.run(
        command, env=_variables(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise MissingToolError(
            f"MLflow's database {store} does not fit this MLflow: {done.stderr.strip()[-300:]}",
            hint="Move the file away, or go back to the version of MLflow that made it.",
        )


def _command(store: Path, port: int) -> list[str]:
    artifacts = _folder() / "artifacts"
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--backend-store-uri", f"sqlite:///{store.as_posix()}"),
        *("--artifacts-destination", artifacts.as_uri(), "--serve-artifacts"),
        *("--host", layout.HOST, "--port", str(port), "--workers", "1"),
        *("--uvicorn-opts", "--no-access-log"),
        *("--allowed-hosts", ",".join(_NAMES)),
    ]


def _variables() -> dict[str, str]:
    """The server's environment: nothing of the run that happened to need it first."""
    ours = ("MLFLOW_", "JOBLENS_RUN")
    inherited = processes.outside_variables()
    return {name: value for name, value in inherited.items() if not name.startswith(ours)} | _QUIET


def _wait(uri: str, identity: Identity | None) -> None:
    client = Client(uri, timeout=10)
    end = time.monotonic() + _PATIENCE
    try:
        while not client.healthy():
            if not processes.alive(identity) or time.monotonic() > end:
                raise MissingToolError(
                    "The MLflow server did not start, so no run is tracked.",
                    hint=f"Its own words are in {_folder() / 'server.log'}.",
                )
            time.sleep(0.05)
    except BaseException:
        if identity is not None and processes.alive(identity):
            os.kill(identity.pid, signal.SIGTERM)
        raise
    finally:
        client.close()
