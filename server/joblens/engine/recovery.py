"""A run whose supervisor is gone: whether that is so, what is left of it, and how its books are closed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from pathlib import Path

from joblens.engine import processes, records
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.processes import Identity
from joblens.engine.records import CANCELED, COMPLETED, FAILED, Record

LOST = "The run was lost"
"""How the reason of a run begins that went down with its supervisor."""
_STARTING = 10.0
"""Seconds a run may be without a supervisor: the time between its record and its process."""
_SILENCE = 60.0
"""Seconds after which a supervisor elsewhere, which gives a sign of life each second, may be gone."""
_HEARTBEATS = 3.0
"""Seconds in which one that lives gives a sign: clocks differ, and jump."""


def supervisor(folder: RunFolder) -> Identity | None:
    """The process that owns the run; None while there is none yet, or when it is not of this machine."""
    known = _known(folder)
    return Identity(known[0], known[1]) if known and known[2] == processes.place() else None


def supervised(folder: RunFolder, record: Record) -> bool:
    """Whether somebody looks after the run."""
    owner = supervisor(folder)
    if owner is not None:
        return processes.alive(owner)
    silent = silence(folder)
    if silent is not None:  # a container or a machine that shares the folder
        return silent < _SILENCE or _gives_signs(folder)
    return abs(time.time() - max(record.created, _written(folder))) < _STARTING


def _written(folder: RunFolder) -> float:
    """When the record was written, which may be long after the run was created: its code is copied first."""
    with contextlib.suppress(FileNotFoundError):
        return folder.state.stat().st_mtime
    return 0.0


def silence(folder: RunFolder) -> float | None:
    """Seconds since a supervisor that is out of reach gave a sign, as this clock has it; None without one."""
    try:
        return abs(time.time() - folder.supervisor.stat().st_mtime)
    except FileNotFoundError:
        return None


def _gives_signs(folder: RunFolder) -> bool:
    """Whether one that seems silent gives a sign while we watch: then it is a clock that is wrong."""
    before = folder.supervisor.stat().st_mtime_ns
    end = time.monotonic() + _HEARTBEATS
    while time.monotonic() < end:
        time.sleep(0.1)
        if folder.supervisor.stat().st_mtime_ns != before:
            return True
    return False


def _known(folder: RunFolder) -> tuple[int, float, str] | None:
    try:
        known = json.loads(folder.supervisor.read_text(encoding="utf-8"))
        return known["pid"], known["started"], known["place"]
    except (
        FileNotFoundError,
        ValueError,
        KeyError,
        TypeError,
    ):  # none yet, or half written when power failed
        return None


def recover(folder: RunFolder, record: Record) -> Record:
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
        if record.type == "sweep":
            reason += f" 'joblens job resume {record.name}' runs what is missing."
    else:
        status = COMPLETED if code == 0 else FAILED
        reason = "The run's supervisor was killed; how the command ended was found in its folder."
    ended = dataclasses.replace(record, status=status, exit_code=code, reason=reason, ended=time.time())
    folder.reserve.unlink(missing_ok=True)
    log = EventLog(folder.events)
    whole = True
    if record.tracking:
        from joblens.engine.tracking import owed, recorder

        whole = recorder.read(record.tracking).finish(status, folder, log.note)
    records.write(folder, ended, for_good=True)
    log.append(Event("status", reason, status, code, record.tracking_url))
    if not whole:
        owed.owe(folder)
    return ended


def lost(record: Record) -> bool:
    """Whether the run went down with its supervisor, so that its status says nothing of its command."""
    return record.status == FAILED and record.exit_code is None and record.reason.startswith(LOST)


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
        return f"{LOST}: its supervisor failed; {folder.supervisor_log} says how."
    known = _known(folder)
    if known is None:
        return f"{LOST} before it began: the machine stopped, or its supervisor could not start."
    if known[2].split()[0] != processes.place().split()[0]:
        return f"{LOST}: its machine stopped or was restarted before the command ended."
    return f"{LOST}: its supervisor was killed before the command ended."


def exit_code(folder: RunFolder) -> int | None:
    """The exit code that the command's own shell left; of several a bad one, None while one is missing."""
    try:
        count = int(folder.process_count.read_text(encoding="utf-8"))
        codes = [_code(folder.exit_code(rank)) for rank in range(count)]
    except (FileNotFoundError, ValueError):  # none yet, or half written when power failed
        return None
    return next((code for code in codes if code), 0)


def _code(file: Path) -> int:
    return int(file.read_text(encoding="utf-8"))
