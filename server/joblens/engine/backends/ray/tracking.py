"""How a command on a node of a cluster reaches MLflow's server, which may listen on this loopback only."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from joblens.engine.backends.base import Task
from joblens.engine.backends.container.relay import Relay, is_loopback
from joblens.engine.backends.ray.cluster import Cluster


class Way:
    """The way from a cluster's nodes to this machine; open until `close`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._relay: Relay | None = None

    def seen(self, address: str) -> str:
        """A server's address as the nodes see it."""
        url = urlsplit(address)
        if self._cluster.here or not url.hostname or not is_loopback(url.hostname):
            return address
        try:
            if self._relay is None:
                own = _address_towards(self._cluster.nodes)
                self._relay = Relay(own, (url.hostname, url.port or 80), peers=self._cluster.nodes)
        except OSError:  # nothing leads there: the nodes will say that they do not reach it
            return address
        return url._replace(netloc=self._relay.address).geturl()

    def tried(self, tasks: Iterable[Task]) -> str:
        """The address that the nodes are to try before they start anything; empty where there is no need."""
        written = next((task.variables.get("MLFLOW_TRACKING_URI", "") for task in tasks), "")
        if self._cluster.here or not written.startswith(("http://", "https://")):
            return ""
        return self.seen(written).rstrip("/")

    def close(self) -> None:
        """Close what was opened."""
        if self._relay is not None:
            self._relay.close()


def _address_towards(nodes: Iterable[str]) -> str:
    """The address of this machine in the network of the nodes, as its routing table says; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect((next(iter(nodes), "192.0.2.1"), 9))
        return str(asked.getsockname()[0])
