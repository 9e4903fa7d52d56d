"""How a run's containers are made: who the command is, what it may use, what it sees."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Mapping
from typing import Any

from joblens.engine.backends.container import docker_args, proxies
from joblens.engine.backends.container.api import Api
from joblens.engine.backends.container.machine import Machine
from joblens.engine.backends.container.mounts import mounts
from joblens.engine.backends.container.places import ContainerPlaces
from joblens.engine.environments.images import ImageSpec
from joblens.engine.plan import Plan

RUN_LABEL = "joblens.run"
"""The run's folder: so containers are found when nobody knows them any more."""


def create(
    api: Api,
    plan: Plan,
    machine: Machine,
    image: str,
    command: list[str],
    variables: Mapping[str, str],
    *,
    node: int = 0,
    network: str | None = None,
) -> str:
    """Make a container that runs `command`, not started yet; its id."""
    asked, _ = asked_for(plan, machine)
    wanted = {**proxies.variables(api.url), **_identity(), **variables, **asked.pop("environment", {})}
    settings: dict[str, object] = {
        "Image": image,
        "Entrypoint": command,
        "Cmd": [],
        "Env": [f"{key}={value}" for key, value in wanted.items()],
        "User": machine.user or "",
        "WorkingDir": ContainerPlaces(plan.run_folder).code(),
        "Labels": labels(plan),
        "HostConfig": _host(plan, machine, network, asked),
    }
    if network is not None:
        settings["Hostname"] = host(node)
        settings["NetworkingConfig"] = {"EndpointsConfig": {network: {"Aliases": [host(node)]}}}
    made = api.post("/containers/create", settings, name=f"{name(plan)}-{node}")
    return str(made["Id"])


def name(plan: Plan) -> str:
    """What containers and the network of a run are called; two projects may have a run of the same name."""
    return f"joblens-{plan.name[:40]}-{hashlib.sha256(plan.folder.encode()).hexdigest()[:8]}"


def labels(plan: Plan) -> dict[str, str]:
    """What everything that is made for a run carries."""
    return {RUN_LABEL: plan.folder, "joblens.name": plan.name}


def host(node: int) -> str:
    """The name under which the other nodes find one."""
    return f"node-{node}"


def asked_for(plan: Plan, machine: Machine) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the job itself asks of its containers, as far as the engine has it; a line for what it has not."""
    found = docker_args.options(plan.image or ImageSpec())
    return docker_args.fitted(found, cpus=machine.cpus, gpus=machine.gpus)


def _host(plan: Plan, machine: Machine, network: str | None, asked: Mapping[str, Any]) -> dict[str, object]:
    """What the container may use, as the engine's interface has it."""
    security = [*(["label=disable"] if machine.selinux else []), *asked.get("security_opt", [])]
    settings: dict[str, object] = {
        "Init": True,
        "NetworkMode": network or "default",
        "SecurityOpt": security,
        "Mounts": mounts(plan),
    }
    if machine.remapped:
        settings["UsernsMode"] = "host"
    if machine.gpus:
        settings["DeviceRequests"] = [{"Count": -1, "Capabilities": [["gpu"]]}]
    return {**settings, **_translated({key: value for key, value in asked.items() if key != "security_opt"})}


def _translated(asked: Mapping[str, Any]) -> dict[str, object]:
    """What the job asks for, in the interface's words; the library is loaded only for what is rare."""
    if set(asked) == {"shm_size"}:
        return {"ShmSize": asked["shm_size"]}
    from docker.types import HostConfig

    made: dict[str, object] = HostConfig(version="1.44", **asked)
    return {key: value for key, value in made.items() if key != "NetworkMode"}


def _identity() -> dict[str, str]:
    """The caller's name: an image does not know it, and programs ask for it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        return {}
    return {"USER": user, "LOGNAME": user, "PYTHONUNBUFFERED": "1"}
