"""A supervisor that stands by while the job is still read: forked from a program that does nothing else.

It is as detached as one that is started anew, but need not start Python, and imports what it needs while the
job is checked: that is a third of what a run costs beside its command.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from joblens.engine.folders import RunFolder


class Standby:
    """A process that becomes the supervisor of one run, or of none."""

    def __init__(self, pid: int, order: int) -> None:
        self._pid = pid
        self._order = order

    def supervise(self, folder: RunFolder, variables: Mapping[str, str]) -> int:
        """Give it the run, and what is added to its environment; answer its process id."""
        with os.fdopen(self._order, "wb") as order:
            self._order = -1
            order.write(json.dumps([str(folder.path), dict(variables)]).encode() + b"\n")
        return self._pid

    def dismiss(self) -> None:
        """Let it go; without a run it ends."""
        if self._order >= 0:
            os.close(self._order)
            self._order = -1


def stand_by(*, sweep: bool = False) -> Standby | None:
    """A supervisor in waiting, for what is a `sweep` as it seems; None where only a new interpreter is safe.

    That is wherever the program has other threads (whose locks a fork would copy as they are), and on systems
    whose own libraries do not bear a fork without exec.
    """
    if sys.platform != "linux" or len(list(Path("/proc/self/task").iterdir())) > 1:
        return None
    sys.stdout.flush()
    sys.stderr.flush()
    heard, order = os.pipe()
    known, told = os.pipe()
    child = os.fork()
    if child == 0:
        _leave(heard, told, sweep)
    os.close(heard)
    os.close(told)
    with os.fdopen(known, "rb") as answer:
        pid = int(answer.read() or 0)
    os.waitpid(child, 0)
    return Standby(pid, order) if pid else None


def _leave(heard: int, told: int, sweep: bool) -> NoReturn:
    """Become nobody's child, in a session of its own, and wait for the order; never returns."""
    code = 1
    try:
        os.setsid()
        child = os.fork()
        if child:
            os.write(told, str(child).encode())
            os._exit(0)
        _let_go(heard)
        _wait(heard, sweep)
        code = 0
    except BaseException:  # noqa: BLE001 - the edge: nothing of the program it came from may go on here
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _let_go(heard: int) -> None:
    """Keep nothing of the program it came from but the order's pipe."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    for inherited in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if inherited not in (0, 1, 2, heard):
            with contextlib.suppress(OSError):  # the folder that was listed is closed already
                os.close(inherited)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.path[:] = places()


def _wait(heard: int, sweep: bool) -> None:
    from joblens.engine import supervisor

    supervisor.warm_up(sweep=sweep)
    with os.fdopen(heard, "rb") as order:
        words = order.read().decode()
    if not words.endswith("\n"):  # the job was not fit to run, or whoever read it was killed
        return
    path, variables = json.loads(words)
    folder = RunFolder(Path(path))
    os.environ.update(variables)
    os.chdir(folder.path)
    log = os.open(folder.supervisor_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    supervisor.main([str(folder.path)])


def places() -> list[str]:
    """Where a supervisor finds modules: where we do, but never in the folder we happen to be called from."""
    here, own = Path.cwd(), Path(__file__).parents[2]
    return [place for place in sys.path if place and (Path(place) != here or here == own)]
