"""Where the outputs of a job lie: addresses in datastores, and the folders here that they belong in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from joblens.azure.jobs.looks import show
from joblens.azure.jobs.model import ClusterJob
from joblens.azure.jobs.patience import Patience
from joblens.azure.jobs.service import JobService
from joblens.errors import CloudError

DEFAULT = "default"
"""The output that every job has: its logs, and what it wrote into `./outputs`."""
_MODELS = frozenset({"custommodel", "mlflowmodel", "tritonmodel"})
_BEST_TRIAL = "best_child_run_id"
_REUSED, _REUSED_FROM = "azureml.isreused", "azureml.reusedrunid"


@dataclass(frozen=True, slots=True)
class Place:
    """An address in a datastore, and the folder that its files are put in."""

    folder: PurePosixPath
    """Below the one that the user named, as `az ml job download` has it."""
    uri: str


def places(
    job: ClusterJob, service: JobService, patience: Patience, *, everything: bool, output: str
) -> list[Place]:
    """What `az ml job download` brings: of a sweep, what the best trial and itself wrote."""
    if job.properties.get(_REUSED, "").lower() == "true" and job.properties.get(_REUSED_FROM):
        job = show(job.properties[_REUSED_FROM], service, patience)
    if job.kind != "sweep":
        return _of(job, service, patience, everything, output)
    best = job.properties.get(_BEST_TRIAL)
    found = _of(show(best, service, patience), service, patience, everything, output) if best else []
    if output:
        if not best:
            raise CloudError(
                f"The sweep '{job.name}' has no best trial whose output '{output}' could be brought."
            )
        return found
    own = _of(job, service, patience, False, "")
    return [*found, *(Place(PurePosixPath("hd-artifacts"), one.uri) for one in own)]


def _of(
    job: ClusterJob, service: JobService, patience: Patience, everything: bool, output: str
) -> list[Place]:
    named = _named(job, service, patience) if everything or output not in ("", DEFAULT) else {}
    if output and output != DEFAULT:
        if output not in named:
            has = ", ".join(f"'{name}'" for name in named) or "none of its own"
            raise CloudError(f"The job '{job.name}' has no output '{output}'.", hint=f"Its outputs: {has}.")
        return [_placed(output, named[output])]
    default = str(job.outputs.get(DEFAULT, {}).get("uri") or "")
    default = default or f"azureml://datastores/workspaceartifactstore/paths/ExperimentRun/dcid.{job.name}"
    return [
        Place(PurePosixPath("artifacts"), default),
        *(_placed(name, uri) for name, uri in named.items() if everything),
    ]


def _placed(name: str, uri: str) -> Place:
    if not name or "/" in name or "\\" in name or name in (".", ".."):
        raise CloudError(f"The output '{name}' has no name that a folder could have.")
    return Place(PurePosixPath("named-outputs") / name, uri)


def _named(job: ClusterJob, service: JobService, patience: Patience) -> dict[str, str]:
    """The addresses of the job's own outputs, as the services know them, else as the job itself says."""
    body = {
        "runId": job.name,
        "selectRunMetadata": True,
        "selectRunDefinition": True,
        "selectJobSpecification": True,
    }
    told = _posted(service, patience, "history/v1.0", "rundata", body)
    kept = (told.get("runMetadata") or {}).get("outputs") or {}
    ids = {str(one.get("assetId")): name for name, one in kept.items() if isinstance(one, Mapping)}
    models = [key for key, name in ids.items() if str(kept[name].get("type")).lower() in _MODELS]
    data = [key for key in ids if key not in models]
    said = {
        name: str(one["uri"])
        for name, one in job.outputs.items()
        if name != DEFAULT and str(one.get("uri") or "").startswith("azureml:")
    }
    found = dict(said)
    found.update(_resolved(service, patience, ("data/v1.0", "dataversion", "uri"), data, ids))
    found.update(_resolved(service, patience, ("modelregistry/v1.0", "models", "path"), models, ids))
    return {name: uri for name, uri in found.items() if "datastores/" in uri}


def _resolved(
    service: JobService,
    patience: Patience,
    where: tuple[str, str, str],
    asked: list[str],
    ids: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    if not asked:
        return
    root, kind, key = where
    told = _posted(service, patience, root, f"{kind}/batchGetResolvedUris", {"values": asked})
    for asset, one in (told.get("values") or {}).items():
        if asset in ids and isinstance(one, Mapping) and one.get(key):
            yield ids[asset], str(one[key])


def _posted(service: JobService, patience: Patience, root: str, path: str, body: object) -> dict[str, Any]:
    url = service.behind(root, path)
    return patience.ask(lambda: service.manager.send("POST", url, body).content)
