"""Starts what is planned: makes the run's folder, and gives it to a supervisor of its own."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from joblens.engine import files, folders, processes, reasons, records, secrets, standby
from joblens.engine.code import snapshot
from joblens.engine.events import EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.errors import JobFileError, UserError

if TYPE_CHECKING:
    from joblens.engine.standby import Standby
    from joblens.job.known_assets import Permit

_ROOM = 1 << 16


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was started."""

    name: str
    folder: Path


class Startable(Protocol):
    """A plan, as much of it as its start takes."""

    @property
    def name(self) -> str:
        """The run's name."""
        ...

    @property
    def job_file(self) -> str:
        """The job file, as an absolute path."""
        ...

    @property
    def code(self) -> str | None:
        """The folder or file the snapshot is taken of."""
        ...

    @property
    def experiment(self) -> str:
        """The name of its experiment."""
        ...

    @property
    def display_name(self) -> str | None:
        """How the user calls it."""
        ...

    @property
    def variables(self) -> Mapping[str, str]:
        """The job's own environment variables."""
        ...

    @property
    def permits(self) -> tuple[Permit, ...]:
        """What downloads take."""
        ...

    @property
    def is_sweep(self) -> bool:
        """Whether its command is run by trials."""
        ...

    @property
    def run_folder(self) -> RunFolder:
        """The parts of the run's folder."""
        ...

    def write(self) -> None:
        """Keep the plan in the run's folder."""
        ...


def start(
    plan: Startable, source: str, *, record: Record | None = None, waiting: Standby | None = None
) -> Run:
    """Make the run's folder and start its supervisor, or give the run to the one that is `waiting`."""
    lay_out(plan, source, record)
    folder = plan.run_folder
    handed_over = secrets.handed_over(plan.variables)
    if plan.permits:
        from joblens.engine.data import permits

        handed_over |= permits.handed_over(plan.permits)
    try:
        if waiting is None:
            start_supervisor(folder, handed_over)
        else:
            records.write_supervisor(folder, waiting.supervise(folder, handed_over))
    except OSError as error:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise reasons.no_process(error) or _not_made(plan, error) from error
    return Run(plan.name, folder.path)


def lay_out(plan: Startable, source: str, record: Record | None = None) -> None:
    """Make the run's folder, all that a supervisor needs being in it; raises why it cannot be made."""
    record = dataclasses.replace(
        record or Record(plan.name),
        type="sweep" if plan.is_sweep else "command",
        display_name=plan.display_name,
        experiment=plan.experiment,
        job_file=plan.job_file,
        created=time.time(),
    )
    try:
        folders.make_runs(Path(plan.job_file).parent)
        _fill(plan, source, record)
    except OSError as error:
        raise _not_made(plan, error) from error


def _not_made(plan: Startable, error: OSError) -> UserError:
    return files.refused("The run's folder cannot be made", error, hint=_way_out(plan, error))


def _fill(plan: Startable, source: str, record: Record) -> None:
    """Write the run's folder; nothing is left of one that could not be filled."""
    folder = plan.run_folder
    try:
        folder.path.mkdir()
    except FileExistsError as error:  # somebody else's, of the same moment
        raise taken(plan.name) from error
    try:
        _write_parts(plan, source, record)
    except OSError:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise


def _write_parts(plan: Startable, source: str, record: Record) -> None:
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


def _way_out(plan: Startable, error: OSError) -> str:
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


def taken(name: str) -> JobFileError:
    """That another run has the name."""
    return JobFileError(f"There is already a run '{name}'.", hint="Give another name with --name.")
