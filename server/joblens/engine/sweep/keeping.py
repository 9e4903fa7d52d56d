"""What the best trial wrote, under its sweep's own outputs and logs as Azure ML has it."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from joblens.engine.folders import RunFolder


def keep(sweep: RunFolder, best: str) -> list[str]:
    """Put what the trial `best` wrote under the sweep's own; answer what could not be kept, a line each.

    A sweep whose trials have all ended well is not lost for a full disk: nothing is raised for it.
    """
    found = RunFolder(sweep.path.with_name(best))
    return [
        *_said(found.outputs, _replace(found.outputs, sweep.outputs)),
        *_said(found.logs, _fill(found.logs, sweep.logs)),
    ]


def _replace(place: Path, target: Path) -> list[str]:
    """Put `place` where an earlier best trial's files may lie, of which none is to stay."""
    beside = target.with_name(f"{target.name}.new")
    try:
        if beside.exists():  # of a supervisor that died here
            shutil.rmtree(beside)
        beside.mkdir()
        refused = _fill(place, beside)
        if target.exists():
            shutil.rmtree(target)
        beside.rename(target)
    except OSError as error:
        return [str(error)]
    return refused


def _fill(place: Path, target: Path) -> list[str]:
    """Put the files of `place` in `target`, all that go; answer why others do not."""
    if not place.exists():
        return []
    try:
        shutil.copytree(place, target, symlinks=True, dirs_exist_ok=True, copy_function=_link)
    except shutil.Error as error:
        return [f"{Path(each[0]).name}: {each[2]}" for each in error.args[0]]
    except OSError as error:
        return [str(error)]
    return []


def _link(source: str, target: str) -> None:
    """A second name for a file, which costs nothing however large it is; a copy where there can be none."""
    with contextlib.suppress(FileNotFoundError):
        Path(target).unlink()  # a name that is taken cannot be linked, and may share its file with a trial
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without links
        shutil.copy2(source, target)


def _said(place: Path, refused: list[str]) -> list[str]:
    if not refused:
        return []
    more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
    return [f"Not all that the best trial wrote is kept here: {refused[0]}{more}. It is in {place}."]
