"""`joblens job create` for a job on the cluster: sends it, shows how far that is, follows it if asked."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from joblens.cli.output import is_chosen, printed
from joblens.cli.preflight import look_ahead
from joblens.cli.workspace import manager, workspace_of
from joblens.errors import CloudError, JobFileError

if TYPE_CHECKING:
    from joblens.azure.progress import Progress
    from joblens.azure.submit import Submitted
    from joblens.azure.workspace import Workspace
    from joblens.engine.run import RunOptions
    from joblens.engine.source import Source

_COLUMNS = {"Name": "name", "Status": "status", "Experiment": "experiment_name", "Studio": "studio_url"}
_CANCELED = 130
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "KB"))


def submit(parsed: argparse.Namespace, options: RunOptions, asked: Source) -> int:
    """Send the job to the workspace, and print what it is called there."""
    from joblens.azure.submit import checked, submit

    checked(parsed.job)
    workspace = workspace_of(parsed, parsed.job.absolute().parent)
    look_ahead(parsed, asked, workspace)
    canceled = threading.Event()
    with _interrupts(canceled), _shown_progress() as show:
        submitted = submit(
            parsed.job,
            workspace,
            overrides=options.overrides,
            name=options.name,
            save_as=parsed.save_as,
            progress=show,
            canceled=canceled,
        )
    for note in submitted.notes:
        print(f"{parsed.job}: {note}", file=sys.stderr)
    if parsed.save_as:
        print(f"joblens: The job in today's dialect is in {parsed.save_as}.", file=sys.stderr)
    _print(submitted, workspace, parsed)
    if canceled.is_set():
        step = f"joblens job cancel {submitted.name}"
        print(f"joblens: It was submitted before it could be stopped; end it with '{step}'.", file=sys.stderr)
        return _CANCELED
    if parsed.web:
        _open(submitted.studio_url)
    return _follow(submitted.name, workspace, parsed) if parsed.stream else 0


def refuse_cluster_options(parsed: argparse.Namespace) -> None:
    """Refuse what only a job on the cluster has, for one that runs here."""
    asked = {"--save-as": parsed.save_as, "--web": parsed.web}
    given = next((option for option, value in asked.items() if value), None)
    if given is not None:
        said = f"{given} is for a job that is submitted, but this one runs here, as its compute is 'local'."
        raise JobFileError(said, hint="Leave it out, or give another compute: --set compute=azureml:NAME.")


def refuse_options_of_this_machine(parsed: argparse.Namespace) -> None:
    """Refuse what only a run here has, for a job that is sent: the workspace would not hear of it."""
    asked = {
        "--environment": parsed.environment,
        "--allow-drift": parsed.allow_drift,
        "--no-queue": parsed.no_queue,
        "--retries": parsed.retries,
    }
    given = next((option for option, value in asked.items() if value), None)
    if given is not None:
        said = f"{given} is for a run on this machine, and this job is submitted: its compute is not 'local'."
        raise JobFileError(said, hint="Leave it out, or run the job here: --set compute=local.")


def _print(submitted: Submitted, workspace: Workspace, parsed: argparse.Namespace) -> None:
    if is_chosen(parsed):
        printed(_row(submitted, workspace), parsed, _COLUMNS)
        return
    print("\n".join(part for part in (submitted.name, submitted.status, submitted.studio_url) if part))


def _row(submitted: Submitted, workspace: Workspace) -> dict[str, object]:
    """All that the workspace says of the job, else what it said when it took it."""
    from joblens.azure.jobs.looks import show
    from joblens.azure.jobs.service import JobService
    from joblens.cli.cluster_jobs import row

    service = JobService(manager(), workspace)
    try:
        return row(show(submitted.name, service), service)
    except CloudError:  # it was submitted, which matters more
        return {
            "name": submitted.name,
            "status": submitted.status,
            "studio_url": submitted.studio_url,
            "experiment_name": submitted.experiment,
        }


def _follow(name: str, workspace: Workspace, parsed: argparse.Namespace) -> int:
    from joblens.azure.jobs.service import JobService
    from joblens.cli.cluster_jobs import stream

    return stream(parsed, name, JobService(manager(), workspace))


def _open(address: str | None) -> None:
    import webbrowser

    if not address or not webbrowser.open(address):
        print("joblens: No browser could be opened for the studio.", file=sys.stderr)


@contextmanager
def _interrupts(canceled: threading.Event) -> Iterator[None]:
    """The first Ctrl-C asks for the end, which may take a moment; the second does not wait for it."""

    def stop(number: int, frame: FrameType | None) -> None:
        if canceled.is_set():
            signal.default_int_handler(number, frame)
        canceled.set()
        os.write(2, b"\njoblens: Stopping...\n")  # a `print` may be what was interrupted

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _shown_progress() -> Iterator[Callable[[Progress], None]]:
    """One line of stderr that changes; where that is no terminal, a line for each step."""
    is_live = sys.stderr.isatty()
    shown = ""

    def show(progress: Progress) -> None:
        nonlocal shown
        text = progress_text(progress) if is_live else f"{progress.text}..."
        if text == shown:
            return
        if is_live:
            print(f"\r{text.ljust(len(shown))}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)
        shown = text

    try:
        yield show
    finally:
        if is_live and shown:
            print(f"\r{' ' * len(shown)}\r", end="", file=sys.stderr, flush=True)


def progress_text(progress: Progress) -> str:
    """As `Uploading src: 1.5 of 12.0 MB`."""
    if not progress.total:
        return f"{progress.text}..."
    size, unit = next(((size, unit) for size, unit in _UNITS if progress.total >= size), (1, "bytes"))
    digits = 0 if size == 1 else 1
    return f"{progress.text}: {progress.done / size:.{digits}f} of {progress.total / size:.{digits}f} {unit}"
