"""What a sweep has come to so far, read from its trials' folders: they alone tell, after any death."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from joblens.engine import cancellation, past, records, recovery
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.engine.sweep import trial
from joblens.errors import RunNotFoundError


def trials(sweep: RunFolder) -> dict[int, Record]:
    """The trials that have a record, by their numbers; what nobody looks after is brought to its end."""
    found: dict[int, Record] = {}
    for number, folder in _folders(sweep):
        with contextlib.suppress(RunNotFoundError):
            record = records.show(folder)
            if record.parent == sweep.name:
                found[number] = record
    return dict(sorted(found.items()))


def results(sweep: RunFolder) -> dict[int, Record]:
    """The trials whose results count: not those that went down with what ran them."""
    return {number: record for number, record in trials(sweep).items() if not unfinished(record)}


def unfinished(record: Record) -> bool:
    """Whether the trial ended for a reason that is not its own, so that it says nothing of its values."""
    canceled = record.status == records.CANCELED and record.reason == cancellation.SWEEP_ENDED
    return canceled or recovery.lost(record)


def clear(sweep: RunFolder) -> dict[int, Record]:
    """Throw away trials that came to nothing; answer those that count, or still run."""
    kept: dict[int, Record] = {}
    known = trials(sweep)
    for number, _ in list(_folders(sweep)):
        record = known.get(number)
        if record is None or (record.final and unfinished(record)):
            forget(sweep, number)
        else:
            kept[number] = record
    return kept


def forget(sweep: RunFolder, number: int) -> None:
    """Remove what is left of a trial that starts again, its record in MLflow too."""
    folder = trial.folder(sweep, number)
    try:
        record = records.read(folder)
    except RunNotFoundError:  # whoever made it died before it was whole
        shutil.rmtree(folder.path, ignore_errors=True)
        return
    if record.parent != sweep.name:  # a run of the user's that is called so
        return
    if record.tracking:
        from joblens.engine.tracking import recorder

        recorder.read(record.tracking).forget()
    past.delete(folder.path)


def _folders(sweep: RunFolder) -> Iterator[tuple[int, Path]]:
    for folder in sweep.path.parent.glob(f"{sweep.name}_*"):
        number = folder.name.removeprefix(f"{sweep.name}_")
        if number.isdecimal():
            yield int(number), folder
