"""JL803: a script that the command runs is not in the code folder.

Found only once the cluster has started, the image is built and the code is uploaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from joblens.checks.problem import Problem, Severity, did_you_mean, one_of, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.command.action import Language, Made
from joblens.job.command.read import Run
from joblens.job.disk import Disk, Entry
from joblens.job.launches import Launch
from joblens.job.model import Dialect
from joblens.schema.near import nearest

CODE = "JL803"

_IGNORE_FILES = (".gitignore", ".amlignore")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every script that is run, and that is not there."""
    found = (_problem(launch, run) for launch in subject.launches for run in launch.reading.runs)
    # Steps may share a command through an anchor.
    yield from dict.fromkeys(problem for problem in found if problem is not None)


def _problem(launch: Launch, run: Run) -> Problem | None:
    missing = _missing_module(launch, run) if run.language is Language.MODULE else _missing_file(launch, run)
    if missing is None or run.made is Made.ANYTHING or _is_generated(launch, missing):
        return None
    place, names = missing.parent, _names_beside(launch, missing)
    meant = nearest(missing.name, names)
    certain = run.made is Made.NOTHING and launch.scope.dialect is Dialect.TODAY and _is_whole(launch)
    if meant is None and not certain:
        return None
    span = launch.span(run.script)
    where = f"in '{shortened(_shown(launch, place), 30)}'"
    message = f"There is no '{shortened(missing.name, 30)}' {where}."
    severity = Severity.ERROR if certain else Severity.WARNING
    if meant is None:
        check = f"{message} Check its name and the folder 'code'."
        message = one_of(f"{message} It has:", names, 40) if names else check
        return Problem(CODE, message, span, severity)
    written = run.script.text.removesuffix(_named(run, missing)) + _named(run, missing.with_name(meant))
    fix = replacement(written, span) if launch.is_as_written(run.script) else None
    return Problem(CODE, did_you_mean(message, meant), span, severity, fix)


def _named(run: Run, path: Path) -> str:
    return path.stem if run.language is Language.MODULE else path.name


def _missing_file(launch: Launch, run: Run) -> Path | None:
    """Where the script should lie, if nothing lies there."""
    place = launch.place(run)
    if place is None:
        return None
    if launch.is_file:
        return place if place != launch.code and not run.folder else None
    folder_is_there = launch.disk.entry(launch.code / run.folder) is Entry.FOLDER
    return place if folder_is_there and launch.disk.entry(place) is Entry.MISSING else None


def _missing_module(launch: Launch, run: Run) -> Path | None:
    """The file of the module, if it is missing from a package that the code has for certain."""
    *packages, name = run.script.text.split(".")
    if not packages or run.paths or launch.is_file:
        return None
    folder = launch.code / run.folder
    for package in packages:
        folder = folder / package
        if launch.disk.entry(folder / "__init__.py") is not Entry.FILE:
            return None
    # It may also be a package, or compiled.
    if any(one.partition(".")[0].rstrip("/") == name for one in launch.disk.names(folder)):
        return None
    return folder / f"{name}.py"


def _names_beside(launch: Launch, missing: Path) -> list[str]:
    """The files with the same ending where the missing one should be."""
    if launch.is_file:
        return [launch.code.name]
    names = launch.disk.names(missing.parent)
    return [one for one in names if PurePosixPath(one).suffix == missing.suffix and not one.endswith("/")]


def _is_whole(launch: Launch) -> bool:
    """Whether the code is at hand, and not just a file of it, looked at alone, or an empty submodule."""
    disk, code = launch.disk, launch.code
    if launch.is_file:
        return True
    if disk.folder.is_relative_to(code):
        return any(one.endswith((".py", ".sh", ".R", ".r")) for one in disk.names(code))
    return bool(disk.names(code))


def _is_generated(launch: Launch, missing: Path) -> bool:
    """Whether git is told to leave the file out: then something makes it before the job is submitted."""
    return any(
        fnmatch(part, line.strip().strip("/"))
        for folder in {launch.code, launch.disk.folder}
        for line in _ignored_in(launch.disk, folder)
        for part in (missing.name, missing.parent.name, _shown(launch, missing))
    )


def _ignored_in(disk: Disk, folder: Path) -> Iterator[str]:
    for name in _IGNORE_FILES:
        lines = (disk.text(folder / name) or "").splitlines()
        yield from (line for line in lines if line.strip() and not line.startswith("#"))


def _shown(launch: Launch, path: Path) -> str:
    """A path as seen from the job's folder, or from the code's where that lies elsewhere."""
    for folder in (launch.disk.folder, launch.code.parent):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
