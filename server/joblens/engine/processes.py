"""Which processes belong to a run, and how they are ended; one is known by its id and its start time."""

from __future__ import annotations

import errno
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import psutil

RUN_VARIABLE = "JOBLENS_RUN_FOLDER"
"""Stands in the environment of every process of a run, so that orphans can be found."""

_GRACE = 3.0
"""Seconds between the polite signal and the one that cannot be refused, and that the latter is waited for."""
_ROUNDS = 5
"""How often processes are looked for that were started while others were ended."""


_OUR_PLACES = (Path(__file__).parents[2], Path(__file__).parents[2] / "libs")
"""Where Joblens lies, and in an installed extension the libraries it brings."""


def outside_variables() -> dict[str, str]:
    """The environment for programs that are not ours: their Python must not find our libraries first."""
    variables = dict(os.environ)
    places = variables.pop("PYTHONPATH", "").split(os.pathsep)
    kept = [place for place in places if place and Path(place) not in _OUR_PLACES]
    return variables | ({"PYTHONPATH": os.pathsep.join(kept)} if kept else {})


class Identity(NamedTuple):
    """One process: ids are reused, an id with a start time is not."""

    pid: int
    started: float


def identity(pid: int) -> Identity | None:
    """The process that has `pid` now; None when there is none, or only its exit code is left."""
    if sys.platform == "linux":
        return _from_proc(pid)
    import psutil

    try:
        process = psutil.Process(pid)
        dead = process.status() == psutil.STATUS_ZOMBIE
        return None if dead else Identity(pid, process.create_time())
    except psutil.Error:
        return None


def _from_proc(pid: int) -> Identity | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else Identity(pid, float(fields[19]))


@functools.cache
def place() -> str:
    """Where process ids mean what they mean here: another container or machine has ids of its own."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        import platform

        return platform.node()


def alive(known: Identity | None) -> bool:
    """Whether that very process still runs."""
    return known is not None and identity(known.pid) == known


def detach(command: Sequence[str], *, folder: Path, log: Path, variables: Mapping[str, str]) -> int:
    """Start a process that is nobody's child and outlives everyone; answer its id."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        with log.open("ab") as output:
            child = subprocess.Popen(
                command,
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                creationflags=flags,
            )
        return child.pid
    script = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
    shell = subprocess.run(
        ["/bin/sh", "-c", script, "joblens", str(log), *command],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    if not shell.stdout.strip():  # the shell itself got no second process
        raise BlockingIOError(errno.EAGAIN, shell.stderr.decode(errors="replace").strip())
    return int(shell.stdout)


def adopt_orphans(adopt: bool) -> None:
    """Become (or cease to be) the parent of descendants whose own parent ends; Linux only."""
    if sys.platform == "linux":
        set_child_subreaper = 36
        _libc().prctl(set_child_subreaper, int(adopt), 0, 0, 0)


@functools.cache
def _libc() -> Any:
    """The system's own library; made anew each time, its types would be left for the garbage collector."""
    import ctypes

    return ctypes.CDLL(None)


def end_descendants(folder: Path, grace: float = _GRACE) -> int:
    """End every process of the run in `folder`, called from its supervisor; answer how many ran."""
    if sys.platform == "linux" and _childless():  # orphans come to us, so there is nobody
        return 0
    import psutil

    children = psutil.Process().children(recursive=True)
    left = sum(_lives(child) for child in children)
    _end(children, grace)
    _reap()
    for _ in range(_ROUNDS):  # who answers the polite signal with new processes is not asked again
        late = psutil.Process().children(recursive=True)
        if not late:
            break
        _end(late, 0)
        _reap()
    # Elsewhere orphans do not come to us: there they are found by their mark.
    escaped = 0 if sys.platform == "linux" else end_run(folder, grace)
    return left + escaped


def _lives(process: psutil.Process) -> bool:
    """Whether it runs: one that has ended stands in the table until somebody reads its exit code."""
    import psutil

    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _childless() -> bool:
    """Whether this process has no children at all; exit codes that nobody has read are left as they are."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False


def end_tree(pid: int, grace: float = _GRACE) -> None:
    """End the process and all that it started."""
    import psutil

    try:
        process = psutil.Process(pid)
        _end([*process.children(recursive=True), process], grace)
    except psutil.NoSuchProcess:
        return


def end_run(folder: Path, grace: float = _GRACE) -> int:
    """End every process that carries the mark of the run in `folder`; answer how many there were."""
    import psutil

    mark = str(folder)
    found = [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _environment(process).get(RUN_VARIABLE) == mark
    ]
    _end(found, grace)
    return len(found)


def _environment(process: psutil.Process) -> Mapping[str, str]:
    import psutil

    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def _end(processes: Iterable[psutil.Process], grace: float) -> None:
    import psutil

    processes = list(processes)
    for process in processes:
        _signal(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(processes, timeout=grace)
    for process in stubborn:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    psutil.wait_procs(stubborn, timeout=_GRACE)


def _signal(process: psutil.Process, number: int) -> None:
    import psutil

    try:
        process.send_signal(number)
    except psutil.Error:
        return


def _reap() -> None:
    """Collect the exit codes of adopted orphans, so that none stays as a zombie."""
    if sys.platform == "win32":
        return
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
