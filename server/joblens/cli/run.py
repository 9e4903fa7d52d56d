"""`joblens run`: a job on this machine, from its file to its exit code."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from joblens.cli import show
from joblens.cli.printing import as_json
from joblens.engine import run as runs
from joblens.engine.run import Run, RunOptions


def run(parsed: argparse.Namespace) -> int:
    """Run the job, or print what would run."""
    options = options_of(parsed, backend=parsed.backend)
    if parsed.dry_run and parsed.json:
        as_json(runs.plan_of(parsed.job, options).data())
        return 0
    if parsed.dry_run:
        print(runs.dry_run(parsed.job, options), end="")
        return 0
    return run_here(parsed.job, options, follow=not parsed.detach, json_lines=parsed.json)


def options_of(parsed: argparse.Namespace, *, backend: str | None = None) -> RunOptions:
    """What the arguments choose."""
    overrides: dict[str, object] = {}
    if parsed.settings:
        from joblens.engine.overrides import parsed as read

        overrides = read(parsed.settings)
    queue, retries = not getattr(parsed, "no_queue", False), getattr(parsed, "retries", None)
    drift = parsed.allow_drift
    return RunOptions(parsed.name, parsed.environment, overrides, backend, drift, queue, retries)


def run_here(job: Path, options: RunOptions, *, follow: bool, json_lines: bool) -> int:
    """Start the job on this machine, and follow it when asked."""
    return follow_run(runs.create(job, options=options), json_lines, follow=follow)


def follow_run(started: Run, json_lines: bool, *, follow: bool) -> int:
    """Say what was started, and follow it when asked."""
    if json_lines:
        as_json({"kind": "created", "name": started.name, "folder": str(started.folder)})
    elif not follow:
        print(started.name)
    if not follow:
        return 0
    if not json_lines:
        print(f"joblens: Run {started.name}", file=sys.stderr)
    code = show.stream(started.folder, json_lines=json_lines)
    if not json_lines:
        print(f"joblens: Its files are in {show.short(started.folder)}", file=sys.stderr)
    return code
