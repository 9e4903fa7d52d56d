"""Starts a run of a job file and lets it go: planned, snapshot taken, and a supervisor of its own at work."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine import folders, names, planning, processes, secrets
from joblens.engine.cancellation import cancel as cancel
from joblens.engine.folders import RunFolder
from joblens.engine.life import Life, life_of
from joblens.engine.options import RunOptions as RunOptions
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.settings import RunSettings, settings_of
from joblens.engine.source import Source, job_of
from joblens.engine.source import source as source_of
from joblens.engine.starting import Run as Run
from joblens.engine.starting import start, taken
from joblens.errors import JobFileError
from joblens.job.model import Job, SweepJob

if TYPE_CHECKING:
    from joblens.engine.standby import Standby


def create(
    job_file: Path,
    *,
    text: str | None = None,
    options: RunOptions | None = None,
    waiting: Standby | None = None,
) -> Run:
    """Start a run of the job file, or of its unsaved `text`; answers at once, the run goes on by itself."""
    options = options or RunOptions()
    source, plan, record = _planned(job_file, text, options)
    return start(plan, _kept_text(source, plan), record=record, waiting=waiting)


def dry_run(job_file: Path, options: RunOptions | None = None, *, text: str | None = None) -> str:
    """What `create` would start, as text; nothing is written and nothing started."""
    from joblens.engine.describe import describe

    return describe(plan_of(job_file, options, text=text))


def planned(job_file: Path, text: str | None, options: RunOptions) -> tuple[str, Plan, Record | None]:
    """What `create` would start, the text that it would keep, and the record that it would begin with."""
    source, plan, record = _planned(job_file, text, options)
    return _kept_text(source, plan), plan, record


def plan_of(job_file: Path, options: RunOptions | None = None, *, text: str | None = None) -> Plan:
    """What `create` would start, everything bound; nothing is written and nothing started."""
    return _planned(job_file, text, options or RunOptions())[1]


def _planned(job_file: Path, text: str | None, options: RunOptions) -> tuple[Source, Plan, Record | None]:
    if not options.one_trial:
        source = source_of(job_file, text, options.overrides)
        return source, _plan(source, job_of(source), options), None
    from joblens.engine.sweep import alone

    values, overrides = alone.split(options.overrides)
    source = source_of(job_file, text, overrides)
    job = job_of(source)
    return source, *alone.planned(job, _plan(source, job, options), values)


def _plan(source: Source, job: Job, options: RunOptions) -> Plan:
    settings = settings_of(source.file.absolute().parent)
    name = names.checked(options.name or (job.name.value if job.name else "") or names.new_name())
    folder = RunFolder(folders.runs(source.file.parent) / name)
    if folder.path.exists():
        raise taken(name)
    if options.environment and options.backend == "container":
        raise JobFileError(
            f"A container has its image's own Python: it cannot have '--environment {options.environment}'.",
            hint="Leave one of --environment and --backend container away.",
        )
    plan = planning.plan(
        job,
        source.file,
        folder,
        environment=options.environment,
        backend=options.backend or settings.backend,
        settings=dataclasses.replace(settings, allow_drift=settings.allow_drift or options.allow_drift),
        document=source.document,
        address=options.address,
        opener=options.workspace,
    )
    return dataclasses.replace(plan, life=_life(settings, options))


def _life(settings: RunSettings, options: RunOptions) -> Life:
    life = life_of(settings.run, settings.file or "", queue=options.queue, retries=options.retries)
    if processes.RUN_VARIABLE in os.environ:  # a run that waits for this one must not be waited for
        return dataclasses.replace(life, concurrency=None)
    return life


def _kept_text(source: Source, plan: Plan) -> str:
    """The text that stays with the run: the user's own, but for values of secrets."""
    if not secrets.handed_over(plan.variables):
        return source.text
    job = job_of(source)
    variables = (job.trial if isinstance(job, SweepJob) else job).environment_variables
    return secrets.masked_text(source.text, variables)
