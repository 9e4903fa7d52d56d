"""The processes of one job and how they find each other: the variables Azure ML sets for each framework."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from joblens.errors import JobFileError
from joblens.job.model import CommandJob, Distribution

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Layout:
    """How many processes there are, on how many nodes (all of them this machine), and for which framework."""

    framework: str | None = None
    nodes: int = 1
    per_node: int = 1
    parameter_servers: int = 0

    @property
    def processes(self) -> int:
        """How many processes are started."""
        return 1 if self.mpi_processes else self.nodes * self.per_node + self.parameter_servers

    @property
    def mpi_processes(self) -> int:
        """How many processes mpirun starts; 0 without it."""
        return self.nodes * self.per_node if self.framework == "mpi" else 0


def layout(job: CommandJob) -> Layout:
    """The processes that the job asks for."""
    nodes = job.instance_count.value if job.instance_count else 1
    distribution = job.distribution
    if distribution is None:
        return Layout(nodes=nodes)
    framework = distribution.type.value
    if framework == "tensorflow":
        return _tensorflow(distribution, nodes)
    if framework not in {"pytorch", "mpi"}:
        raise JobFileError(
            f"Distribution '{framework}' cannot run on this machine yet.",
            hint="pytorch, tensorflow and mpi can; or submit the job to the cluster.",
        )
    count = distribution.process_count_per_instance
    return Layout(framework, nodes, count.value if count else 1)


def _tensorflow(distribution: Distribution, nodes: int) -> Layout:
    workers, servers = distribution.worker_count, distribution.parameter_server_count
    return Layout("tensorflow", workers.value if workers else nodes, 1, servers.value if servers else 0)


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the job: its node, and what it must know of itself and the others."""

    node: int
    variables: Mapping[str, str]


def processes(layout: Layout, hosts: Sequence[str], ports: Callable[[int], Sequence[int]]) -> list[Process]:
    """The processes, rank 0 first; `hosts` are the names of the nodes, `ports` finds free ones."""
    if layout.framework == "pytorch":
        return _pytorch(layout, hosts[0], ports(1)[0])
    if layout.framework == "tensorflow":
        return _tensorflow_processes(layout, hosts, ports(layout.processes))
    if layout.framework == "mpi":
        master = {"AZ_BATCHAI_MPI_MASTER_NODE": hosts[0], "AZ_BATCH_MASTER_NODE": f"{hosts[0]}:6000"}
        return [Process(0, master)]
    return [Process(node, _node(node) if layout.nodes > 1 else {}) for node in range(layout.nodes)]


def _node(node: int) -> dict[str, str]:
    return {"AZUREML_CR_NODE_RANK": str(node), "NODE_RANK": str(node), "AZUREML_PROCESS_NAME": f"rank_{node}"}


def _pytorch(layout: Layout, host: str, port: int) -> list[Process]:
    return [
        Process(
            rank // layout.per_node,
            {
                **_node(rank // layout.per_node),
                "MASTER_ADDR": host,
                "MASTER_PORT": str(port),
                "WORLD_SIZE": str(layout.processes),
                "RANK": str(rank),
                "LOCAL_RANK": str(rank % layout.per_node),
                "LOCAL_WORLD_SIZE": str(layout.per_node),
                "AZUREML_PROCESS_NAME": f"rank_{rank}",
            },
        )
        for rank in range(layout.processes)
    ]


def _tensorflow_processes(layout: Layout, hosts: Sequence[str], ports: Sequence[int]) -> list[Process]:
    nodes = [rank % len(hosts) for rank in range(layout.processes)]
    addresses = [f"{hosts[node]}:{port}" for node, port in zip(nodes, ports, strict=True)]
    workers = layout.nodes
    cluster = {"worker": addresses[:workers]}
    if layout.parameter_servers:  # an empty list of servers is refused by TensorFlow since 2.13
        cluster["ps"] = addresses[workers:]
    tasks = [(role, index) for role, places in cluster.items() for index in range(len(places))]
    return [
        Process(
            nodes[rank],
            {
                **_node(rank),
                "TF_CONFIG": json.dumps(
                    {"cluster": cluster, "task": {"type": role, "index": index}, "environment": "cloud"}
                ),
            },
        )
        for rank, (role, index) in enumerate(tasks)
    ]


def defaults(layout: Layout) -> dict[str, str]:
    """What processes that share this machine are told unless the user says otherwise."""
    return {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"} if layout.processes > 1 else {}


def is_free(port: int) -> bool:
    """Whether somebody could listen on the port now."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
