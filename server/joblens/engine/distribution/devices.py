"""The cores and GPUs of this machine, and what of them each node of a job gets."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from joblens.engine.distribution.layout import Layout

_GPUS = Path("/proc/driver/nvidia/gpus")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus(variables: Mapping[str, str] = os.environ, drivers: Path = _GPUS) -> list[str]:
    """The names of the GPUs that CUDA may use here."""
    said = variables.get("CUDA_VISIBLE_DEVICES")
    if said is not None:
        return [each.strip() for each in said.split(",") if each.strip() and each.strip() != "-1"]
    return [str(number) for number, _ in enumerate(drivers.iterdir())] if drivers.is_dir() else []


def of_node(node: int, nodes: int, found: Sequence[str]) -> list[str]:
    """The GPUs of one node, where the nodes share a machine: an equal part, or one that others have too."""
    if not found:
        return []
    each = len(found) // nodes
    return list(found[node * each : (node + 1) * each]) if each else [found[node % len(found)]]


def told(layout: Layout) -> list[str]:
    """What the user is told of processes that share this machine, a line each."""
    return [line for line in (_crowded(layout.count), _shared(layout.nodes, gpus())) if line]


def _crowded(processes: int) -> str:
    found = cores()
    if processes <= found:
        return ""
    return f"{processes} processes take turns on this machine's {found} core{'s' if found > 1 else ''}."


def _shared(nodes: int, found: Sequence[str]) -> str:
    if nodes == 1 or not found:
        return ""
    each = len(found) // nodes
    if each == 0:
        return f"The {nodes} instances share {len(found)} GPU{'s' if len(found) > 1 else ''}."
    return f"Each instance sees {each} of the machine's {len(found)} GPUs (CUDA_VISIBLE_DEVICES)."
