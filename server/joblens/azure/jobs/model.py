"""A job as the workspace knows it, whichever of its services told of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FINAL = frozenset({"Completed", "Failed", "Canceled", "NotResponding", "Paused"})
"""Where a job goes no further by itself: the SDK stops to wait there too."""
_WITH_CHILDREN = frozenset({"sweep", "pipeline", "automl"})
_KINDS = {
    "azureml.scriptrun": "command",
    "azureml.steprun": "command",
    "hyperdrive": "sweep",
    "azureml.hyperdrive": "sweep",
    "azureml.pipelinerun": "pipeline",
}
"""What run history calls kinds that the resource manager has other words for."""


@dataclass(frozen=True, slots=True)
class ClusterJob:
    """One job of the workspace as it stands."""

    name: str
    status: str
    """In Azure's own words."""
    display_name: str = ""
    experiment: str = ""
    kind: str = ""
    compute: str = ""
    created: str = ""
    """A moment in the way of ISO 8601, or nothing."""
    created_by: str = ""
    studio_url: str = ""
    parent: str = ""
    """The sweep or pipeline that it belongs to."""
    description: str = ""
    archived: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether it goes no further."""
        return self.status in FINAL

    @property
    def has_children(self) -> bool:
        """Whether it is one whose work is done by jobs of their own."""
        return self.kind in _WITH_CHILDREN

    def data(self) -> dict[str, Any]:
        """All of it under the names that `az ml job show` has for it."""
        return {
            "name": self.name,
            "display_name": self.display_name,
            "status": self.status,
            "experiment_name": self.experiment,
            "type": self.kind,
            "compute": self.compute,
            "creation_context": {"created_at": self.created, "created_by": self.created_by},
            "services": {"Studio": {"endpoint": self.studio_url}} if self.studio_url else {},
            "parent_job_name": self.parent or None,
            "description": self.description or None,
            "is_archived": self.archived,
            "tags": dict(self.tags),
            "properties": dict(self.properties),
            "outputs": {name: dict(told) for name, told in self.outputs.items()},
        }


def of_resource(entry: Mapping[str, Any]) -> ClusterJob:
    """A job as the resource manager tells of it."""
    told = entry.get("properties") or {}
    made = entry.get("systemData") or {}
    properties = _texts(told.get("properties"))
    return ClusterJob(
        name=str(entry.get("name") or ""),
        status=str(told.get("status") or ""),
        display_name=str(told.get("displayName") or ""),
        experiment=str(told.get("experimentName") or ""),
        kind=str(told.get("jobType") or "").lower(),
        compute=_last(told.get("computeId") or (told.get("trial") or {}).get("computeId")),
        created=str(made.get("createdAt") or ""),
        created_by=str(made.get("createdBy") or ""),
        studio_url=_studio(told.get("services")),
        parent=str(properties.get("azureml.parentRunId") or told.get("parentJobName") or ""),
        description=str(told.get("description") or ""),
        archived=bool(told.get("isArchived")),
        tags=_texts(told.get("tags")),
        properties=properties,
        outputs=_objects(told.get("outputs")),
    )


def of_run(run: Mapping[str, Any], studio_url: str = "") -> ClusterJob:
    """A job as run history tells of it: the only one that knows the steps of pipelines."""
    kind = str(run.get("runType") or "")
    return ClusterJob(
        name=str(run.get("runId") or ""),
        status=str(run.get("status") or ""),
        display_name=str(run.get("displayName") or ""),
        experiment=str(run.get("experimentName") or run.get("experimentId") or ""),
        kind=_KINDS.get(kind.lower(), kind.rpartition(".")[2].lower()),
        compute=_last((run.get("compute") or {}).get("target") or run.get("target")),
        created=str(run.get("createdUtc") or ""),
        created_by=str((run.get("createdBy") or {}).get("userName") or ""),
        studio_url=_studio(run.get("services")) or studio_url,
        parent=str(run.get("parentRunId") or ""),
        description=str(run.get("description") or ""),
        archived=bool(run.get("hidden")),
        tags=_texts(run.get("tags")),
        properties=_texts(run.get("properties")),
    )


def seconds(moment: str) -> float:
    """A moment in seconds since 1970; 0 where there is none."""
    try:
        # Seven digits of a second, as Azure writes them, are more than older Pythons read.
        text = re.sub(r"(\.\d{6})\d+", r"\1", moment.replace("Z", "+00:00"))
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)).timestamp()


def _studio(services: object) -> str:
    told = services.get("Studio") if isinstance(services, Mapping) else None
    return str(told.get("endpoint") or "") if isinstance(told, Mapping) else ""


def _last(address: object) -> str:
    """The name at the end of an id, or a name that stands alone."""
    return str(address or "").rstrip("/").rpartition("/")[2]


def _texts(told: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, Mapping) else {}


def _objects(told: object) -> dict[str, Mapping[str, Any]]:
    found = told.items() if isinstance(told, Mapping) else ()
    return {str(key): value for key, value in found if isinstance(value, Mapping)}
