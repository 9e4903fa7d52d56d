"""`joblens run`: a job on this machine, from its file to its exit code."""

from __future__ import annotations

import argparse
import gc
import sys
from typing import TYPE_CHECKING

from joblens.cli.printing import as_json
from joblens.engine.standby import stand_by

if TYPE_CHECKING:
    from pathlib import Path

    from joblens.engine.options import RunOptions
    from joblens.engine.standby import Standby
    from joblens.engine.starting import Run
    from joblens.job.known_assets import KnownAssets


def run(parsed: argparse.Namespace) -> int:
    """Run the job, or print what would run."""
    if parsed.dry_run:
        return _dry_run(parsed)
    return run_here(parsed, backend=parsed.backend, follow=not parsed.detach)


def _dry_run(parsed: argparse.Namespace) -> int:
    from joblens.engine import run as runs

    options = options_of(parsed, backend=parsed.backend)
    if parsed.json:
        as_json(runs.plan_of(parsed.job, options).data())
    else:
        print(runs.dry_run(parsed.job, options), end="")
    return 0


def options_of(parsed: argparse.Namespace, *, backend: str | None = None) -> RunOptions:
    """What the arguments choose."""
    from joblens.engine.options import RunOptions

    overrides: dict[str, object] = {}
    if parsed.settings:
        from joblens.engine.overrides import parsed as read

        overrides = read(parsed.settings)
    queue, retries = not getattr(parsed, "no_queue", False), getattr(parsed, "retries", None)
    drift = getattr(parsed, "allow_drift", False)
    address = getattr(parsed, "address", None)
    one_trial = getattr(parsed, "one_trial", False)
    name, environment = parsed.name, parsed.environment
    return RunOptions(
        name, environment, overrides, backend, drift, queue, retries, address, one_trial, configured_workspace
    )


def configured_workspace(folder: Path) -> KnownAssets | None:
    """The workspace that is configured for job files in a folder, asked as this machine's account."""
    from joblens.azure.workspace import NoWorkspaceError, find_workspace

    try:
        workspace = find_workspace(folder)
    except NoWorkspaceError:
        return None
    from joblens.azure.assets import WorkspaceAssets
    from joblens.azure.resource_manager import ResourceManager
    from joblens.azure.sign_in import MachineAccount

    return WorkspaceAssets(ResourceManager(MachineAccount()), workspace)


def run_here(parsed: argparse.Namespace, *, follow: bool, backend: str | None = None) -> int:
    """Start the job on this machine, and follow it when asked."""
    return follow_run(started_here(parsed, backend), parsed.json, follow=follow)


def follow_run(started: Run, json_lines: bool, *, follow: bool) -> int:
    """Say what was started, and follow it when asked."""
    if json_lines:
        as_json({"kind": "created", "name": started.name, "folder": str(started.folder)})
    elif not follow:
        print(started.name)
    if not follow:
        return 0
    from joblens.cli import show

    if not json_lines:
        print(f"joblens: Run {started.name}", file=sys.stderr)
    code = show.stream(started.folder, json_lines=json_lines)
    if not json_lines:
        print(f"joblens: Its files are in {show.short(started.folder)}", file=sys.stderr)
    return code


def _start(job_file: Path, options: RunOptions, waiting: Standby | None) -> Run:
    from joblens.engine import remembered
    from joblens.engine.starting import start

    found = remembered.found(job_file, options)
    if found is not None:
        return start(found, found.source, waiting=waiting)
    from joblens.engine import looks
    from joblens.engine import run as runs

    with looks.noted() as seen:
        source, plan, record = runs.planned(job_file, None, options)
    remembered.remember(job_file, options, plan, source, seen)
    return start(plan, source, record=record, waiting=waiting)


def _looks_like_a_sweep(job_file: Path) -> bool:
    try:
        return b"search_space" in job_file.read_bytes()
    except OSError:  # said by who reads the job
        return False


def started_here(parsed: argparse.Namespace, backend: str | None = None) -> Run:
    """Start the job on this machine; it goes on by itself."""
    gc.disable()  # imports make no garbage worth looking for
    # Before the imports that read a job: the supervisor has its own to do meanwhile.
    waiting = stand_by(sweep=_looks_like_a_sweep(parsed.job))
    try:
        return _start(parsed.job, options_of(parsed, backend=backend), waiting)
    finally:
        if waiting is not None:
            waiting.dismiss()
        gc.freeze()
        gc.enable()
