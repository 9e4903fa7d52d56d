"""Waits for the end of a container or of a process in one, also across the engine's own failures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from joblens.engine import processes
from joblens.engine.backends.container.api import Api, AwayError, RefusedError
from joblens.engine.backends.container.engines import Engine
from joblens.engine.backends.container.task import End
from joblens.engine.processes import Identity

_Answer = TypeVar("_Answer")
_OWN_FAILURE = 500
_TURN = 0.25
"""Seconds between two questions."""


class Watch:
    """One container at one engine, which may go away for `patience` seconds."""

    def __init__(self, engine: Engine, container: str, patience: float) -> None:
        self._api = Api(engine)
        self._container = container
        self._patience = patience
        self._process: Identity | None = None
        self._was_away = False

    def look(self) -> bool:
        """Whether it runs; its first process, once seen, tells so too while the engine is away."""
        state = self._state()
        if not isinstance(state, Mapping) or not state.get("Running"):
            return False
        self._process = _seen_here(int(state.get("Pid") or 0), self._container)
        return True

    def container(self) -> End:
        """Wait for the end of the container."""
        if self.look():
            self._asked(lambda api: api.post(f"/containers/{self._container}/wait", patience=None))
        return self._end(self._state())

    def process(self, process: str) -> End:
        """Wait for the end of a process that was started in the container."""
        while True:
            found = self._asked(lambda api: api.get(f"/exec/{process}/json"))
            if not isinstance(found, Mapping):
                return self._lost()
            if not found["Running"]:
                state = self._state()
                if not isinstance(state, Mapping) or not state.get("Running"):
                    return self._end(state)
                return End(found["ExitCode"])
            time.sleep(_TURN)

    def _end(self, state: Mapping[str, Any] | None) -> End:
        if state is None:
            return self._lost()
        if state.get("OOMKilled"):
            return End(int(state["ExitCode"]), "It ran out of memory.")
        if self._was_away:  # an engine that comes back ends what it finds running
            return End(None, "The run was lost: the container engine was stopped, and the container with it.")
        return End(int(state["ExitCode"]), str(state.get("Error") or ""))

    def _lost(self) -> End:
        if self._was_away:
            return End(
                None,
                "The run was lost: the container engine went away and did not come back "
                f"within {self._patience:.0f} s.",
            )
        return End(None, "The run was lost: its container was removed while the command ran.")

    def _state(self) -> Mapping[str, Any] | None:
        """How the container is; None when it is gone."""
        found: Mapping[str, Any] | None = self._asked(
            lambda api: api.get(f"/containers/{self._container}/json")["State"]
        )
        return found

    def _asked(self, question: Callable[[Api], _Answer]) -> _Answer | None:
        """The engine's answer; None when the container is gone, or the engine for too long."""
        gone_since: float | None = None
        while True:
            try:
                return question(self._api)
            except RefusedError as error:
                if error.missing:
                    return None
                if error.status < _OWN_FAILURE:
                    raise
            except AwayError:
                pass
            self._was_away = True
            now = time.monotonic()
            gone_since = gone_since or now
            if processes.alive(self._process):  # the command runs on without its engine
                gone_since = now
            if now - gone_since > self._patience:
                return None
            time.sleep(_TURN)


def _seen_here(pid: int, container: str) -> Identity | None:
    """The container's first process, when this machine's list of processes shows it."""
    try:
        group = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    except OSError:
        return None
    return processes.identity(pid) if container in group else None
