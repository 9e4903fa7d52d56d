"""The runs of a project, and one of them by its name; reads no more of them than are asked for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from joblens.engine import folders, records
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.errors import RunNotFoundError


def list_runs(
    beside: Path, most: int | None = None, wanted: Callable[[Record], bool] = lambda _: True
) -> list[Record]:
    """The project's runs, the newest first, at most `most` of those that are `wanted`."""
    found: list[Record] = []
    for folder in _newest(folders.runs(beside)):
        if most is not None and len(found) >= most:
            break
        record = records.show(folder)
        if wanted(record):
            found.append(record)
    return sorted(found, key=lambda record: record.created, reverse=True)


def glance(beside: Path, most: int) -> list[tuple[Path, Record]]:
    """The project's newest runs as they were last written, without trials; nobody's end is noticed here."""
    found: list[tuple[Path, Record]] = []
    for folder in _newest(folders.runs(beside)):
        if len(found) >= most:
            break
        with contextlib.suppress(RunNotFoundError, OSError):
            record = records.read(RunFolder(folder))
            if record.parent is None:
                found.append((folder, record))
    return found


def _newest(runs: Path) -> Iterator[Path]:
    """Folders of runs by when their job was written there, which happens once."""
    times = [(_written(place), place) for place in _folders(runs)]
    yield from (Path(place) for written, place in sorted(times, reverse=True) if written is not None)


def _folders(runs: Path) -> list[str]:
    try:
        with os.scandir(runs) as entries:
            return [entry.path for entry in entries]
    except FileNotFoundError:
        return []


def _written(folder: str) -> float | None:
    try:
        return os.stat(f"{folder}/job.yml").st_mtime  # noqa: PTH116 - called for each of many thousands
    except OSError:
        state = Path(folder, "run.json")
        return state.stat().st_mtime if state.exists() else None


def folder_of(name: str, beside: Path, *, whole: bool = False) -> Path:
    """The folder of the run called `name`, or so beginning and no other; `whole`: called precisely so."""
    runs = folders.runs(beside)
    if name and RunFolder(runs / name).state.exists():
        return runs / name
    hint = "'joblens job list' shows the runs of this project."
    fitting = [] if whole or not name else sorted(_beginning(runs, name))
    if all(records.read(RunFolder(runs / each)).parent == fitting[0] for each in fitting[1:]):
        fitting = fitting[:1]  # a sweep, whose trials begin as it does
    if len(fitting) == 1:
        return runs / fitting[0]
    if fitting:
        listed = ", ".join(fitting[:5]) + (" ..." if len(fitting) > 5 else "")
        raise RunNotFoundError(
            f"{len(fitting)} runs begin with '{name}': {listed}.", hint="Say more of the name."
        )
    raise RunNotFoundError(f"There is no run '{name}' in {runs}.", hint=hint)


def _beginning(runs: Path, name: str) -> Iterator[str]:
    for place in map(Path, _folders(runs)):
        if place.name.startswith(name) and RunFolder(place).state.exists():
            yield place.name
