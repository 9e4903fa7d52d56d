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

_LOOKED_INTO = 20
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
    meant = _elsewhere(launch, run, missing) or _alike(launch, run, missing)
    certain = run.made is Made.NOTHING and launch.scope.dialect is Dialect.TODAY and _is_whole(launch)
    if meant is None and not certain:
        return None
    span = launch.span(run.script)
    folder = launch.code.parent if launch.is_file else launch.code / run.folder
    noun = "module " if run.language is Language.MODULE else ""
    where = shortened(_shown(launch, folder), 25)
    said = f"There is no {noun}'{shortened(run.script.text, 30)}' in '{where}'."
    if meant is not None:
        severity = Severity.ERROR if certain else Severity.WARNING
        fix = replacement(meant, span) if launch.is_as_written(run.script) else None
        return Problem(CODE, did_you_mean(said, meant), span, severity, fix)
    # A shell looks for a script among the programs of the machine, too.
    is_named = run.language is Language.OTHER and "/" not in run.script.text
    names = _names_beside(launch, missing)
    message = one_of(f"{said} It has:", names, 40) if names else f"{said} Check the name."
    return Problem(CODE, message, span, Severity.WARNING if is_named else Severity.ERROR)


def _elsewhere(launch: Launch, run: Run, missing: Path) -> str | None:
    """The way to a script of the very name in the code folder, or one folder deeper."""
    if run.folder or launch.is_file or run.language is Language.MODULE:
        return None
    folders = [one for one in launch.disk.names(launch.code) if one.endswith("/") and one[0] != "."]
    for folder in ("", *folders[:_LOOKED_INTO]):
        if launch.disk.entry(launch.code / folder / missing.name) is Entry.FILE:
            return "./" * run.script.text.startswith("./") + folder + missing.name
    return None


def _alike(launch: Launch, run: Run, missing: Path) -> str | None:
    """The script's name as written, with its last part changed to one beside that is much like it."""
    meant = nearest(missing.name, _names_beside(launch, missing))
    if meant is None:
        return None
    if run.language is Language.MODULE:
        return run.script.text.removesuffix(missing.stem) + PurePosixPath(meant).stem
    return run.script.text.removesuffix(missing.name) + meant


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
