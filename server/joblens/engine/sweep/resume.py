"""A sweep that goes on: its supervisor was killed, it was canceled, or more trials are wanted."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

from joblens.engine import folders, plan, processes, records, recovery, secrets, starting
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.starting import Run
from joblens.engine.sweep import grid, history
from joblens.engine.sweep.search import MOST, Search
from joblens.errors import JobFileError, UserError


def resume(path: Path, *, more: int = 0) -> Run:
    """Let the sweep in the folder `path` run the trials that are missing, and `more` than it was to have.

    Raises a UserError for what is no sweep, still runs, or has nothing to do.
    """
    folder, record = RunFolder(path), records.show(path)
    if record.type != "sweep":
        raise UserError(
            f"{record.name} is no sweep.",
            hint=f"'joblens job rerun {record.parent or record.name}' repeats it.",
        )
    from filelock import FileLock

    with FileLock(path / "recovery.lock"):
        record = records.read(folder)
        if not record.final:
            raise UserError(
                f"The sweep {record.name} still runs.", hint=f"'joblens job stream {record.name}'"
            )
        _wait_until_told(folder)
        asked = _asked(folder, more)
        ended = len(history.results(folder))
        assert asked.search is not None
        if ended >= asked.search.total and not recovery.lost(record):  # a lost one's books are not closed
            raise UserError(
                f"All {ended} trials of {record.name} have ended.",
                hint="--more N adds N trials to the sweep.",
            )
        return _started(folder, record, asked)


def _wait_until_told(folder: RunFolder) -> None:
    """Wait for the event of its end, which a supervisor writes after the record: it must not follow ours."""
    log = EventLog(folder.events)
    while processes.alive(recovery.supervisor(folder)):
        told = [event.status for event in log.read(0)[0] if event.status is not None]
        if told and told[-1] in records.FINAL:
            return
        time.sleep(0.02)


def _asked(folder: RunFolder, more: int) -> Plan:
    """The plan with as many trials as are wanted now."""
    found = plan.kept(folder)
    search = found.search
    if search is None:
        raise UserError(f"The plan of {folder.name} cannot be read.", hint="Run its job file again.")
    total = search.total + more
    if more:
        _check(search, total)
    return dataclasses.replace(
        found,
        search=dataclasses.replace(search, total=total),
        variables=secrets.given(found.variables),
    )


def _check(search: Search, total: int) -> None:
    most = min(MOST, grid.size(search.space)) if search.sampling == "grid" else MOST
    if total > most:
        why = "the grid has no more combinations" if most < MOST else "Azure ML allows no more"
        raise JobFileError(
            f"The sweep cannot have {total} trials: {why} than {most}.",
            hint=f"--more {most - search.total} is what is left."
            if most > search.total
            else "Run another sweep.",
        )


def _started(folder: RunFolder, record: Record, asked: Plan) -> Run:
    asked.write()
    folder.cancel_request.unlink(missing_ok=True)
    starting.keep_room(folder.reserve)
    again = dataclasses.replace(
        record,
        status=records.NOT_STARTED,
        reason="",
        exit_code=None,
        error_code=None,
        ended=None,
        duration=None,
        attempts=record.attempts + 1,
    )
    records.write(folder, again)
    EventLog(folder.events).append(Event("status", "", again.status))
    folders.make_runs(Path(record.job_file).parent)
    starting.start_supervisor(folder, secrets.handed_over(asked.variables))
    return Run(record.name, folder.path)
