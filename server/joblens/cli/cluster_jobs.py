"""`joblens job show|stream|cancel|download|archive|restore` of jobs in the workspace."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.cli.output import is_chosen, printed
from joblens.cli.printing import as_json
from joblens.cli.show import CLUSTER_COLUMNS
from joblens.cli.workspace import manager, workspace_of
from joblens.engine import listing
from joblens.errors import RunNotFoundError, UserError

if TYPE_CHECKING:
    from joblens.azure.jobs.download import Progress
    from joblens.azure.jobs.follow import Ending, LogEvent
    from joblens.azure.jobs.model import ClusterJob
    from joblens.azure.jobs.service import JobService


def is_meant(parsed: argparse.Namespace) -> bool:
    """Whether the user named a workspace: then nothing of this machine is meant."""
    return bool(parsed.subscription or parsed.resource_group or parsed.workspace_name)


def service_of(parsed: argparse.Namespace) -> JobService | None:
    """The jobs of the workspace that is named or configured; None where none is."""
    from joblens.azure.jobs.service import JobService
    from joblens.azure.workspace import NoWorkspaceError

    try:
        return JobService(manager(), workspace_of(parsed))
    except NoWorkspaceError:
        if is_meant(parsed):
            raise
        return None


def either(
    parsed: argparse.Namespace,
    name: str,
    here: Callable[[Path], int],
    there: Callable[[argparse.Namespace, str, JobService], int],
) -> int:
    """What is to be done with the run of that name on this machine, else with the workspace's job."""
    missing: RunNotFoundError | None = None
    if not is_meant(parsed):
        try:
            folder = listing.folder_of(name, Path.cwd())
        except RunNotFoundError as error:
            missing = error
        else:
            return here(folder)
    service = service_of(parsed)
    if service is None:
        assert missing is not None
        raise missing
    from joblens.azure.jobs.service import UnknownJobError

    try:
        return there(parsed, name, service)
    except UnknownJobError as error:
        if missing is None:
            raise
        words = str(error)
        raise UnknownJobError(f"{missing} {words}", hint=error.hint) from error


def show(parsed: argparse.Namespace, name: str, service: JobService) -> int:
    """One job as it stands."""
    from joblens.azure.jobs.looks import show as job_of

    job = job_of(name, service)
    if parsed.web:
        _open(job)
    if is_chosen(parsed):
        printed(row(job, service), parsed, CLUSTER_COLUMNS)
    else:
        print(_details(job, service))
    return 0


def row(job: ClusterJob, service: JobService) -> dict[str, object]:
    """A job under az's names, and under those that runs of this machine have here."""
    from joblens.azure.jobs.model import seconds

    ours = {"where": service.workspace.name, "experiment": job.experiment, "created": seconds(job.created)}
    return {**job.data(), **ours, "studio_url": job.studio_url}


def _open(job: ClusterJob) -> None:
    if not job.studio_url:
        raise UserError(f"The job '{job.name}' has no page in the studio.")
    print(f"joblens: {job.studio_url}", file=sys.stderr)
    webbrowser.open(job.studio_url)


def _details(job: ClusterJob, service: JobService) -> str:
    """A job, a fact per line."""
    from joblens.azure.jobs.model import seconds
    from joblens.cli.show import when

    facts = {
        "name": job.name,
        "display name": job.display_name,
        "status": job.status,
        "type": job.kind,
        "experiment": job.experiment,
        "compute": job.compute,
        "parent": job.parent,
        "created": when(seconds(job.created)) if job.created else "",
        "archived": "yes" if job.archived else "",
        "tags": ", ".join(f"{key}={value}" for key, value in job.tags.items()),
        "workspace": service.workspace.name,
        "studio": job.studio_url,
    }
    return "\n".join(f"{name + ':':14}{value}" for name, value in facts.items() if value)


def stream(parsed: argparse.Namespace, name: str, service: JobService) -> int:
    """A job's log until it ends; who stops to look does not stop the job."""
    from joblens.azure.jobs.follow import stream as follow

    tell = _json_event if parsed.json else _told_event
    try:
        end = follow(name, service, tell, every=getattr(parsed, "all_processes", False))
    except KeyboardInterrupt:
        again = f"'joblens job stream {name}' follows it again, 'joblens job cancel {name}' ends it"
        print(f"joblens: The job goes on: {again}.", file=sys.stderr)
        return 130
    _told_end(end, json_lines=parsed.json)
    return 0 if end.status == "Completed" else 1


def _told_event(event: LogEvent) -> None:
    """The log goes to stdout, everything that is ours to stderr."""
    if event.kind == "line":
        print(event.text, flush=True)
    else:
        what = f"{event.text}:" if event.kind == "file" else event.text
        print(f"joblens: {what}", file=sys.stderr, flush=True)


def _json_event(event: LogEvent) -> None:
    if event.kind == "status":
        as_json({"kind": "status", "status": event.text})
    elif event.kind != "file":
        as_json({"kind": event.kind, "text": event.text} | ({"file": event.file} if event.file else {}))


def _told_end(end: Ending, *, json_lines: bool) -> None:
    if json_lines:
        as_json({"kind": "end", "status": end.status, "text": end.reason, "details": end.details})
        return
    if end.reason:
        print(f"joblens: {end.reason}", file=sys.stderr)
    if end.job.studio_url:
        print(f"joblens: {end.job.studio_url}", file=sys.stderr)


def cancel(parsed: argparse.Namespace, name: str, service: JobService) -> int:
    """The end of a job, waited for."""
    from joblens.azure.jobs.changes import cancel as end

    return _changed(end(name, service, wait=not parsed.no_wait), parsed, service)


def archive(parsed: argparse.Namespace, name: str, service: JobService) -> int:
    """Hide a job from lists."""
    from joblens.azure.jobs.changes import archive as hide

    return _changed(hide(name, service), parsed, service, "archived")


def restore(parsed: argparse.Namespace, name: str, service: JobService) -> int:
    """Show an archived job in lists again."""
    from joblens.azure.jobs.changes import restore as bring_back

    return _changed(bring_back(name, service), parsed, service, "restored")


def _changed(job: ClusterJob, parsed: argparse.Namespace, service: JobService, how: str = "") -> int:
    if parsed.json:
        as_json(row(job, service))
    else:
        print(f"{job.name}: {how or job.status}")
    return 0


def download(parsed: argparse.Namespace, name: str, service: JobService) -> int:
    """A job's logs and outputs, in the folders that az makes."""
    from joblens.azure.jobs.download import download as bring

    tell = _progress if sys.stderr.isatty() else lambda _: None
    wanted = parsed.output_name or ""
    found = bring(name, service, parsed.download_path, everything=parsed.all, output=wanted, tell=tell)
    for note in found.notes:
        print(f"joblens: {note}", file=sys.stderr)
    for folder in found.folders:
        if parsed.json:
            as_json({"folder": str(folder)})
        else:
            print(folder)
    if not found.files:
        print(f"joblens: The job {name} has no such files.", file=sys.stderr)
    return 0


def _progress(now: Progress) -> None:
    done = now.files == now.of_files
    text = f"{now.files} of {now.of_files} files, {now.bytes:,} of {now.of_bytes:,} bytes"
    print(f"\rjoblens: {text}", end="\n" if done else "", file=sys.stderr, flush=True)
