"""Which Ray cluster a run is for, and what that says of itself before anything is started."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from joblens.errors import ConfigurationError, MissingToolError, UserError

ADDRESS = "RAY_ADDRESS"
_PATIENCE = 10.0
"""Seconds until somebody answers at an address."""
_BUSY = 60.0
"""Seconds that a dashboard may take to list its nodes, or to have an agent."""
_OLDEST = (2, 9)
"""The first version whose Jobs API gives a job resources of its own and tells the nodes."""


class ClusterError(UserError):
    """The cluster does not answer, or refuses."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster of one run."""

    address: str
    """Of its Jobs API, which is its dashboard's."""
    version: str
    nodes: tuple[str, ...]
    """The address of each node that was there."""
    here: bool
    """All nodes are this machine."""
    sees: bool
    """The nodes see the files of this machine at the same paths."""
    cpus: float | None = None
    """For each of the job's nodes; None is one for each process."""
    gpus: float = 0


def read(data: Mapping[str, Any] | None) -> Cluster | None:
    """A cluster from plain data."""
    return Cluster(**{**data, "nodes": tuple(data["nodes"])}) if data else None


def cluster(settings: Mapping[str, object], address: str | None) -> Cluster:
    """The cluster at `address`, else RAY_ADDRESS, else where `[ray]` says; raises why it cannot be used."""
    found = _url(address or os.environ.get(ADDRESS) or str(settings.get("address") or ""))
    if importlib.util.find_spec("ray") is None or importlib.util.find_spec("aiohttp") is None:
        raise MissingToolError(
            "A job cannot be given to a Ray cluster: Ray is not installed beside Joblens.",
            hint="pip install 'joblens[ray]', of the cluster's version.",
        )
    version = str(_asked(f"{found}/api/version").get("ray_version", "0"))
    _same_version(version, metadata.version("ray"), found)
    listed = _asked(f"{found}/api/v0/nodes?detail=false", _BUSY)["data"]["result"]["result"]
    nodes = tuple(str(node["node_ip"]) for node in listed if node["state"] == "ALIVE")
    here = set(nodes) <= _own_addresses()
    shared = settings.get("shared")
    return Cluster(
        address=found,
        version=version,
        nodes=nodes,
        here=here and shared is not False,
        sees=here if shared is None else shared is True,
        cpus=_number(settings, "cpus"),
        gpus=_number(settings, "gpus") or 0,
    )


def told(chosen: Cluster) -> list[str]:
    """The cluster in a line, and how files come to it in another."""
    count = len(chosen.nodes)
    found = [
        f"The run is a job of the Ray cluster at {chosen.address} "
        f"(Ray {chosen.version}, {count} node{'s' if count != 1 else ''})."
    ]
    ours = metadata.version("ray")
    if ours != chosen.version:
        found.append(f"Ray is {ours} here and {chosen.version} there: if it misbehaves, make them equal.")
    if chosen.here:
        found.append("All of its nodes are this machine: they work in the run's folder, and nothing is sent.")
    elif chosen.sees:
        found.append("Its nodes share this machine's disk ([ray] shared): nothing is sent.")
    else:
        found.append("Code and inputs are sent to its nodes, outputs and logs brought back.")
    return found


def headers() -> dict[str, str]:
    """What Ray's own command line sends with every request."""
    try:
        return {str(name): str(value) for name, value in json.loads(os.environ["RAY_JOB_HEADERS"]).items()}
    except (KeyError, ValueError, AttributeError):
        return {}


def _url(written: str) -> str:
    if not written:
        raise ConfigurationError(
            "It is not said where the Ray cluster is.",
            hint="Give the address of its dashboard: --address http://HEAD:8265, or 'address' under [ray] in "
            f"joblens.toml, or {ADDRESS}.",
        )
    if written.startswith("ray://") or written in {"auto", "local"}:
        raise ConfigurationError(
            f"'{written}' is no address of a cluster's Jobs API.",
            hint="Give that of its dashboard, usually http://HEAD:8265.",
        )
    return (written if re.match(r"https?://", written) else f"http://{written}").rstrip("/")


def submit(client: Any, **order: object) -> None:
    """Give the cluster a job; raises what Ray's own `submit_job` raises.

    Its head answers before the agents are there that start jobs: a new cluster is given some time.
    """
    end = time.monotonic() + _BUSY
    while not _taken(client, order, patient=time.monotonic() < end):
        time.sleep(0.5)


def _taken(client: Any, order: Mapping[str, object], *, patient: bool) -> bool:
    try:
        client.submit_job(**order)
    except RuntimeError as error:
        if not patient or "No available agent" not in str(error):
            raise
        return False
    return True


def _asked(url: str, patience: float = _PATIENCE) -> dict[str, Any]:
    host = url.partition("/api/")[0]
    request = urllib.request.Request(url, headers=headers())
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:
            found = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise ClusterError(
            f"The Ray cluster at {host} refuses to answer ({error.code} {error.reason}).",
            hint="If it wants to know who you are, put the headers for it into RAY_JOB_HEADERS, as JSON.",
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise ClusterError(
            f"No Ray cluster answers at {host} ({reason}).",
            hint="Is it running, and is this the address of its dashboard (usually port 8265, not 6379 or "
            "10001)? For one in Kubernetes: kubectl port-forward service/HEAD 8265.",
        ) from error
    if not isinstance(found, dict):
        raise ClusterError(f"What answers at {host} is no Ray cluster.", hint="See the address.")
    return found


def _same_version(there: str, here: str, address: str) -> None:
    theirs, ours = _numbers(there), _numbers(here)
    if theirs < _OLDEST or theirs[0] != ours[0]:
        raise ClusterError(
            f"The Ray cluster at {address} is version {there}, and Ray here is {here}: "
            "they do not work together.",
            hint=f"pip install 'ray[default]=={there}' beside Joblens."
            if theirs >= _OLDEST
            else f"Joblens needs a cluster of Ray {'.'.join(map(str, _OLDEST))} or newer.",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _number(settings: Mapping[str, object], name: str) -> float | None:
    value = settings.get(name)
    return float(value) if isinstance(value, int | float) else None


def _own_addresses() -> set[str]:
    import psutil

    return {each.address for found in psutil.net_if_addrs().values() for each in found}
