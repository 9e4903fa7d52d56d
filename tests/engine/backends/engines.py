"""Container engines for tests: one that answers already, or private ones that a session starts and ends."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from joblens.engine import processes
from joblens.engine.backends.container import engines
from joblens.engine.backends.container.engines import Candidate

OUTSIDE = os.environ.get("DOCKER_HOST")
"""The engine that the caller of the tests chose."""
_PATIENCE = 300.0


@dataclass(frozen=True)
class Private:
    """An engine that was started for tests."""

    url: str
    pid: int
    folder: str

    def kill(self) -> None:
        """End it as a crash would: its containers are not asked."""
        os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """End it in an orderly way, and remove all that it kept."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and _runs(self.pid):
            time.sleep(0.05)
        _end_helpers(self.folder)
        _unmount(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)


def found() -> str | None:
    """The address of a Docker that answers without our doing."""
    engine = engines.search({"DOCKER_HOST": OUTSIDE} if OUTSIDE else {}).engine
    return engine.url if engine and not engine.podman else None


def can_start(program: str) -> bool:
    """Whether this session may start an engine of its own."""
    return shutil.which(program) is not None and hasattr(os, "getuid") and os.getuid() == 0


def docker(*, apart: bool = False, folder: str | None = None) -> Private:
    """Start a private Docker; its files lie in a short path, as sockets need.

    One that is `apart` has a network of its own: the bridge of another engine is not touched.
    """
    place = folder or tempfile.mkdtemp(prefix="jl-", dir="/tmp")
    for left in ("pid", "exec/containerd/containerd.pid"):  # by one that was killed
        Path(place, left).unlink(missing_ok=True)
    command = ["dockerd", "--data-root", f"{place}/data", "--exec-root", f"{place}/exec"]
    command += ["--pidfile", f"{place}/pid", "-H", f"unix://{place}/sock"]
    return _started(["unshare", "--net", *command] if apart else command, place)


def podman() -> Private:
    """Start a private Podman that speaks Docker's language."""
    place = tempfile.mkdtemp(prefix="jl-", dir="/tmp")
    settings = Path(place, "containers.conf")
    settings.write_text(
        '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]\n'
        '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n'
        '[network]\nnetwork_backend = "netavark"\n',
        encoding="utf-8",
    )
    command = ["podman", "--root", f"{place}/data", "--runroot", f"{place}/run"]
    command += ["system", "service", "--time", "0", f"unix://{place}/sock"]
    return _started(command, place, CONTAINERS_CONF=str(settings))


def shared_folder(config: pytest.Config) -> Path:
    """Where all workers of a session find its own Docker."""
    base = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return (base.parent if hasattr(config, "workerinput") else base) / "engine"


def shared(folder: Path, start: Callable[[], Private]) -> str:
    """An engine for the whole session, started by the first worker that needs it."""
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / f"{start.__name__}.json"
    with FileLock(folder / f"{start.__name__}.lock"):
        if not state.exists():
            made = start()
            state.write_text(json.dumps([made.url, made.pid, made.folder]), encoding="utf-8")
        url: str = json.loads(state.read_text(encoding="utf-8"))[0]
        return url


def stop_shared(folder: Path) -> None:
    """End what was started, when all workers are done."""
    for state in folder.glob("*.json"):
        Private(*json.loads(state.read_text(encoding="utf-8"))).stop()
        state.unlink()


def started(command: list[str], folder: str, url: Callable[[], str | None]) -> Private:
    """Start something else as nobody's child; `url` says its address once it answers."""
    log = Path(folder, "log")
    pid = processes.detach(command, folder=Path(folder), log=log, variables=dict(os.environ))
    end = time.monotonic() + _PATIENCE
    while (found := url()) is None:
        if not _runs(pid) or time.monotonic() > end:
            raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-2000:])
        time.sleep(0.05)
    return Private(found, pid, folder)


def _started(command: list[str], folder: str, **variables: str) -> Private:
    # As nobody's child: a backend of processes ends all that descends from the test's own process.
    log = Path(folder, "log")
    pid = processes.detach(command, folder=Path(folder), log=log, variables={**os.environ, **variables})
    url = f"unix://{folder}/sock"
    end = time.monotonic() + _PATIENCE
    while engines.ask(Candidate("the test's", url, named=True)) is None:
        if not _runs(pid) or time.monotonic() > end:
            raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-2000:])
        time.sleep(0.05)
    return Private(url, pid, folder)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _end_helpers(folder: str) -> None:
    """What an engine started beside itself, and leaves running for minutes, names its folder."""
    for process in psutil.process_iter(["cmdline"]):
        if any(word.startswith(f"{folder}/") for word in process.info["cmdline"] or ()):
            with contextlib.suppress(psutil.Error):
                process.kill()


def _unmount(folder: str) -> None:
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    for place in sorted((line.split()[1] for line in lines), reverse=True):
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", place], capture_output=True, check=False)
