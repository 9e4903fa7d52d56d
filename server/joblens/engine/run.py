"""Starts a run of a job file and lets it go: planned, snapshot taken, and a supervisor of its own at work."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from joblens.engine import (
    cancellation,
    files,
    folders,
    names,
    processes,
    reasons,
    records,
    recovery,
    secrets,
    standby,
)
from joblens.engine import plan as plans
from joblens.engine.cancellation import Wish
from joblens.engine.code import snapshot
from joblens.engine.events import EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.life import Life, life_of
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.settings import RunSettings, settings_of
from joblens.engine.source import Source, job_of
from joblens.engine.source import source as source_of
from joblens.engine.standby import Standby
from joblens.errors import JobFileError
from joblens.job.model import SweepJob

_ROOM = 1 << 16


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user may choose besides the job file."""

    name: str | None = None
    environment: str | None = None
    """`this-python`, or None for the job's own."""
    overrides: Mapping[str, object] = field(default_factory=dict)
    """Values by their place in the file: `{"inputs.rate": 0.1}`."""
    backend: str | None = None
    """`auto`, `process` or `container`; None is what the settings say."""
    allow_drift: bool = False
    """The nearest environment will do where the job's own cannot be had; else it is as the settings say."""
    queue: bool = True
    """Whether it waits for a place on this machine."""
    retries: int | None = None
    """How often a command that failed is started again; None is what the settings say."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was started."""

    name: str
    folder: Path


def create(
    job_file: Path,
    *,
    text: str | None = None,
    options: RunOptions | None = None,
    waiting: Standby | None = None,
) -> Run:
    """Start a run of the job file, or of its unsaved `text`; answers at once, the run goes on by itself."""
    options = options or RunOptions()
    source = source_of(job_file, text, options.overrides)
    plan = _plan(source, options)
    return start(plan, _kept_text(source, plan), waiting=waiting)


def dry_run(job_file: Path, options: RunOptions | None = None, *, text: str | None = None) -> str:
    """What `create` would start, as text; nothing is written and nothing started."""
    from joblens.engine.describe import describe

    return describe(plan_of(job_file, options, text=text))


def planned(job_file: Path, text: str | None, options: RunOptions) -> tuple[str, Plan]:
    """What `create` would start, and the text that it would keep."""
    source = source_of(job_file, text, options.overrides)
    plan = _plan(source, options)
    return _kept_text(source, plan), plan


def plan_of(job_file: Path, options: RunOptions | None = None, *, text: str | None = None) -> Plan:
    """What `create` would start, everything bound; nothing is written and nothing started."""
    options = options or RunOptions()
    return _plan(source_of(job_file, text, options.overrides), options)


def _plan(source: Source, options: RunOptions) -> Plan:
    job = job_of(source)
    settings = settings_of(source.file.absolute().parent)
    name = names.checked(options.name or (job.name.value if job.name else "") or names.new_name())
    folder = RunFolder(folders.runs(source.file.parent) / name)
    if folder.path.exists():
        raise _taken(name)
    if options.environment and options.backend == "container":
        raise JobFileError(
            f"A container has its image's own Python: it cannot have '--environment {options.environment}'.",
            hint="Leave one of --environment and --backend container away.",
        )
    plan = plans.plan(
        job,
        source.file,
        folder,
        environment=options.environment,
        backend=options.backend or settings.backend,
        settings=dataclasses.replace(settings, allow_drift=settings.allow_drift or options.allow_drift),
        document=source.document,
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


def _taken(name: str) -> JobFileError:
    return JobFileError(f"There is already a run '{name}'.", hint="Give another name with --name.")


def start(plan: Plan, source: str, *, record: Record | None = None, waiting: Standby | None = None) -> Run:
    """Make the run's folder and start its supervisor, or give the run to the one that is `waiting`."""
    lay_out(plan, source, record)
    folder = plan.run_folder
    handed_over = secrets.handed_over(plan.variables)
    try:
        if waiting is None:
            start_supervisor(folder, handed_over)
        else:
            records.write_supervisor(folder, waiting.supervise(folder, handed_over))
    except OSError as error:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise reasons.no_process(error) or error from error
    return Run(plan.name, folder.path)


def lay_out(plan: Plan, source: str, record: Record | None = None) -> None:
    """Make the run's folder, all that a supervisor needs being in it; raises why it cannot be made."""
    record = dataclasses.replace(
        record or Record(plan.name),
        type="sweep" if plan.search else "command",
        display_name=plan.display_name,
        experiment=plan.experiment,
        job_file=plan.job_file,
        created=time.time(),
    )
    try:
        folders.make_runs(Path(plan.job_file).parent)
        _fill(plan, source, record)
    except OSError as error:
        raise files.refused("The run's folder cannot be made", error, hint=_way_out(plan, error)) from error


def _fill(plan: Plan, source: str, record: Record) -> None:
    """Write the run's folder; nothing is left of one that could not be filled."""
    folder = plan.run_folder
    try:
        folder.path.mkdir()
    except FileExistsError as error:  # somebody else's, of the same moment
        raise _taken(plan.name) from error
    try:
        _write_parts(plan, source, record)
    except OSError:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise


def _write_parts(plan: Plan, source: str, record: Record) -> None:
    folder = plan.run_folder
    for made in (folder.outputs, folder.logs, folder.log.parent, folder.build_log.parent):
        made.mkdir(parents=True)
    folder.log.touch()
    folder.build_log.touch()
    folder.job.write_text(source, encoding="utf-8")
    plan.write()
    taken = snapshot.take(Path(plan.code) if plan.code else None, folder)
    folder.events.touch()
    for note in taken.notes:
        EventLog(folder.events).note(note)
    keep_room(folder.reserve)
    records.write(folder, dataclasses.replace(record, snapshot=taken.hash))


def keep_room(file: Path) -> None:
    """Take what the record of the end will need, should the disk be full by then."""
    file.write_bytes(bytes(_ROOM))


def _way_out(plan: Plan, error: OSError) -> str:
    runs, place = plan.run_folder.path.parent, Path(str(error.filename))
    if plan.code and place.is_relative_to(plan.code) and not place.is_relative_to(runs.parent):
        return "A run copies the 'code' folder: make the file readable, or name it in .amlignore."
    return f"Runs are kept in {runs}: make it writable, or copy the project to a place that is."


def start_supervisor(folder: RunFolder, handed_over: Mapping[str, str]) -> None:
    """Start the process that owns the run from now on."""
    script = "import sys; sys.path[:] = {}; from joblens.engine.supervisor import main; main()"
    pid = processes.detach(
        [sys.executable, "-c", script.format(json.dumps(standby.places())), str(folder.path)],
        folder=folder.path,
        log=folder.supervisor_log,
        variables={**os.environ, **handed_over},
    )
    records.write_supervisor(folder, pid)


def cancel(path: Path, wish: Wish | None = None) -> Record:
    """Ask for the end of the run in the folder `path`; its supervisor ends the processes and the record."""
    folder = RunFolder(path)
    record = records.show(path)
    if record.final:
        return record
    cancellation.ask(folder, wish)
    owner = recovery.supervisor(folder)
    if owner is not None and processes.alive(owner):
        os.kill(owner.pid, signal.SIGTERM)
    return record
