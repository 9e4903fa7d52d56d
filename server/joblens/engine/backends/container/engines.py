"""Which container engine answers on this machine, asked without loading a library for it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from joblens.engine.backends.container import ping
from joblens.engine.backends.container.ping import Answer
from joblens.errors import MissingToolError

_LOOKED_FOR = 5.0
"""Seconds until an engine answers that may be there."""
_BUSY = 20.0
"""The same for one that was named: it is wanted, and may be importing an image."""
_HERE = ("localhost", "127.0.0.1", "::1", "")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where an engine may listen, and who says so."""

    where: str
    url: str
    named: bool = False
    """The user chose it: it is told of also when nothing is there, and no other is tried."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that answered."""

    where: str
    url: str
    api: str
    """The newest version of the API that it speaks."""
    podman: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What came of looking for an engine: one, or why there is none."""

    engine: Engine | None
    tried: tuple[str, ...] = ()
    """What did not answer and why, a line each."""

    @property
    def failure(self) -> str:
        """Why there is none, in a sentence without its end."""
        return "; ".join(self.tried) or "none is installed or running"


def search(variables: Mapping[str, str] | None = None) -> Search:
    """Ask one after the other; the first that answers is it."""
    tried: list[str] = []
    for candidate in candidates(os.environ if variables is None else variables):
        try:
            answer = _asked(candidate)
        except OSError as error:
            tried.append(f"{candidate.where} ({candidate.url}): {_why(error)}")
            continue
        if answer is not None:
            return Search(Engine(candidate.where, candidate.url, answer.api, answer.podman), tuple(tried))
    return Search(None, tuple(tried))


def ask(candidate: Candidate) -> Engine | None:
    """The engine at one place; None when it does not answer."""
    try:
        answer = _asked(candidate)
    except OSError:
        return None
    return Engine(candidate.where, candidate.url, answer.api, answer.podman) if answer else None


def required() -> Engine:
    """The engine; raises a UserError that says what was tried."""
    found = search()
    if found.engine is None:
        raise MissingToolError(
            f"No container engine answers: {found.failure}.",
            hint="Start Docker or Podman, or set DOCKER_HOST; --backend process runs the job without one.",
        )
    return found.engine


def candidates(variables: Mapping[str, str]) -> Iterator[Candidate]:
    """Where to ask, the user's own choice first and then alone."""
    if variables.get("DOCKER_HOST"):
        yield Candidate("DOCKER_HOST", variables["DOCKER_HOST"], named=True)
        return
    context = _context(variables)
    if context is not None:
        yield context
        return
    if sys.platform == "win32":
        for name in ("docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default"):
            yield Candidate("named pipe", f"npipe:////./pipe/{name}")
        return
    for where, path in _sockets(variables):
        yield Candidate(where, f"unix://{path}")


def _context(variables: Mapping[str, str]) -> Candidate | None:
    """Docker's current context; None for its default."""
    folder = Path(variables.get("DOCKER_CONFIG") or Path.home() / ".docker")
    name = variables.get("DOCKER_CONTEXT") or setting(folder / "config.json", "currentContext")
    if not isinstance(name, str) or name in {"", "default"}:
        return None
    known = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    endpoints = setting(known, "Endpoints")
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    url = docker.get("Host") if isinstance(docker, dict) else None
    return Candidate(f"context '{name}'", str(url or ""), named=True)


def setting(file: Path, key: str) -> object:
    """What one of docker's own files says; None when it says nothing."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found.get(key) if isinstance(found, dict) else None


def _sockets(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The sockets of well-known engines; the caller's own come after the machine's."""
    home, user = str(Path.home()), os.getuid()
    runtime = variables.get("XDG_RUNTIME_DIR") or f"/run/user/{user}"
    yield "Docker", "/var/run/docker.sock"
    yield "Docker, rootless", f"{runtime}/docker.sock"
    yield "Docker Desktop", f"{home}/.docker/run/docker.sock"
    yield "Docker Desktop", f"{home}/.docker/desktop/docker.sock"
    yield "Colima", f"{variables.get('COLIMA_HOME') or f'{home}/.colima'}/default/docker.sock"
    yield "Colima", f"{home}/.config/colima/default/docker.sock"
    yield "OrbStack", f"{home}/.orbstack/run/docker.sock"
    yield "Rancher Desktop", f"{home}/.rd/docker.sock"
    yield "Lima", f"{home}/.lima/docker/sock/docker.sock"
    yield "Podman", f"{runtime}/podman/podman.sock"
    yield "Podman", "/run/podman/podman.sock"
    yield "Podman machine", f"{home}/.local/share/containers/podman/machine/podman.sock"


def _asked(candidate: Candidate) -> Answer | None:
    """What it answers; None when nobody claims that there is anything."""
    url = urlsplit(candidate.url)
    patience = _BUSY if candidate.named else _LOOKED_FOR
    if url.scheme == "unix":
        if not candidate.named and not _is_socket(url.path):
            return None
        return ping.unix(url.path, patience)
    if url.scheme == "npipe":
        path = candidate.url.removeprefix("npipe://").replace("/", "\\")
        return ping.pipe(path) if candidate.named or Path(path).exists() else None
    if url.scheme in {"tcp", "http"} and (url.hostname or "") in _HERE:
        return ping.tcp(url.hostname or "localhost", url.port or 2375, patience)
    if not candidate.url:
        raise OSError("there is no such context")
    raise OSError("it is on another machine, where a container does not see the files of this one")


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)  # noqa: PTH116 - Path.is_socket hides a refusal
    except (FileNotFoundError, NotADirectoryError):
        return False


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such socket"
    if isinstance(error, PermissionError):
        return "you may not use it (join its group, often 'docker', or use a rootless engine)"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there, the engine is not running"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    return error.strerror or str(error)
