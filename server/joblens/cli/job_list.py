"""`joblens job list`: the runs of the project and the jobs of the workspace, in one table."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.cli import cluster_jobs
from joblens.cli import show as shown
from joblens.cli.output import is_chosen, printed
from joblens.engine import folders, listing
from joblens.engine.records import Record
from joblens.errors import CloudError

if TYPE_CHECKING:
    from joblens.azure.jobs.looks import Jobs, View
    from joblens.azure.jobs.model import ClusterJob
    from joblens.azure.jobs.service import JobService

_LONGEST = 20.0
"""Seconds that the runs of this machine wait for the workspace's jobs."""


def list_runs(parsed: argparse.Namespace) -> int:
    """A line for each run of the project that the current folder is in, and for each job of the workspace."""
    most = None if parsed.all_results else parsed.max_results
    only_there = cluster_jobs.is_meant(parsed) or parsed.archived_only
    service = None if parsed.local else cluster_jobs.service_of(parsed)
    is_here = _is_here(parsed.parent_job_name) and not cluster_jobs.is_meant(parsed)
    asked = _asked(service, parsed, most) if service and not is_here else None
    found: Jobs | None = None
    here = [] if only_there else listing.list_runs(Path.cwd(), most, lambda one: _is_wanted(one, parsed))
    rows = [_row(record) for record in here]
    more = len(here) == most
    if service is not None and asked is not None:
        found = asked.result() if only_there else _in_time(asked, service)
        rows += [cluster_jobs.row(job, service) for job in found.found] if found else []
        more = more or bool(found and found.more)
    rows = sorted(rows, key=lambda one: one["created"], reverse=True)[:most]
    printed(rows, parsed, shown.COLUMNS if service is None else shown.CLUSTER_COLUMNS)
    if is_chosen(parsed):
        return 0
    if not rows:
        place = service.workspace.name if service is not None and found is not None else ""
        print(_nothing(parsed, place, looked_here=not only_there), file=sys.stderr)
    elif more:
        print(f"joblens: These are the newest {most}; --all-results shows all.", file=sys.stderr)
    return 0


def _nothing(parsed: argparse.Namespace, workspace: str, *, looked_here: bool) -> str:
    """That there is nothing, where it was looked; no `workspace` is given where that gave no answer."""
    fit = " that fit" if parsed.status or parsed.experiment_name or parsed.parent_job_name else ""
    if workspace and not looked_here:
        return f"No jobs{fit} in {workspace}."
    there = f", and no jobs in {workspace}" if workspace else ""
    return f"No runs{fit} in {folders.runs(Path.cwd())}{there}."


def _is_here(parent: str | None) -> bool:
    return parent is not None and (folders.runs(Path.cwd()) / parent).exists()


def _asked(service: JobService, parsed: argparse.Namespace, most: int | None) -> futures.Future[Jobs]:
    """The workspace's jobs, asked for while the runs of this machine are looked through."""
    from joblens.azure.errands import Errands
    from joblens.azure.jobs.looks import listed

    view: View = "archived" if parsed.archived_only else "all" if parsed.include_archived else "active"
    parent = parsed.parent_job_name or ""

    def wanted(job: ClusterJob) -> bool:
        asked = {"status": job.status.lower(), "experiment_name": job.experiment}
        return all(getattr(parsed, key) in (None, value) for key, value in asked.items())

    return Errands(1).run(lambda: listed(service, most, archived=view, parent=parent, wanted=wanted))


def _in_time(asked: futures.Future[Jobs], service: JobService) -> Jobs | None:
    """What came of it, if that was soon enough; else a word of it."""
    try:
        return asked.result(_LONGEST)
    except futures.TimeoutError:
        reason = "it does not answer."
    except CloudError as error:
        reason = str(error)
    name = service.workspace.name
    print(f"joblens: Without the jobs of the workspace '{name}': {reason}", file=sys.stderr)
    return None


def _row(record: Record) -> dict[str, Any]:
    """A run under the names that it has here, and under those that az has for jobs."""
    made = dt.datetime.fromtimestamp(record.created, dt.timezone.utc).isoformat()
    az = {"experiment_name": record.experiment, "creation_context": {"created_at": made}}
    return {**record.data(), **az, "parent_job_name": record.parent, "where": "local"}


def _is_wanted(record: Record, parsed: argparse.Namespace) -> bool:
    status, experiment, parent = record.status.lower(), record.experiment, record.parent
    asked = {"status": status, "experiment_name": experiment, "parent_job_name": parent}
    wanted = {key: getattr(parsed, key) for key in asked}
    if parsed.parent_job_name is None and parent is not None:  # a trial is below its sweep, as az has it
        return False
    return all(value is None or asked[key] == value for key, value in wanted.items())
