"""How a run's containers are made: who the command is, what it may use, what it sees."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from joblens.engine.backends.container.machine import Machine
from joblens.engine.backends.container.mounts import mounts
from joblens.engine.backends.container.places import ContainerPlaces
from joblens.engine.plan import Plan

if TYPE_CHECKING:
    from docker import DockerClient

RUN_LABEL = "joblens.run"
"""The run's folder: so containers are found when nobody knows them any more."""
_SHARED_MEMORY = "2g"


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
    if network is not None:
        endpoint = api.create_endpoint_config(aliases=[host(node)])
        settings["networking_config"] = api.create_networking_config({network: endpoint})
    made = api.create_container(
        image,
        [],
        name=f"{name(plan)}-{node}",
        hostname=host(node) if network else None,
        entrypoint=command,
        environment={**_identity(), **variables},
        user=machine.user,
        working_dir=ContainerPlaces(plan.run_folder).code(),
        labels=labels(plan),
        host_config=_host(client, plan, machine, network),
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


def _host(client: DockerClient, plan: Plan, machine: Machine, network: str | None) -> dict[str, Any]:
    from docker.types import DeviceRequest

    spec = plan.image
    made: dict[str, Any] = client.api.create_host_config(
        init=True,
        shm_size=(spec.shm_size if spec else None) or _SHARED_MEMORY,
        network_mode=network,
        userns_mode="host" if machine.remapped else None,
        security_opt=["label=disable"] if machine.selinux else None,
        device_requests=[DeviceRequest(count=-1, capabilities=[["gpu"]])] if machine.gpus else None,
    )
    made["Mounts"] = mounts(plan)
    return made


def _identity() -> dict[str, str]:
    """The caller's name: an image does not know it, and programs ask for it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        return {}
    return {"USER": user, "LOGNAME": user, "PYTHONUNBUFFERED": "1"}
