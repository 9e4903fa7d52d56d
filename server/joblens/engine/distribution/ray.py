"""A Ray cluster for one job: a head on the first node, workers on the others, the command beside the head."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from joblens.engine.distribution.layout import Layout, RaySettings
from joblens.engine.distribution.members import Ports, Process, on_node, rank_log

PROGRAM = "ray"

_MISSING = (
    "command -v ray >/dev/null || { echo \"joblens: There is no 'ray' in the job's environment: "
    'add it to its packages." >&2; exit 127; }\n'
)
_PYTHON = '"$(command -v python || command -v python3)"'
"""An image need not have both names."""
_UP = """
import socket, sys, time
host, port = sys.argv[1].rsplit(":", 1)
while True:
    try:
        socket.create_connection((host, int(port)), 1).close()
        break
    except OSError:
        time.sleep(0.1)
"""
# The command may count on all nodes, as on the cluster.
_ALL_NODES = """
import sys, time
import ray
ray.init(address=sys.argv[1], log_to_driver=False, logging_level="ERROR")
while sum(node["Alive"] for node in ray.nodes()) < int(sys.argv[2]):
    time.sleep(0.1)
"""


def processes(layout: Layout, hosts: Sequence[str], ports: Ports) -> list[Process]:
    """The command, then what serves it."""
    settings = layout.ray or RaySettings()
    log = rank_log(0, 1)
    if settings.address:
        there = {**on_node(0, layout, hosts), "RAY_ADDRESS": settings.address}
        return [Process("the command", 0, log, there)]
    port = settings.port or ports(1)[0]
    address = f"{hosts[0]}:{port}"
    variables = {"RAY_ADDRESS": address, "AZUREML_PROCESS_NAME": "rank_0"}
    # A busy machine takes longer than the half minute that Ray gives its nodes.
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_raylet_start_wait_time_s": "120"}
    servers = [
        Process(
            "the head of Ray" if node == 0 else f"Ray's worker on node {node}",
            node,
            f"../system_logs/ray_node_{node}.txt",
            {**on_node(node, layout, hosts), **quiet},
            () if node else (port,),
            serves=True,
            program=PROGRAM,
            package=PROGRAM,
            instead=_MISSING + (_worker(settings, address, host) if node else _head(settings, port, host)),
        )
        for node, host in enumerate(hosts)
    ]
    told = {**on_node(0, layout, hosts), **variables, **quiet}
    return [
        Process(
            "the command", 0, log, told, program=PROGRAM, package=PROGRAM, before=_wait(address, layout.nodes)
        ),
        *servers,
    ]


def _head(settings: RaySettings, port: int, host: str) -> str:
    dashboard = [f"--include-dashboard={str(settings.dashboard).lower()}"]
    if settings.dashboard_port:
        dashboard.append(f"--dashboard-port={settings.dashboard_port}")
    words = ["ray", "start", "--head", "--block", f"--node-ip-address={host}", f"--port={port}", *dashboard]
    return f"exec {shlex.join(words)} {settings.head_arguments}".rstrip()


def _worker(settings: RaySettings, address: str, host: str) -> str:
    words = ["ray", "start", "--block", f"--address={address}", f"--node-ip-address={host}"]
    # A head that listens is not one that answers yet.
    healthy = f"until ray health-check --address {address} >/dev/null 2>&1; do sleep 0.1; done\n"
    return f"{_until_up(address)}{healthy}exec {shlex.join(words)} {settings.worker_arguments}".rstrip()


def _until_up(address: str) -> str:
    return f"{_PYTHON} {shlex.join(['-c', _UP, address])} || exit\n"


def _wait(address: str, nodes: int) -> str:
    ready = f"{_PYTHON} {shlex.join(['-c', _ALL_NODES, address, str(nodes)])}"
    return f"{_MISSING}{_until_up(address)}{ready} || exit\n"
