"""A real Ray cluster of two raylets on this machine, until it is told to end; `FOLDER` is its argument."""

import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from joblens.engine.distribution.layout import free_ports
from tests.engine.backends.engines import Private, started

CPUS = 4
"""Of each raylet; they only count."""
_START = f"""
import sys
sys.path[:] = {sys.path!r}
from tests.engine.backends.ray_cluster import main
main(sys.argv[1])
"""


def ray_cluster() -> Private:
    """Start one; what it keeps lies in a short path, as sockets need."""
    folder = tempfile.mkdtemp(prefix="jl-", dir="/tmp")
    said = Path(folder, "address")
    return started(
        [sys.executable, "-c", _START, folder],
        folder,
        lambda: said.read_text(encoding="utf-8") if said.exists() else None,
    )


def _takes_jobs(address: str) -> None:
    """Wait until it does: the Jobs API answers before the agents that start jobs are there."""
    from ray.job_submission import JobSubmissionClient

    while True:
        with contextlib.suppress(RuntimeError, ConnectionError):
            JobSubmissionClient(address).submit_job(entrypoint="true")
            return
        time.sleep(0.2)


def main(folder: str) -> None:
    """Start it in FOLDER, say the address of its Jobs API in FOLDER/address, and end with SIGTERM."""
    ended = threading.Event()
    os.environ["RAY_TMPDIR"] = folder
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    from ray.cluster_utils import Cluster

    dashboard, first, second = free_ports(3)  # two agents of one machine would fight for the usual one
    node = {"num_cpus": CPUS, "object_store_memory": 80 << 20}
    head = {"include_dashboard": True, "dashboard_port": dashboard, "dashboard_agent_listen_port": first}
    cluster = Cluster(initialize_head=True, head_node_args={**node, **head})
    try:
        cluster.add_node(**node, dashboard_agent_listen_port=second)
        signal.signal(signal.SIGTERM, lambda *_: ended.set())  # Ray's own would wait for half a minute
        _takes_jobs(f"http://{cluster.head_node.webui_url}")
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as made:
            made.write(f"http://{cluster.head_node.webui_url}")
        Path(made.name).replace(Path(folder, "address"))
        ended.wait()
    finally:
        cluster.shutdown()
