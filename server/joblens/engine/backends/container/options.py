"""How a run's containers are made: who the command is, what it may use, what it sees."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from joblens.engine.backends.container import docker_args
from joblens.engine.backends.container.machine import Machine
from joblens.engine.backends.container.mounts import mounts
from joblens.engine.backends.container.places import ContainerPlaces
from joblens.engine.environments.images import ImageSpec
from joblens.engine.plan import Plan

if TYPE_CHECKING:
    from docker import DockerClient

RUN_LABEL = "joblens.run"
"""The run's folder: so containers are found when nobody knows them any more."""


def create(
    client: DockerClient,
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
    api = client.api
    settings: dict[str, Any] = {}
    asked, _ = asked_for(plan, machine)
    if network is not None:
        endpoint = api.create_endpoint_config(aliases=[host(node)])
        settings["networking_config"] = api.create_networking_config({network: endpoint})
    made = api.create_container(
        image,
        [],
        name=f"{name(plan)}-{node}",
        hostname=host(node) if network else None,
        entrypoint=command,
        environment={**_identity(), **variables, **asked.pop("environment", {})},
        user=machine.user,
        working_dir=ContainerPlaces(plan.run_folder).code(),
        labels=labels(plan),
        host_config=_host(client, plan, machine, network, asked),
        use_config_proxy=True,
        **settings,
    )
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


def _host(
    client: DockerClient, plan: Plan, machine: Machine, network: str | None, asked: Mapping[str, Any]
) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "init": True,
        "network_mode": network,
        "userns_mode": "host" if machine.remapped else None,
        "device_requests": [{"Count": -1, "Capabilities": [["gpu"]]}] if machine.gpus else None,
        **asked,
        "security_opt": [*(["label=disable"] if machine.selinux else []), *asked.get("security_opt", [])],
    }
    made: dict[str, Any] = client.api.create_host_config(**settings)
    made["Mounts"] = mounts(plan)
    return made


def _identity() -> dict[str, str]:
    """The caller's name: an image does not know it, and programs ask for it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        return {}
    return {"USER": user, "LOGNAME": user, "PYTHONUNBUFFERED": "1"}
