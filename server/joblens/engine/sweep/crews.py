"""Who supervises the trials of a sweep, as many at once as are asked for.

Where the system can fork, workers do, each one trial after another: an interpreter for each trial would take
longer than many a trial. They make trials ready before there is room for them, and say when the processes of
a trial have ended, before its books are closed: so no place is empty for long. Elsewhere each trial gets a
supervisor of its own, as any run does.

A worker gets an order as a line of JSON, then `true` once the trial's command may start; it says `null` when
the trial's processes have ended, and a list when all is done: empty, or a refusal's message and hint.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from joblens.engine import records, starting
from joblens.engine.plan import Plan
from joblens.engine.sweep import trial
from joblens.engine.sweep.trial import Signals
from joblens.errors import UserError

_TURN = 0.1
"""Seconds between two looks at trials that nobody tells of."""
_WORD = 1 << 16
_GO, _OVER = b"true\n", b"null\n"
_RARELY = 10
"""Trials after which a worker looks for garbage; while one is under way it never does."""


@dataclass(frozen=True, slots=True)
class Order:
    """A trial that is to be run."""

    number: int
    point: Mapping[str, object]
    parent_run_id: str | None
    """The sweep in MLflow."""


@dataclass(frozen=True, slots=True)
class End:
    """A trial whose processes have ended; how it ended stands in its folder, once that is `closed`."""

    number: int
    closed: bool = True
    """Whether nobody is at work on it any more."""
    refusal: UserError | None = None
    """Why it could not even get a folder."""


class Crew(Protocol):
    """Supervisors of trials."""

    def prepare(self, order: Order) -> None:
        """Make a trial ready to start, which it does not do by itself."""
        ...

    def start(self, number: int) -> None:
        """Let a trial start that was made ready, or is being."""
        ...

    def ended(self, timeout: float) -> list[End]:
        """Trials that ended, or were closed, since the last call; waits up to `timeout` seconds for one."""
        ...

    def dismiss(self) -> None:
        """Let all go, once nobody has a trial."""
        ...


def crew(plan: Plan) -> Crew:
    """Supervisors for the plan's trials; called by a process that has one thread."""
    text = plan.run_folder.job.read_text(encoding="utf-8")
    return Workers(plan, text) if sys.platform == "linux" else Detached(plan, text)


class Detached:
    """Supervisors that are started anew, one for each trial."""

    def __init__(self, plan: Plan, text: str) -> None:
        self._plan, self._text = plan, text
        self._orders: dict[int, Order] = {}
        self._folders: dict[int, Path] = {}
        self._refused: list[End] = []

    def prepare(self, order: Order) -> None:
        """Nothing is done ahead: a supervisor starts its command as soon as it can."""
        self._orders[order.number] = order

    def start(self, number: int) -> None:
        """Begin a trial."""
        order = self._orders.pop(number)
        made = trial.plan(self._plan, order.number, order.point)
        record = trial.record(self._plan, order.number, order.point, order.parent_run_id)
        try:
            self._folders[order.number] = starting.start(made, self._text, record=record).folder
        except UserError as error:
            self._refused.append(End(order.number, refusal=error))

    def ended(self, timeout: float) -> list[End]:
        """Trials that have ended since the last call."""
        end = time.monotonic() + timeout
        while True:
            found, self._refused = self._refused, []
            found += [End(number) for number, folder in self._folders.items() if records.show(folder).final]
            if found or time.monotonic() >= end:
                for each in found:
                    self._folders.pop(each.number, None)
                return found
            time.sleep(_TURN)

    def dismiss(self) -> None:
        """Nobody is left."""


class Workers:
    """Processes that are forked as they are needed, and supervise one trial after another."""

    def __init__(self, plan: Plan, text: str) -> None:
        self._spare_layers = plan.run_folder.spare_layers
        self._idle: list[_Worker] = []
        self._busy: dict[int, _Worker] = {}
        self._selector = selectors.DefaultSelector()
        self._asked, theirs = socket.socketpair()
        self._nursery = os.fork()
        if self._nursery == 0:
            self._asked.close()
            _raise_workers(theirs, plan, text)
        theirs.close()

    def prepare(self, order: Order) -> None:
        """Have a worker make a trial ready."""
        worker = self._idle.pop() if self._idle else self._born()
        self._busy[order.number] = worker
        self._selector.register(worker.channel, selectors.EVENT_READ, order.number)
        with contextlib.suppress(OSError):  # it was killed: its end is noticed as any other's
            worker.channel.sendall(_line([order.number, dict(order.point), order.parent_run_id]))

    def start(self, number: int) -> None:
        """Let a trial start; one that could not be made ready has said so, or will."""
        worker = self._busy.get(number)
        if worker is not None:
            with contextlib.suppress(OSError):
                worker.channel.sendall(_GO)

    def _born(self) -> _Worker:
        try:
            self._asked.sendall(b"+")
            said, descriptors, _, _ = socket.recv_fds(self._asked, 32, 1)
        except OSError:
            said, descriptors = b"", []
        if not descriptors:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return _Worker(int(said), socket.socket(fileno=descriptors[0]))

    def ended(self, timeout: float) -> list[End]:
        """Trials that have ended, or were closed, since the last call."""
        found: list[End] = []
        if not self._busy:
            time.sleep(timeout)
        for key, _ in self._selector.select(timeout) if self._busy else ():
            number: int = key.data
            worker = self._busy[number]
            for line in worker.heard():
                if line == _OVER:
                    found.append(End(number, closed=False))
                    continue
                self._selector.unregister(worker.channel)
                del self._busy[number]
                if line:
                    self._idle.append(worker)
                else:  # killed: what it left is ended, and told, by whoever reads the trial's folder
                    worker.channel.close()
                found.append(End(number, refusal=_refusal(line)))
        return found

    def dismiss(self) -> None:
        """Let all go, once nobody has a trial."""
        for worker in (*self._idle, *self._busy.values()):
            worker.channel.close()
        self._asked.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._nursery, 0)
        shutil.rmtree(self._spare_layers, ignore_errors=True)


class _Worker:
    """A process at the other end of a channel."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid, self.channel = pid, channel
        self._heard = b""

    def heard(self) -> list[bytes]:
        """The whole lines that it has said of its trial; an empty one when it is gone."""
        try:
            said = self.channel.recv(_WORD)
        except OSError:
            said = b""
        if not said:
            return [b""]
        *lines, self._heard = (self._heard + said).split(b"\n")
        return [line + b"\n" for line in lines]


def _refusal(said: bytes) -> UserError | None:
    words: list[str] = json.loads(said) if said else []
    return UserError(words[0], hint=words[1]) if words else None


def _raise_workers(asked: socket.socket, plan: Plan, text: str) -> NoReturn:
    """Fork a worker whenever the sweep's supervisor asks for one, until it is gone; never returns."""
    from joblens.engine import supervisor
    from joblens.engine.tracking import beginning

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    supervisor.warm_up()
    beginning.look_at_code(plan)
    trial.warm_up(plan)
    gc.freeze()  # what is there by now is shared with the workers, as long as nobody touches it
    gc.disable()
    born: list[int] = []
    while asked.recv(1):
        ours, theirs = socket.socketpair()
        try:
            pid = os.fork()
        except OSError:
            asked.sendall(b"-")
            continue
        if pid == 0:
            asked.close()
            theirs.close()
            _work(ours, plan, text)
        born.append(pid)
        ours.close()
        socket.send_fds(asked, [str(pid).encode()], [theirs.fileno()])
        theirs.close()
    for pid in born:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    os._exit(0)


def _work(channel: socket.socket, plan: Plan, text: str) -> NoReturn:
    """Supervise trials as they are ordered, until nobody orders any; never returns."""
    from joblens.engine.environments import layer
    from joblens.engine.tracking import direct

    direct.keep_open()
    layer.keep_spare(plan.run_folder.spare_layers / str(os.getpid()))
    code = 1
    try:
        os.setsid()  # whoever ends the sweep's supervisor does not end trials
        with channel.makefile("rb") as orders:
            signals = Signals(go=lambda: orders.readline() == _GO, over=lambda: _say(channel, _OVER))
            done = 0
            for line in orders:
                if line == _GO:  # for a trial that ended before it could start
                    continue
                number, point, parent_run_id = json.loads(line)
                refusal = trial.supervise(plan, text, number, point, parent_run_id, signals)
                _say(channel, _line([str(refusal), refusal.hint] if refusal else []))
                done += 1
                if done % _RARELY == 0:
                    gc.collect()
        code = 0
    except BaseException:  # noqa: BLE001 - the edge: nothing of the supervisor it came from may go on here
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _say(channel: socket.socket, line: bytes) -> None:
    with contextlib.suppress(OSError):  # nobody listens: the trial's folder tells all
        channel.sendall(line)


def _line(data: object) -> bytes:
    return json.dumps(data).encode() + b"\n"
