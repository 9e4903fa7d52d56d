"""One job as it stands, and the workspace's jobs, the newest first."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from joblens.azure.jobs.model import ClusterJob, of_resource, of_run
from joblens.azure.jobs.patience import Patience
from joblens.azure.jobs.service import JobService

View = Literal["active", "archived", "all"]
_VIEWS = {"active": "ActiveOnly", "archived": "ArchivedOnly", "all": "All"}


@dataclass(frozen=True, slots=True)
class Jobs:
    """Some jobs, and whether there are more."""

    found: tuple[ClusterJob, ...]
    more: bool = False


def show(name: str, service: JobService, patience: Patience | None = None) -> ClusterJob:
    """The job of that name; raises UnknownJobError."""
    patience = patience or Patience()
    job = known(name, service, patience)
    if job is not None:
        return job
    run = service.of(name, lambda: patience.ask(lambda: service.manager.get(service.run_at(name))))
    return of_run(run)


def known(name: str, service: JobService, patience: Patience) -> ClusterJob | None:
    """The job as the resource manager knows it: of a pipeline's step, no more than that it is there."""
    entry = service.of(name, lambda: patience.ask(lambda: service.manager.get(service.job_at(name))))
    return of_resource(entry) if entry.get("properties") else None


def listed(
    service: JobService,
    most: int | None = 50,
    *,
    archived: View = "active",
    parent: str = "",
    wanted: Callable[[ClusterJob], bool] = lambda _: True,
    patience: Patience | None = None,
) -> Jobs:
    """The newest jobs; of a sweep or a pipeline with `parent`: its trials, or its steps."""
    patience = patience or Patience()
    if parent:
        show(parent, service, patience)
        entries = service.pages(service.run_at(parent, "/children"), patience)
        found = (of_run(one) for one in entries)
        viewed = (one for one in found if archived == "all" or one.archived == (archived == "archived"))
        # They come in any order; there are few enough to see all.
        jobs = sorted(filter(wanted, viewed), key=lambda one: one.created, reverse=True)
        return Jobs(tuple(jobs[:most]), most is not None and len(jobs) > most)
    entries = service.pages(service.at("jobs", listViewType=_VIEWS[archived]), patience)
    one_more = None if most is None else most + 1
    jobs = list(itertools.islice(filter(wanted, map(of_resource, entries)), one_more))
    newest_first = sorted(jobs[:most], key=lambda one: one.created, reverse=True)
    return Jobs(tuple(newest_first), most is not None and len(jobs) > most)
