"""Runs tasks on an existing Ray cluster, through its Jobs API; what planning needs of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.engine.backends.ray.cluster import Cluster
    from joblens.engine.distribution.layout import Layout
    from joblens.engine.settings import RunSettings


def cluster_for(settings: RunSettings, address: str | None) -> Cluster:
    """The cluster that a run is for, which answers; raises why there is none."""
    from joblens.engine.backends.ray import cluster

    return cluster.cluster(settings.ray, address)


def layout(shape: Layout) -> Layout:
    """A job that wants a Ray cluster of its own has one already."""
    from joblens.engine.distribution.layout import RaySettings

    if shape.framework != "ray":
        return shape
    settings = shape.ray or RaySettings()
    return dataclasses.replace(shape, ray=dataclasses.replace(settings, address=settings.address or "auto"))


def notes(told: tuple[str, ...], cluster: Cluster) -> tuple[str, ...]:
    """What was said of this machine's Python, said of the nodes' where those are other machines."""
    if cluster.here:
        return told
    from joblens.engine.environments import needs

    there = "what is installed on the cluster's nodes"
    return tuple(
        line.replace(needs.this_python(), there).replace("runs on this machine,", "runs on the cluster,")
        for line in told
    )
