"""Where runs stand: each run's own account of itself, and what to make of one whose supervisor is gone."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joblens.engine import folders, processes
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.processes import Identity
from joblens.errors import RunNotFoundError

PREPARING, RUNNING = "Preparing", "Running"
COMPLETED, FAILED, CANCELED = "Completed", "Failed", "Canceled"
FINAL = frozenset({COMPLETED, FAILED, CANCELED})

_STARTING = 10.0
"""Seconds a run may be without a supervisor: the time between its first file and its process."""

_SILENCE = 60.0
"""Seconds after which a supervisor elsewhere, which gives a sign of life each second, counts as gone."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run as it stands."""

    name: str
    status: str = PREPARING
    created: float = 0.0
    """Seconds since 1970, as the other times."""
    started: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    reason: str = ""
    """Why it failed, in words for the user."""
    error_code: int | None = None
    """What `joblens run` answers when the command could not even start."""
    type: str = "command"
    display_name: str | None = None
    experiment: str = ""
    job_file: str = ""
    snapshot: str = ""
    """The hash of the code that runs."""
    environment: str = ""
    """The name of the environment that was built for it."""
    drift: Sequence[str] = ()
    """Where that differs from what the job asks for, a line each."""
    tracking: Mapping[str, str] = field(default_factory=dict)
    """Where MLflow has the run; empty where it is not recorded."""
    parent: str | None = None
    """The sweep's name, for a trial."""
    parent_run_id: str | None = None
    """The sweep in MLflow, for a trial."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """A trial's values."""
    metric: Mapping[str, float] = field(default_factory=dict)
    """A trial's primary metric by its name, once the trial has reported it."""
    best: Mapping[str, object] = field(default_factory=dict)
    """A sweep's best trial: its `name`, `metric`, `value` and `parameters`."""

    @property
    def final(self) -> bool:
        """Whether nothing will happen any more."""
        return self.status in FINAL

    @property
    def tracking_url(self) -> str | None:
        """Where a browser shows the run."""
        return self.tracking.get("url")

    def data(self) -> dict[str, Any]:
        """The record as plain data."""
        return dataclasses.asdict(self)


def read(folder: RunFolder) -> Record:
    """The record as it was last written."""
    try:
        return Record(**json.loads(folder.state.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise RunNotFoundError(
            f"There is no run '{folder.name}' here.",
            hint="'joblens job list' shows the runs of this project.",
        ) from error


def write(folder: RunFolder, record: Record) -> None:
    """Put the record in place of the last one; no reader ever sees half of it."""
    write_whole(folder.state, json.dumps(record.data(), indent=2, ensure_ascii=False) + "\n")


def write_whole(file: Path, text: str) -> None:
    """Write a file that is seen either whole or not at all."""
    unfinished = file.with_name(f".{file.name}.tmp")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)


def write_supervisor(folder: RunFolder, pid: int) -> None:
    """Remember the process that owns the run."""
    found = processes.identity(pid)
    if found is not None:
        write_whole(folder.supervisor, json.dumps({**found._asdict(), "place": processes.place()}))


def supervisor(folder: RunFolder) -> Identity | None:
    """The process that owns the run; None while there is none yet, or when it is not of this machine."""
    try:
        known = json.loads(folder.supervisor.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Identity(known["pid"], known["started"]) if known["place"] == processes.place() else None


def supervised(folder: RunFolder, record: Record) -> bool:
    """Whether somebody looks after the run."""
    owner = supervisor(folder)
    if owner is not None:
        return processes.alive(owner)
    if folder.supervisor.exists():  # a container or a machine that shares the folder
        return time.time() - folder.supervisor.stat().st_mtime < _SILENCE
    return time.time() - record.created < _STARTING


def folder_of(name: str, beside: Path) -> Path:
    """The folder of the run called `name` in the project that `beside` is in."""
    folder = folders.runs(beside) / name
    if not RunFolder(folder).state.exists():
        raise RunNotFoundError(
            f"There is no run '{name}' in {folders.runs(beside)}.",
            hint="'joblens job list' shows the runs of this project.",
        )
    return folder


def show(path: Path) -> Record:
    """How the run in the folder `path` stands; one whose supervisor is gone is brought to its end first."""
    folder = RunFolder(path)
    record = read(folder)
    if record.final or supervised(folder, record):
        return record
    from filelock import FileLock

    with FileLock(path / "recovery.lock"):
        record = read(folder)
        return record if record.final or supervised(folder, record) else _recover(folder, record)


def wait(path: Path) -> Record:
    """The record of the run in the folder `path` once it has ended."""
    while not (record := show(path)).final:
        time.sleep(0.05)
    return record


def list_runs(beside: Path) -> list[Record]:
    """The project's runs, the newest first."""
    found = folders.runs(beside).glob("*/run.json")
    records = [show(file.parent) for file in found]
    return sorted(records, key=lambda record: record.created, reverse=True)


def _recover(folder: RunFolder, record: Record) -> Record:
    """End what is left of the run and close its books: by its exit code where the command had ended."""
    code = exit_code(folder)
    strays = _end_processes(folder)
    if code is None and not strays:  # an engine of containers may have known it
        code = exit_code(folder)
    if code is None and folder.cancel_request.exists():
        status, reason = CANCELED, "The run was canceled."
    elif code is None:
        status = FAILED
        reason = _loss(folder)
        if strays:
            reason += " The processes it left were ended."
    else:
        status = COMPLETED if code == 0 else FAILED
        reason = "The run's supervisor was killed; how the command ended was found in its folder."
    ended = dataclasses.replace(record, status=status, exit_code=code, reason=reason, ended=time.time())
    log = EventLog(folder.events)
    if record.tracking:
        from joblens.engine.tracking import recorder

        recorder.read(record.tracking).finish(status, folder, log.note)
    write(folder, ended)
    log.append(Event("status", reason, status, code, record.tracking_url))
    return ended


def _end_processes(folder: RunFolder) -> int:
    from joblens.engine import plan
    from joblens.engine.backends import choose

    try:
        backend = choose.backend_for(plan.read(folder.plan))
    except (OSError, ValueError, KeyError, TypeError):  # half a folder, or another version's
        return processes.end_run(folder.path)
    return backend.recover()


def _loss(folder: RunFolder) -> str:
    if folder.supervisor_log.exists() and folder.supervisor_log.stat().st_size:
        return f"The run was lost: its supervisor failed; {folder.supervisor_log} says how."
    return "The run was lost: its supervisor was killed before the command ended."


def exit_code(folder: RunFolder) -> int | None:
    """The exit code that the command's own shell left; of several a bad one, None while one is missing."""
    try:
        count = int(folder.process_count.read_text(encoding="utf-8"))
        codes = [int(folder.exit_code(rank).read_text(encoding="utf-8")) for rank in range(count)]
    except FileNotFoundError:
        return None
    return next((code for code in codes if code), 0)


def number(value: object) -> str:
    """A metric as it is told: four digits are enough to compare."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def pairs(values: Mapping[str, object]) -> str:
    """A trial's values as they are told: `learning_rate=0.1, max_depth=3`."""
    return ", ".join(f"{name}={value}" for name, value in values.items())


def best_trial(best: Mapping[str, object]) -> str:
    """A sweep's best trial as it is told."""
    values = best.get("parameters")
    given = f" ({pairs(values)})" if isinstance(values, Mapping) and values else ""
    return f"{best['name']} with {best['metric']} = {number(best['value'])}{given}"
