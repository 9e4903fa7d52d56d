"""Jobs ended, archived and brought back."""

from __future__ import annotations

import dataclasses
import threading
from urllib.parse import quote

from joblens.azure.jobs.looks import known, show
from joblens.azure.jobs.model import ClusterJob
from joblens.azure.jobs.patience import LONG, Patience
from joblens.azure.jobs.service import JobService
from joblens.azure.resource_manager import RefusedError
from joblens.errors import CloudError

_PAUSE = 2.0
"""Seconds between two looks at a job that is to end."""


def cancel(
    name: str,
    service: JobService,
    *,
    wait: bool = True,
    canceled: threading.Event | None = None,
    pause: float = _PAUSE,
) -> ClusterJob:
    """Ask for the end of a job, and wait for it; the job as it is then. One that is over stays as it is."""
    patience = Patience(canceled, most=LONG)
    job = show(name, service, patience)
    if job.is_over:
        return job
    try:
        patience.ask(lambda: service.manager.send("POST", service.job_at(name, "/cancel")))
    except RefusedError:
        job = show(name, service, patience)
        if not job.is_over:  # else it has ended meanwhile, which is as good
            raise
    job = show(name, service, patience)
    while wait and not job.is_over:
        patience.wait(pause)
        job = show(name, service, patience)
    return job


def archive(name: str, service: JobService) -> ClusterJob:
    """Hide a job from lists; it can still be looked at."""
    return _hidden(name, service, True)


def restore(name: str, service: JobService) -> ClusterJob:
    """Show an archived job in lists again."""
    return _hidden(name, service, False)


def _hidden(name: str, service: JobService, hidden: bool) -> ClusterJob:
    """What the studio's button does: the flag is run history's."""
    patience = Patience()
    job = known(name, service, patience)
    if job is None:
        word = "archived" if hidden else "restored"
        raise CloudError(
            f"The job '{name}' is a step of a pipeline, and cannot be {word} alone.",
            hint=f"Name the pipeline's job: {show(name, service, patience).parent}.",
        )
    experiment, run = quote(job.experiment, safe=""), quote(name, safe="")
    url = service.behind("history/v1.0", f"experiments/{experiment}/runs/{run}")
    patience.ask(lambda: service.manager.send("PATCH", url, {"hidden": hidden}))
    return dataclasses.replace(job, archived=hidden)
