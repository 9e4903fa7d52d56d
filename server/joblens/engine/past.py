"""What can be done with a run that has ended: its files copied out, itself deleted."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from joblens.engine import files, plan, records
from joblens.engine.folders import RunFolder
from joblens.engine.tracking import artifacts
from joblens.errors import UserError

_LOGS = ("user_logs", "system_logs", "logs")


def download(run: Path, to: Path, *, output: str | None = None, everything: bool = False) -> list[Path]:
    """Copy a run's files as `az ml job download` lays them out; answers the folders that were written.

    `artifacts` has outputs, logs and what scripts logged to MLflow, `named-outputs` the job's own outputs:
    one, or with `everything` all.
    """
    try:
        named = _named_outputs(run)
    except UserError:  # what was printed and written is there all the same
        if output is not None:
            raise
        named = {}
    if output is not None and output not in named:
        listed = ", ".join(named) or "none"
        raise UserError(f"The run {run.name} has no output '{output}'.", hint=f"Its outputs: {listed}.")
    wanted = {
        to / "named-outputs" / name: place for name, place in named.items() if name == output or everything
    }
    if output is None:
        inside = set(named.values())
        wanted |= {to / "artifacts" / part: run / part for part in ("outputs", *_LOGS)}
    else:
        inside = set()
    try:
        written = [target for target, source in wanted.items() if _copied(source, target, inside)]
        if output is None and _logged_copied(run, to / "artifacts"):
            written.append(to / "artifacts")
        return written
    except OSError as error:
        raise files.refused(
            "The run's files cannot be copied", error, hint="Give another --download-path."
        ) from error


def _named_outputs(run: Path) -> dict[str, Path]:
    return {each.name: Path(each.target or each.path) for each in plan.kept(RunFolder(run)).outputs}


def _copied(source: Path, target: Path, apart: set[Path]) -> bool:
    """Whether there was something to copy; places that are copied `apart` are left out."""
    if source.is_file():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        return True
    if not source.is_dir() or not any(source.iterdir()):
        return False

    def left_out(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(folder, name) in apart - {source}}

    shutil.copytree(source, target, dirs_exist_ok=True, ignore=left_out)
    return True


def _logged_copied(run: Path, to: Path) -> bool:
    """Whether scripts had logged files, a sweep's best trial too, that are not in the run's folder anyway."""
    record = records.read(RunFolder(run))
    found = artifacts.logged(record.tracking)
    if record.best and (best := RunFolder(run.with_name(str(record.best["name"])))).state.exists():
        found += artifacts.logged(records.read(best).tracking)
    copied = False
    for folder, below in found:
        for file in folder.rglob("*"):
            path = PurePosixPath(below, file.relative_to(folder).as_posix())
            # Of the run's own files only its outputs and logs are copied: a logged `job.yml` is another one.
            copied_anyway = path.parts[0] in _LOGS or (path.parts[0] == "outputs" and (run / path).exists())
            if file.is_file() and not copied_anyway:
                (to / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, to / path)
                copied = True
    return copied


def trials_of(run: Path) -> list[Path]:
    """The trials of a sweep that are still there."""
    found = sorted(run.parent.glob(f"{run.name}_*/run.json"))
    return [file.parent for file in found if records.read(RunFolder(file.parent)).parent == run.name]


def delete(run: Path) -> list[str]:
    """Delete a run that has ended, and a sweep's trials; answers their names. MLflow keeps its record."""
    going = [each for each in (*trials_of(run), run) if not records.show(each).final]
    if going:
        raise UserError(
            f"The run {going[0].name} has not ended.", hint=f"'joblens job cancel {going[0].name}' ends it."
        )
    names = []
    for each in (*trials_of(run), run):
        # Away at once: what is half deleted is no run any more.
        gone = each.rename(each.with_name(f".deleted-{each.name}-{os.getpid()}"))
        _remove(gone)
        names.append(each.name)
    return names


def _remove(folder: Path) -> None:
    """Delete a folder, read-only parts too, which copies of inputs are."""

    def make_writable(function: Any, path: str, _: object) -> None:
        for place in (Path(path).parent, Path(path)):
            place.chmod(place.stat().st_mode | stat.S_IRWXU)
        function(path)

    for parent in _folders(folder):
        if not os.access(parent, os.W_OK):
            parent.chmod(parent.stat().st_mode | stat.S_IRWXU)
    shutil.rmtree(folder, onerror=make_writable)


def _folders(folder: Path) -> Iterator[Path]:
    for place, _, _ in os.walk(folder):
        yield Path(place)
