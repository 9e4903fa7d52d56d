"""Where runs stand: each run's own account of itself, as its supervisor wrote it last."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joblens.engine import disk, processes
from joblens.engine.folders import RunFolder
from joblens.errors import RunNotFoundError

NOT_STARTED, QUEUED, PREPARING, RUNNING = "NotStarted", "Queued", "Preparing", "Running"
FINALIZING, CANCEL_REQUESTED, NOT_RESPONDING = "Finalizing", "CancelRequested", "NotResponding"
COMPLETED, FAILED, CANCELED = "Completed", "Failed", "Canceled"
FINAL = frozenset({COMPLETED, FAILED, CANCELED})

_SILENT = 10.0
"""Seconds without a sign of life after which a supervisor elsewhere is said not to respond."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run as it stands."""

    name: str
    status: str = NOT_STARTED
    created: float = 0.0
    """Seconds since 1970, as the other times."""
    started: float | None = None
    ended: float | None = None
    duration: float | None = None
    """Seconds that the command ran, whatever clocks did meanwhile."""
    attempts: int = 1
    """How often the command was started."""
    rerun_of: str | None = None
    """The run that this one repeats."""
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
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS = tuple(field.name for field in dataclasses.fields(Record))


def read(folder: RunFolder) -> Record:
    """The record as it was last written; one that a power cut made unreadable is as good as never started."""
    try:
        text = folder.state.read_bytes()
    except FileNotFoundError as error:
        raise RunNotFoundError(
            f"There is no run '{folder.name}' here.",
            hint="'joblens job list' shows the runs of this project.",
        ) from error
    try:
        found = json.loads(text)
        return Record(**{key: value for key, value in found.items() if key in _FIELDS})
    except (ValueError, TypeError, AttributeError):
        return Record(folder.name, created=folder.state.stat().st_mtime)


def write(folder: RunFolder, record: Record, *, for_good: bool = False) -> None:
    """Put the record in place of the last one; no reader ever sees half of it, nor a power cut `for_good`."""
    text = json.dumps(record.data(), ensure_ascii=False) + "\n"  # an indented one takes ten times as long
    write_whole(folder.state, text, for_good=for_good)


def write_whole(file: Path, text: str, *, for_good: bool = False) -> None:
    """Write a file that is seen either whole or not at all."""
    unfinished = file.with_name(f".{file.name}.tmp")
    unfinished.write_text(text, encoding="utf-8")
    if for_good:
        disk.sync_file(unfinished)
    unfinished.replace(file)
    if for_good:
        disk.sync_file(file.parent)


def write_supervisor(folder: RunFolder, pid: int) -> None:
    """Remember the process that owns the run."""
    found = processes.identity(pid)
    if found is not None:
        write_whole(folder.supervisor, json.dumps({**found._asdict(), "place": processes.place()}))


def show(path: Path) -> Record:
    """How the run in the folder `path` stands; one whose supervisor is gone is brought to its end first."""
    folder = RunFolder(path)
    record = read(folder)
    if record.final:
        return record
    from joblens.engine import recovery

    if recovery.supervised(folder, record):
        return _at_this_moment(folder, record)
    from filelock import FileLock

    with FileLock(path / "recovery.lock"):
        record = read(folder)
        if record.final or recovery.supervised(folder, record):  # another reader was quicker, or it goes on
            return record
        return recovery.recover(folder, record)


def _at_this_moment(folder: RunFolder, record: Record) -> Record:
    """What its supervisor has not written: a wish that it has not seen yet, or its own silence."""
    from joblens.engine import recovery

    if folder.cancel_request.exists():
        return dataclasses.replace(record, status=CANCEL_REQUESTED)
    if recovery.supervisor(folder) is None and (recovery.silence(folder) or 0) > _SILENT:
        return dataclasses.replace(record, status=NOT_RESPONDING)
    return record


def wait(path: Path) -> Record:
    """The record of the run in the folder `path` once it has ended."""
    while not (record := show(path)).final:
        time.sleep(0.05)
    return record


def number(value: object) -> str:
    """A metric as it is told: four digits are enough to compare."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def pairs(values: Mapping[str, object]) -> str:
    """A trial's values as they are told: `learning_rate=0.1, max_depth=3`."""
    from joblens.engine.sweep.space import text  # what no plain run needs

    return ", ".join(f"{name}={text(value)}" for name, value in values.items())


def best_trial(best: Mapping[str, object]) -> str:
    """A sweep's best trial as it is told."""
    values = best.get("parameters")
    given = f" ({pairs(values)})" if isinstance(values, Mapping) and values else ""
    return f"{best['name']} with {best['metric']} = {number(best['value'])}{given}"
