"""Records that MLflow could not be given in full: remembered, and given to it once it answers again."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
from pathlib import Path

from joblens.engine import folders, plan, records
from joblens.engine.events import EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.engine.tracking import beginning, recorder, server
from joblens.errors import UserError

_PATIENCE = 15.0
"""Seconds to wait for another run that is at it: what it met may be over by now."""
_AT_ONCE = 20
"""Records that one run makes up for when it has ended."""


def owe(folder: RunFolder) -> None:
    """Remember a run that has ended and whose record is missing, or not whole."""
    if not beginning.wanted() or (not _server() and not server.installed()):
        return
    import hashlib

    file = _folder() / f"{hashlib.sha256(str(folder.path).encode()).hexdigest()[:20]}.json"
    with contextlib.suppress(OSError):  # said already: this is where the record itself could not be written
        file.parent.mkdir(parents=True, exist_ok=True)
        records.write_whole(file, json.dumps({"folder": str(folder.path), "server": _server()}))


def settle() -> int:
    """Give MLflow what is owed, while it takes it; answer how many records that were."""
    owed = list(itertools.islice(_folder().glob("*.json"), _AT_ONCE))
    if not owed:
        return 0
    from filelock import FileLock, Timeout

    try:
        with FileLock(_folder() / "owed.lock", timeout=_PATIENCE):
            return _settle(owed)
    except Timeout:  # another run is at it, and will see what this one owes
        return 0


def _settle(owed: list[Path]) -> int:
    settled = 0
    for file in owed:
        try:
            debt = json.loads(file.read_text(encoding="utf-8"))
            owner, folder = debt["server"], RunFolder(Path(debt["folder"]))
        except (ValueError, KeyError, TypeError):  # damaged: it must not keep the others from being given
            file.unlink()
            continue
        if owner != _server():
            continue
        if not _given(folder):
            break
        file.unlink()
        settled += 1
    return settled


def _given(folder: RunFolder) -> bool:
    """Whether the run is on record now; one whose folder is gone or damaged has nothing to be recorded."""
    if not folder.state.exists():
        return True
    said: list[str] = []
    try:
        record = _begun(folder, records.read(folder), said)
    except UserError:  # nobody knows any more what was run
        return True
    if not record.tracking:
        return False
    whole = recorder.read(record.tracking).finish(
        record.status, folder, said.append, recorder.last_tags(record.best), ended=record.ended
    )
    if whole:
        EventLog(folder.events).note("The record in MLflow is complete now.")
    return whole


def _begun(folder: RunFolder, record: Record, said: list[str]) -> Record:
    if record.tracking and recorder.read(record.tracking).there():
        return record
    planned = plan.kept(folder)
    begun = beginning.begin(
        planned, record.snapshot, record.parent_run_id, said.append, started=record.started
    )
    if begun is None:
        return dataclasses.replace(record, tracking={})
    record = dataclasses.replace(record, tracking=begun.data())
    records.write(folder, record)
    return record


def _server() -> str:
    """The server that is recorded to: ours has no name."""
    return os.environ.get("MLFLOW_TRACKING_URI", "")


def _folder() -> Path:
    return folders.home() / "tracking" / "owed"
