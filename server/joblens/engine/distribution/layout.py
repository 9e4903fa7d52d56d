"""How many processes a job is, on how many nodes, for which framework; and ports of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joblens.errors import JobFileError

if TYPE_CHECKING:
    from joblens.job.model import CommandJob, Distribution

HOST = "127.0.0.1"
FRAMEWORKS = ("pytorch", "tensorflow", "mpi", "ray")


@dataclass(frozen=True, slots=True)
class Layout:
    """How many processes there are, on how many nodes, and for which framework."""

    framework: str | None = None
    nodes: int = 1
    per_node: int = 1
    parameter_servers: int = 0
    workers: int = 0
    """TensorFlow's, over all nodes; 0 for other frameworks."""
    ray: RaySettings | None = None

    @property
    def count(self) -> int:
        """How many processes run the command, over all nodes."""
        if self.framework == "tensorflow":
            return self.workers + self.parameter_servers
        return 1 if self.framework == "ray" else self.nodes * self.per_node

    @property
    def processes(self) -> int:
        """How many processes a backend starts: mpirun for all of its own, what serves the command too."""
        if self.framework == "mpi":
            return self.nodes
        return 1 + self.nodes if self.framework == "ray" else self.count

    @property
    def mpi_processes(self) -> int:
        """How many processes mpirun starts; 0 without it."""
        return self.count if self.framework == "mpi" else 0


@dataclass(frozen=True, slots=True)
class RaySettings:
    """How the job wants its Ray cluster."""

    port: int | None = None
    address: str | None = None
    """A cluster that exists already; none is started then."""
    dashboard: bool = False
    dashboard_port: int | None = None
    head_arguments: str = ""
    worker_arguments: str = ""


def read(data: Mapping[str, Any]) -> Layout:
    """A layout from plain data."""
    ray = data.get("ray")
    return Layout(**{**data, "ray": RaySettings(**ray) if ray else None})


def notes(job: CommandJob) -> list[str]:
    """Where the processes are not as many as the job asks for."""
    wanted = job.distribution.process_count if job.distribution else None
    found = layout(job)
    if wanted is None or found.framework not in ("pytorch", "mpi") or wanted.value in (found.count, 0):
        return []
    shares = f"do not divide among {found.nodes} instances"
    return [f"{wanted.value} processes {shares}: {found.per_node} start on each, {found.count} in all."]


def layout(job: CommandJob) -> Layout:
    """The processes that the job asks for."""
    nodes = max(1, job.instance_count.value) if job.instance_count else 1
    distribution = job.distribution
    if distribution is None:
        return Layout(nodes=nodes)
    framework = distribution.type.value
    if framework not in FRAMEWORKS:
        raise JobFileError(
            f"Distribution '{framework}' cannot run on this machine.",
            hint=f"{', '.join(FRAMEWORKS[:-1])} and {FRAMEWORKS[-1]} can.",
        )
    if framework == "tensorflow":
        return _tensorflow(distribution, nodes)
    if framework == "ray":
        return Layout("ray", nodes, ray=_ray(distribution))
    count = distribution.process_count_per_instance
    return Layout(framework, nodes, max(1, count.value) if count else 1)


def _tensorflow(distribution: Distribution, nodes: int) -> Layout:
    workers, servers = distribution.worker_count, distribution.parameter_server_count
    count = (workers.value if workers else 0) or nodes
    return Layout("tensorflow", nodes, workers=count, parameter_servers=servers.value if servers else 0)


def _ray(distribution: Distribution) -> RaySettings:
    given = distribution.settings
    return RaySettings(
        port=_number(given.get("port")),
        address=str(given["address"]) if given.get("address") else None,
        dashboard=given.get("include_dashboard") is True,
        dashboard_port=_number(given.get("dashboard_port")),
        head_arguments=str(given.get("head_node_additional_args") or ""),
        worker_arguments=str(given.get("worker_node_additional_args") or ""),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def is_free(port: int) -> bool:
    """Whether somebody could listen on the port now."""
    import socket

    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    import socket

    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
