"""A wish to end a run: a file in its folder, which says why, and how patiently."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import processes, records, recovery
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record

CANCELED = "The run was canceled."
SWEEP_ENDED = "The sweep was ended before."
"""Why a trial was canceled that nobody wanted to end by itself: a sweep that goes on repeats it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Why a run is to end."""

    reason: str = CANCELED
    grace: float | None = None
    """Seconds between the polite signal and the one that cannot be refused; None is what the settings say."""


def cancel(path: Path, wish: Wish | None = None) -> Record:
    """Ask for the end of the run in the folder `path`; its supervisor ends the processes and the record."""
    folder = RunFolder(path)
    record = records.show(path)
    if record.final:
        return record
    ask(folder, wish)
    owner = recovery.supervisor(folder)
    if owner is not None and processes.alive(owner):
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(owner.pid, signal.SIGTERM)
    return record


def ask(folder: RunFolder, wish: Wish | None = None) -> None:
    """Ask for the end of the run; its supervisor looks for the file, also where no signal reaches it."""
    if wish is None:
        folder.cancel_request.touch()
        return
    unfinished = folder.cancel_request.with_name(".cancel.tmp")
    unfinished.write_text(json.dumps([wish.reason, wish.grace]), encoding="utf-8")
    unfinished.replace(folder.cancel_request)


def asked(folder: RunFolder) -> Wish | None:
    """What was asked; None where nobody wants the end of the run."""
    try:
        text = folder.cancel_request.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        reason, grace = json.loads(text)
        return Wish(str(reason), None if grace is None else float(grace))
    except (ValueError, TypeError):  # an empty one, or half of one that a power cut left
        return Wish()
