"""How runs and their events look in a terminal, and as JSON."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from joblens.cli.output import Columns
from joblens.cli.printing import as_json
from joblens.engine import cancellation, records
from joblens.engine.events import Event
from joblens.engine.follow import follow
from joblens.engine.records import Record, number, pairs


def stream(folder: Path, *, json_lines: bool) -> int:
    """Show the run until it ends; Ctrl-C cancels it. Answers the exit code."""
    try:
        _print_all(follow(folder, poll=0.02, live=not json_lines), json_lines)
    except KeyboardInterrupt:
        with _deaf():  # until it has been asked for: what comes later is about the waiting
            print("joblens: canceling, the run's processes are ended ...", file=sys.stderr)
            cancellation.cancel(folder)
        try:
            _print_all((event for event in follow(folder) if event.status in records.FINAL), json_lines)
        except KeyboardInterrupt:
            told = f"The canceling goes on; 'joblens job show {folder.name}' tells how it ends."
            print(f"joblens: {told}", file=sys.stderr)
            raise
    return exit_code(records.show(folder))


@contextmanager
def _deaf() -> Iterator[None]:
    """Without an ear for Ctrl-C."""
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


def _print_all(events: Iterable[Event], json_lines: bool) -> None:
    for event in events:
        if json_lines:
            as_json(event.data())
        else:
            _print(event)


def _print(event: Event) -> None:
    """The log goes to stdout, everything that is ours to stderr."""
    if event.kind == "line":
        print(event.text, end="" if event.more else "\n", flush=True)
    elif event.kind == "note":
        print(f"joblens: {event.text}", file=sys.stderr)
    elif event.status == records.QUEUED:
        print(
            "joblens: Queued: as many runs are at work here as may be; this one waits for its turn.",
            file=sys.stderr,
        )
    elif event.status in records.FINAL:
        print(f"joblens: {event.status}. {event.text}".rstrip(), file=sys.stderr)
        if event.tracking_url:
            print(f"joblens: {event.tracking_url}", file=sys.stderr)


def exit_code(record: Record) -> int:
    """What a run's end means to a shell."""
    return 0 if record.status == records.COMPLETED else record.error_code or 1


def details(record: Record, folder: Path) -> str:
    """A run, a fact per line."""
    facts = {
        "name": record.name,
        "display name": record.display_name,
        "status": record.status,
        "reason": record.reason,
        "exit code": record.exit_code,
        "type": record.type,
        "experiment": record.experiment,
        "job file": record.job_file,
        "sweep": record.parent,
        "created": when(record.created),
        "took": took(record),
        "attempts": record.attempts if record.attempts > 1 else None,
        "rerun of": record.rerun_of,
        "parameters": pairs(record.parameters),
        "metric": _metric(record.metric),
        "best trial": records.best_trial(record.best) if record.best else "",
        "MLflow": record.tracking_url,
        "folder": folder,
    }
    return "\n".join(f"{name + ':':14}{value}" for name, value in facts.items() if value not in (None, ""))


def _metric(metric: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {number(value)}" for name, value in metric.items())


COLUMNS: Columns = {
    "Name": "name",
    "Status": "status",
    "Created": lambda run: when(run["created"]),
    "Experiment": "experiment",
    "File": lambda run: short(Path(run["job_file"])) if run.get("job_file") else "",
}
"""Of a table of runs."""
CLUSTER_COLUMNS: Columns = {
    "Name": "name",
    "Status": "status",
    "Where": "where",
    **{heading: COLUMNS[heading] for heading in ("Created", "Experiment", "File")},
}
"""Of a table with jobs of a workspace in it."""


def short(path: Path) -> str:
    """The path as seen from the current folder, where it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def when(seconds: float) -> str:
    """A time as people here write it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def took(record: Record) -> str:
    """How long the command has run."""
    if record.started is None:
        return ""
    if record.duration is not None:
        return f"{record.duration:.1f} s"
    return f"{max((record.ended or time.time()) - record.started, 0):.1f} s"
