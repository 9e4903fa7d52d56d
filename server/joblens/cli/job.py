"""`joblens job create|list|show|stream|cancel`: the shape of `az ml job`, for the runs of this project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from joblens.cli import cluster_jobs
from joblens.cli import show as shown
from joblens.cli.given import one
from joblens.cli.output import is_chosen, printed
from joblens.cli.printing import as_json
from joblens.cli.run import options_of, run_here, started_here
from joblens.cli.submit import refuse_cluster_options, refuse_options_of_this_machine, submit
from joblens.engine import records
from joblens.engine.records import Record
from joblens.engine.run import cancel as cancel_run


def create(parsed: argparse.Namespace) -> int:
    """Run the job here when its compute is `local`; submit it otherwise."""
    from joblens.engine.source import asks_for_this_machine, refuse_settings, source

    parsed.job = one(parsed.file, parsed.job, "No job file is given.", "joblens job create JOB.yml")
    options = options_of(parsed)
    asked = source(parsed.job, None, options.overrides)
    if asks_for_this_machine(asked):
        refuse_cluster_options(parsed)
        if parsed.output or parsed.query:
            return _create_here(parsed)
        return run_here(parsed, follow=parsed.stream)
    refuse_options_of_this_machine(parsed)
    refuse_settings(asked)
    return submit(parsed, options, asked)


def _create_here(parsed: argparse.Namespace) -> int:
    """Start the run, and print it in the form that is asked for; with --stream, once it has ended."""
    folder = started_here(parsed).folder
    code = shown.stream(folder, json_lines=False) if parsed.stream else 0
    printed({**records.show(folder).data(), "folder": str(folder)}, parsed, shown.COLUMNS)
    return code


def show(parsed: argparse.Namespace) -> int:
    """One run as it stands."""

    def here(folder: Path) -> int:
        record = records.show(folder)
        if parsed.web:
            _open(record)
        if is_chosen(parsed):
            printed({**record.data(), "folder": str(folder)}, parsed, shown.COLUMNS)
        else:
            print(shown.details(record, folder))
        return 0

    return cluster_jobs.either(parsed, named(parsed), here, cluster_jobs.show)


def _open(record: Record) -> None:
    import webbrowser

    from joblens.engine.tracking.pages import page

    url = page(record, lambda note: print(f"joblens: {note}", file=sys.stderr))
    print(f"joblens: {url}", file=sys.stderr)
    webbrowser.open(url)


def stream(parsed: argparse.Namespace) -> int:
    """A run's log from its beginning until it ends."""

    def here(folder: Path) -> int:
        return shown.stream(folder, json_lines=parsed.json)

    return cluster_jobs.either(parsed, named(parsed), here, cluster_jobs.stream)


def cancel(parsed: argparse.Namespace) -> int:
    """The end of a run, waited for."""

    def here(folder: Path) -> int:
        cancel_run(folder)
        record = records.show(folder) if parsed.no_wait else records.wait(folder)
        if parsed.json:
            as_json(record.data())
        else:
            print(f"{record.name}: {record.status}")
        return 0

    return cluster_jobs.either(parsed, named(parsed), here, cluster_jobs.cancel)


def named(parsed: argparse.Namespace) -> str:
    """The run that the command is about."""
    given: tuple[str | None, str | None] = parsed.named, parsed.name
    return one(*given, "No run is named.", "'joblens job list' shows the project's runs.")
