"""Talks to the workers: asks one thing, passes on its progress, raises what is refused.

A workspace has one worker, started by the first question and used by the later ones. It ends when nobody
has asked for a while; one that crashed is replaced by the next question.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from joblens.azure.progress import Progress, Tell
from joblens.azure.worker_process import Ended, WorkerProcess
from joblens.errors import CanceledError, CloudError, JobFileError, MissingToolError, UserError

if TYPE_CHECKING:
    from joblens.azure.sign_in import Account

IDLE = 180.0
"""Seconds that a worker waits for the next question."""
_ERRORS: Mapping[str, type[UserError]] = {
    "job": JobFileError,
    "client": MissingToolError,
    "canceled": CanceledError,
}
_LOOK = 0.1
"""Seconds between two looks at whether a question is still wanted."""
_STOPS_WITHIN = 3.0
"""Seconds that a worker has to stop what is no longer wanted; then it is ended with it."""
_JOB_WITHIN = 30.0
"""The same where a job is on its way: better to know than to be quick."""
CANCELED = "Canceled: nothing was submitted."
_ADDRESS = ("subscription_id", "resource_group", "workspace_name")
_MATTER = ("AZURE", "ARM_", "IDENTITY_", "MSI_", "REGISTRY_", "REQUESTS_", "SSL_", "HTTP", "PYTHON", "HOME")
"""What variables begin with that say where Azure is and who asks."""


def ask(
    method: str,
    params: Mapping[str, object],
    *,
    progress: Tell | None = None,
    canceled: threading.Event | None = None,
    account: Account | None = None,
) -> dict[str, Any]:
    """The worker's result; raises CloudError, JobFileError, MissingToolError or CanceledError.

    `progress` is called from this thread. Once `canceled` is set, what was asked for is not
    begun, or stopped where that leaves nothing half done. `account` signs in, else azure-identity does.
    """
    return _WORKERS.ask(
        method, params, progress=progress, canceled=canceled or threading.Event(), account=account
    )


def end_workers() -> None:
    """End all workers of this process, which would else wait for questions a while."""
    _WORKERS.end()


class Workers:
    """The workers of this process, one for a workspace."""

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._lock = threading.Lock()
        self._running: dict[tuple[str, ...], WorkerProcess] = {}

    def ask(
        self,
        method: str,
        params: Mapping[str, object],
        *,
        canceled: threading.Event,
        progress: Tell | None = None,
        account: Account | None = None,
    ) -> dict[str, Any]:
        """As `ask` above."""
        key = tuple(str(params.get(part, "")) for part in _ADDRESS)
        asked = {"method": method, "params": params, "account": account is not None}
        worker, number, answers = self._put(key, asked)
        tell = {
            "progress": lambda content: progress and progress(Progress(**content)),
            "wants": lambda scope: worker.send({"token": number, **_token(account, scope)}),
        }
        try:
            return _answer(worker, number, answers, tell, canceled)
        except MissingToolError:  # What is installed until the next question, only a new one takes notice of.
            self._retire(key, worker)
            raise
        except BaseException:  # Whoever asked is gone, or its listener has failed: nobody wants it any more.
            worker.send({"cancel": number})
            raise
        finally:
            self._leave(key, worker, number)

    def end(self) -> None:
        """End them all."""
        with self._lock:
            workers = [*self._running.values()]
            self._running.clear()
        for worker in workers:
            worker.kill()

    def pids(self) -> list[int]:
        """The processes that run now."""
        with self._lock:
            return [worker.pid for worker in self._running.values() if worker.is_alive()]

    def _put(
        self, key: tuple[str, ...], asked: Mapping[str, object]
    ) -> tuple[WorkerProcess, int, queue.SimpleQueue[Any]]:
        """Give a question to the worker of its workspace, which is started if need be."""
        surroundings = _surroundings()
        with self._lock:
            worker = self._running.get(key)
            if worker is not None and not (worker.is_alive() and worker.surroundings == surroundings):
                worker.retire()
                worker = None
            if worker is None:
                worker = self._running[key] = WorkerProcess(surroundings)
            return worker, *worker.put(asked)

    def _leave(self, key: tuple[str, ...], worker: WorkerProcess, number: int) -> None:
        """A question is over: whoever is idle waits for the next, but not for ever."""
        with self._lock:
            worker.leave(number)
            if worker.is_busy():
                return
            if not any(key) or self._running.get(key) is not worker:
                self._drop(key, worker)
                return
            timer = threading.Timer(self._idle, self._end_idle, (key, worker, worker.asked))
        timer.daemon = True
        timer.start()

    def _end_idle(self, key: tuple[str, ...], worker: WorkerProcess, asked: int) -> None:
        with self._lock:
            if worker.asked == asked and not worker.is_busy():
                self._drop(key, worker)

    def _retire(self, key: tuple[str, ...], worker: WorkerProcess) -> None:
        with self._lock:
            self._drop(key, worker)

    def _drop(self, key: tuple[str, ...], worker: WorkerProcess) -> None:
        if self._running.get(key) is worker:
            del self._running[key]
        worker.retire()


_WORKERS = Workers()


def _answer(
    worker: WorkerProcess,
    number: int,
    answers: queue.SimpleQueue[Any],
    tell: Mapping[str, Callable[[Any], object]],
    canceled: threading.Event,
) -> dict[str, Any]:
    job = ""
    unwanted_since: float | None = None
    while True:
        if canceled.is_set():
            if unwanted_since is None:
                unwanted_since = time.monotonic()
                worker.send({"cancel": number})
            if time.monotonic() - unwanted_since > (_JOB_WITHIN if job else _STOPS_WITHIN):
                worker.kill()
        try:
            kind, content = answers.get(timeout=_LOOK)
        except queue.Empty:
            continue
        if kind == "result":
            return dict(content)
        if kind == "error":
            raise _error(content)
        if kind == "ended":
            raise _ended(content, job, was_unwanted=canceled.is_set())
        if kind == "begun":
            job = str(content)
        else:
            tell[kind](content)


def _error(content: Mapping[str, str]) -> UserError:
    kind = _ERRORS.get(content["cause"], CloudError)
    return kind(content["message"], hint=content["hint"], details=content.get("details", ""))


def _ended(how: Ended, job: str, *, was_unwanted: bool) -> UserError:
    if was_unwanted and not job:
        return CanceledError(CANCELED)
    said = f"The Azure ML client ended without an answer (exit code {how.exit_code})."
    hint = f"It said last: {how.last_words}" if how.last_words else "Try again: a new one is started then."
    if job:
        said += f" Whether the job '{job}' was taken is not known."
        hint = f"Look with `joblens job show {job}` before you submit it again."
    return CloudError(said, hint=hint, details=how.words)


def _token(account: Account | None, wanted: Mapping[str, Any]) -> dict[str, object]:
    """What the account gives; a refusal becomes part of the answer, as the worker's library shall see it."""
    if account is None:
        return {"refused": "There is no account."}
    try:
        return {"value": account.token(str(wanted["scope"]), renew=bool(wanted.get("renew")))}
    except UserError as error:
        return {"refused": str(error), "hint": error.hint}


def _surroundings() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if name.upper().startswith(_MATTER)}
