"""`joblens job download|archive|restore|delete|resume|rerun`: what is done with runs that are kept."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from joblens.cli import cluster_jobs
from joblens.cli.job import named
from joblens.cli.printing import as_json
from joblens.cli.run import follow_run, options_of
from joblens.engine import listing, past
from joblens.errors import UserError


def download(parsed: argparse.Namespace) -> int:
    """Copy a run's files to where they are wanted."""
    return cluster_jobs.either(parsed, named(parsed), lambda run: _copied(run, parsed), cluster_jobs.download)


def _copied(run: Path, parsed: argparse.Namespace) -> int:
    written = past.download(run, parsed.download_path, output=parsed.output_name, everything=parsed.all)
    for folder in written:
        if parsed.json:
            as_json({"folder": str(folder)})
        else:
            print(folder)
    if not written:
        print(f"joblens: The run {run.name} has no such files.", file=sys.stderr)
    return 0


def archive(parsed: argparse.Namespace) -> int:
    """Hide a job of the workspace from lists."""
    return cluster_jobs.either(parsed, named(parsed), _not_archived, cluster_jobs.archive)


def restore(parsed: argparse.Namespace) -> int:
    """Show an archived job of the workspace in lists again."""
    return cluster_jobs.either(parsed, named(parsed), _not_archived, cluster_jobs.restore)


def _not_archived(run: Path) -> int:
    raise UserError(
        f"The run {run.name} lies on this machine, where nothing is archived.",
        hint=f"'joblens job delete {run.name}' deletes it.",
    )


def delete(parsed: argparse.Namespace) -> int:
    """Delete a run's folder, once that was confirmed."""
    run = listing.folder_of(named(parsed), Path.cwd(), whole=parsed.yes)
    if not (parsed.yes or _confirmed(run)):
        print("joblens: Nothing was deleted.", file=sys.stderr)
        return 1
    for name in past.delete(run):
        if parsed.json:
            as_json({"deleted": name})
        else:
            print(f"{name}: deleted")
    return 0


def _confirmed(run: Path) -> bool:
    if not sys.stdin.isatty():
        raise UserError(
            "Nobody can be asked here whether to delete.", hint="Add --yes to delete without asking."
        )
    trials = len(past.trials_of(run))
    more = f" and its {trials} trials" if trials else ""
    print(f"Delete the run {run.name}{more}, outputs and all? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def resume(parsed: argparse.Namespace) -> int:
    """Let a sweep go on."""
    from joblens.engine.sweep.resume import resume as go_on

    sweep = listing.folder_of(named(parsed), Path.cwd())
    return follow_run(go_on(sweep, more=parsed.more), parsed.json, follow=not parsed.detach)


def rerun(parsed: argparse.Namespace) -> int:
    """Start a run again from its own copy of the job and the code."""
    from joblens.engine.rerun import rerun as start_again

    run = listing.folder_of(parsed.run, Path.cwd())
    return follow_run(
        start_again(run, options_of(parsed, backend=parsed.backend)), parsed.json, follow=not parsed.detach
    )
