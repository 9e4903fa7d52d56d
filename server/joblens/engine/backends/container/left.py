"""What a run leaves at the engine: its containers ended and removed, also by who did not start them."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

from joblens.engine.backends.container import engines, scripts
from joblens.engine.backends.container.api import Api, AwayError, RefusedError
from joblens.engine.backends.container.engines import Candidate
from joblens.engine.backends.container.options import RUN_LABEL
from joblens.engine.backends.container.task import left_code
from joblens.engine.plan import Plan

STATE = "engine.json"
"""The file of a run that says which engine has its containers."""


def remove(found: Api, plan: Plan, *, gently: bool) -> None:
    """Remove the run's containers; `gently` gives what runs in them time."""
    with contextlib.suppress(RefusedError, AwayError):
        containers = _containers(found, plan)
        if gently:
            _end(found, containers, plan.life.grace)
        for container in containers:
            with contextlib.suppress(RefusedError):  # it is gone already
                found.delete(f"/containers/{container['Id']}", force=True, v=True)
        if plan.layout.nodes > 1:
            for network in _networks(found, plan):
                found.delete(f"/networks/{network['Id']}")


def recover(plan: Plan) -> int:
    """The same for a run that nobody looks after; how a command ended that the engine alone saw is kept."""
    try:
        url = json.loads((plan.run_folder.path / STATE).read_text(encoding="utf-8"))["url"]
    except (OSError, ValueError, KeyError):  # it had not come so far
        return 0
    answered = engines.ask(Candidate("the run's engine", url, named=True))
    if answered is None:
        return 0
    found = Api(answered)
    running = 0
    with contextlib.suppress(RefusedError, AwayError):
        for container in _containers(found, plan):
            running += container["State"] == "running"
            if container["State"] == "exited" and left_code(plan.run_folder.exit_code(0)) is None:
                code = found.get(f"/containers/{container['Id']}/json")["State"]["ExitCode"]
                plan.run_folder.exit_code(0).write_text(str(code), encoding="utf-8")
    remove(found, plan, gently=False)
    return running


def signal(found: Api, container: str, name: str, group: str = "") -> None:
    """A signal to the processes of a container; one that is gone, or an engine that is, needs none."""
    with contextlib.suppress(RefusedError, AwayError):
        start_process(found, container, {"Cmd": scripts.signal(name, group)})


def start_process(found: Api, container: str, settings: dict[str, object]) -> str:
    """Start another process in a container, and leave it to itself; its id."""
    process = str(found.post(f"/containers/{container}/exec", settings)["Id"])
    found.post(f"/exec/{process}/start", {"Detach": True})
    return process


def _end(found: Api, containers: list[dict[str, Any]], grace: float) -> None:
    """Ask all processes to end, and wait for them a while."""
    for container in containers:
        signal(found, container["Id"], "TERM")
    end = time.monotonic() + grace
    while time.monotonic() < end and any(_busy(found, container["Id"]) for container in containers):
        time.sleep(0.05)


def _busy(found: Api, container: str) -> bool:
    """Whether more runs in it than what a container is kept alive by."""
    try:
        told = found.get(f"/containers/{container}/top") or {}  # nothing, when it ends meanwhile
        commands = [line[-1] for line in told.get("Processes") or ()]
    except RefusedError:  # it does not run
        return False
    own = ("docker-init", "/sbin/docker-init", "/dev/init", "sleep 86400", "catatonit", "/run/podman-init")
    return any(not command.startswith(own) and scripts.IDLE[-1] not in command for command in commands)


def counted(plan: Plan) -> int:
    """How many processes a command left running."""
    with contextlib.suppress(OSError, ValueError):
        file = plan.run_folder.exit_code(0)
        return int(file.with_name(f"{file.name}.left").read_text(encoding="utf-8"))
    return 0


def _containers(found: Api, plan: Plan) -> list[dict[str, Any]]:
    return list(found.get("/containers/json", all=True, filters=_of(plan)))


def _networks(found: Api, plan: Plan) -> list[dict[str, Any]]:
    return list(found.get("/networks", filters=_of(plan)))


def _of(plan: Plan) -> dict[str, list[str]]:
    return {"label": [f"{RUN_LABEL}={plan.folder}"]}
