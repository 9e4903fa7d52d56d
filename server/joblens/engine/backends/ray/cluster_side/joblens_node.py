"""One node of a run: its processes, their logs and exit codes, and the end of all that they started."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

_SHELL_SETTINGS = ("BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "CDPATH", "PYTHONHOME", "PWD", "OLDPWD")
_PIECE = 48 * 1024
_TURN = 0.05
_NODE = "JOBLENS_RUN_NODE"


class Node:
    """The node; `order` is what the run's own machine has written down."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._root = Path(order["root"])
        self._own = os.urandom(8).hex()
        """Tells the processes of this node from those of another on the same machine."""
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._logs: dict[int, tuple[str, Path, int]] = {}
        self._new_ends: list[tuple[int, int]] = []
        self._keeper: subprocess.Popen[bytes] | None = None
        self._packed: list[Path] = []
        self._keep = False

    def facts(self) -> dict[str, str]:
        """Which machine it is, and with what Python."""
        address = _address()
        return {
            "address": address,
            "machine": machine(),
            "python": platform.python_version(),
            "interface": _interface(address),
        }

    def sees(self) -> bool:
        """Whether it sees the run's folder, as it is said to."""
        with contextlib.suppress(OSError):
            return Path(self._order["proof"]).read_text(encoding="utf-8") == str(self._order["run_name"])
        return False

    def reaches(self, url: str) -> str:
        """Why the server there is of no use; empty when it answers, be it that it wants to know who asks."""
        try:
            urllib.request.urlopen(
                f"{url}/api/2.0/mlflow/experiments/get?experiment_id=0", timeout=10
            ).close()
        except urllib.error.HTTPError as error:  # 403 is MLflow's answer to a name that it does not go by
            return str(error) if error.code == 403 else ""
        except (OSError, ValueError) as error:
            return str(getattr(error, "reason", error))
        return ""

    def ports(self, count: int) -> list[int]:
        """Ports that nobody listens on now."""
        sockets = [socket.socket() for _ in range(count)]
        for each in sockets:
            each.bind(("", 0))
        found = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        return found

    def set_up(self) -> None:
        """Make the places that the command sees; one node of each machine does it."""
        root = self._root
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(mode=0o700)
        if self._order["sees"]:
            for place, target in self._order["links"]:
                made = root / place
                made.parent.mkdir(parents=True, exist_ok=True)
                made.symlink_to(target)
            return
        here = Path(__file__).resolve().parent
        with tarfile.open(here / "sent.tar") as sent:
            sent.extractall(root)
        (root / "run" / "user_logs").mkdir(parents=True)
        (root / "named").mkdir()
        for place in ("outputs", "logs"):
            (root / place).mkdir()
            with contextlib.suppress(FileExistsError):
                (root / "code" / place).symlink_to(root / place)
        for name, alone in self._order["outputs"]:
            made = root / "named" / name
            (made.parent if alone else made).mkdir(parents=True, exist_ok=True)

    def start(self, tasks: list[dict[str, Any]]) -> None:
        """Start processes of the command."""
        self._keep_watch()
        for task in tasks:
            log = Path(task["log"]) if self._order["sees"] else self._root / "run" / f"log-{task['number']}"
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab", buffering=0) as opened:
                child = subprocess.Popen(
                    [shutil.which("bash") or "sh", "-c", task["command"]],
                    cwd=self._root / "code",
                    env=self._environment(task["variables"]),
                    stdin=subprocess.DEVNULL,
                    stdout=opened,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self._running[task["number"]] = child
            self._logs[task["number"]] = (task["log_name"], log, 0)
            threading.Thread(target=self._wait, args=(task, child), daemon=True).start()

    def poll(self) -> dict[str, Any]:
        """What was printed (unless the run's folder is seen) and who has ended since the last time."""
        patience = time.monotonic() + 0.2
        while True:
            ends, logs = list(self._new_ends), self._printed()  # in this order: what ended prints no more
            if ends or logs or time.monotonic() > patience:
                break
            time.sleep(_TURN)
        del self._new_ends[: len(ends)]
        return {"logs": logs, "ends": ends}

    def end(self, grace: float) -> None:
        """End the processes and all that they started."""
        end_marked(self._order["mark"], grace)

    def finish(self) -> int:
        """End what is left; how many processes that were."""
        return end_marked(self._order["mark"], self._order["grace"])

    def pack(self) -> int:
        """Make an archive of what the command wrote; its size."""
        archive = self._root / "packed.tar.gz"
        with tarfile.open(archive, "w:gz", compresslevel=1) as made:
            for place in ("named", "outputs", "logs"):
                made.add(self._root / place, place)
        return archive.stat().st_size

    def piece(self, offset: int) -> str:
        """A part of that archive, as text."""
        with (self._root / "packed.tar.gz").open("rb") as archive:
            archive.seek(offset)
            return base64.b64encode(archive.read(_PIECE)).decode()

    def keep(self) -> str:
        """Leave what the command wrote where it is; says where."""
        (self._root / "keep").touch()
        return str(self._root)

    def remove(self) -> None:
        """Remove the places that the command saw."""
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
        _remove(self._root)

    def _environment(self, given: dict[str, str]) -> dict[str, str]:
        here = str(Path(__file__).resolve().parent)
        variables = {
            name: value
            for name, value in os.environ.items()
            if name not in _SHELL_SETTINGS and not name.startswith(("BASH_FUNC_", "RAY_"))
        }
        paths = [path for path in variables.pop("PYTHONPATH", "").split(os.pathsep) if path not in ("", here)]
        if paths:
            variables["PYTHONPATH"] = os.pathsep.join(paths)
        given = dict(given)
        if given.get("RAY_ADDRESS") == "auto":
            given["RAY_ADDRESS"] = os.environ.get("RAY_ADDRESS", "auto")
        before = given.pop("PATH", "") or str(Path(sys.executable).parent)
        variables["PATH"] = os.pathsep.join([before, variables.get("PATH", os.defpath)])
        return {
            "PYTHONUNBUFFERED": "1",
            **variables,
            **given,
            _NODE: self._own,
            "PWD": str(self._root / "code"),
        }

    def _wait(self, task: dict[str, Any], child: subprocess.Popen[bytes]) -> None:
        code = child.wait()
        code = 128 - code if code < 0 else code  # ended by a signal: said as shells say it
        if self._order["sees"]:
            kept = Path(task["exit_code"])
            made = kept.with_name(f"{kept.name}.tmp")
            made.write_text(str(code), encoding="utf-8")
            made.replace(kept)
        self._new_ends.append((task["number"], code))

    def _printed(self) -> list[tuple[str, str]]:
        found = []
        if self._order["sees"]:
            return []
        for number, (name, log, offset) in self._logs.items():
            with log.open("rb") as opened:
                opened.seek(offset)
                data = opened.read(_PIECE * 20)
            if data:
                self._logs[number] = (name, log, offset + len(data))
                found += [
                    (name, base64.b64encode(data[start : start + _PIECE]).decode())
                    for start in range(0, len(data), _PIECE)
                ]
        return found

    def all_printed(self) -> bool:
        """Whether `poll` has told everything that is in the logs."""
        return self._order["sees"] or all(
            log.stat().st_size <= offset for _, log, offset in self._logs.values()
        )

    def _keep_watch(self) -> None:
        """Start who ends everything should this process be killed; it lives outside of its tree."""
        if self._keeper is None:
            told = json.dumps([f"{_NODE}={self._own}", self._order["mark"], str(self._root)])
            self._keeper = subprocess.Popen(
                [sys.executable, "-S", __file__, told],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


def machine() -> str:
    """What two nodes on one machine, or in one container, have in common."""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()} {boot}"
    return socket.gethostname()


def end_marked(mark: str, grace: float) -> int:
    """End every process of this machine that carries the mark of the run; how many there were."""
    found = _marked(mark)
    _signal(found, signal.SIGTERM)
    patience = time.monotonic() + grace
    while time.monotonic() < patience and _marked(mark):
        time.sleep(_TURN)
    for _ in range(20):  # who answers the polite signal with new processes is not asked again
        left = _marked(mark)
        if not left:
            break
        _signal(left, signal.SIGKILL)
        time.sleep(_TURN)
    return len(found)


def _marked(mark: str) -> list[int]:
    wanted = mark.encode()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                with open(f"/proc/{entry}/environ", "rb") as read:
                    if wanted in read.read().split(b"\0"):
                        found.append(int(entry))
    return found


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, number)


def _address() -> str:
    try:
        import ray

        return str(ray.util.get_node_ip_address())
    except ImportError:
        return "127.0.0.1"


def _interface(address: str) -> str:
    """The network interface that has the address; empty where that cannot be told."""
    import fcntl
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                told = fcntl.ioctl(asked.fileno(), 0x8915, struct.pack("256s", name.encode()[:15]))
                if socket.inet_ntoa(told[20:24]) == address:
                    return name
    return ""


def _remove(root: Path) -> None:
    if not (root / "keep").exists():
        shutil.rmtree(root, ignore_errors=True)


def _keep_watch(own: str, run: str, root: str) -> None:
    if os.fork():
        os._exit(0)  # an orphan is nobody's child: it is not ended with the tree that it watches
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdin.buffer.read()
    end_marked(own, 0.5)
    if not _marked(run):  # another node of the run may be at work on this machine
        _remove(Path(root))


if __name__ == "__main__":
    _keep_watch(*json.loads(sys.argv[1]))
