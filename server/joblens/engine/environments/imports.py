"""Which packages the scripts of a job import that the Python running Joblens does not have.

Silent about a command that installs something first: what that brings is not known before.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from joblens.checks.subject import Subject
from joblens.job.command.action import Language
from joblens.job.command.read import Run, read
from joblens.job.disk import Entry
from joblens.job.launches import Launch
from joblens.job.model import Dialect
from joblens.script.imports import imported
from joblens.text.document import Document

_INSTALLS = re.compile(r"\b(?:pip3?|conda|mamba|uv|poetry)\b")


def missing(document: Document) -> list[str]:
    """The packages by name, sorted; without those that lie beside the scripts."""
    found: set[str] = set()
    for launch in Subject(document).launches:
        if _INSTALLS.search(launch.scope.command.value):
            continue
        own = _own(launch)
        found.update(name for name in _imported(launch) if name not in own and not _here(name))
    return sorted(found)


def _imported(launch: Launch) -> Iterator[str]:
    """The packages, also those of modules that lie beside the scripts."""
    waiting = _scripts(launch)
    seen = set(waiting)
    for file in waiting:
        text = launch.disk.text(file)
        names = sorted(name for name in (imported(text) if text else None) or () if name)
        yield from names
        beside = [file.with_name(f"{name}.py") for name in names]
        found = [one for one in beside if one not in seen and launch.disk.entry(one) is Entry.FILE]
        seen.update(found)
        waiting += found


def _scripts(launch: Launch) -> list[Path]:
    """The Python files that the command runs, itself or by scripts of a shell."""
    return [file for run in _runs(launch) if (file := launch.file(run)) is not None]


def _runs(launch: Launch) -> Iterator[Run]:
    for run in launch.reading.runs:
        yield run
        place = launch.place(run) if run.language is Language.OTHER else None
        text = launch.disk.text(place) if place is not None and place.suffix == ".sh" else None
        if text and not _INSTALLS.search(text):
            yield from read(text, Dialect.TODAY).runs


def _own(launch: Launch) -> frozenset[str]:
    """What the code itself brings: scripts find what lies beside them, and in the folder they run in."""
    folders = {launch.code.parent if launch.is_file else launch.code}
    folders |= {file.parent for file in _scripts(launch)}
    return frozenset(name.partition(".")[0] for folder in folders for name in _names(folder))


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []


def _here(name: str) -> bool:
    if name in sys.stdlib_module_names:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # a module that spoils its own search
        return name in sys.modules
