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
from joblens.job.launches import Launch
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
    for run in launch.reading.runs:
        file = launch.file(run)
        text = launch.disk.text(file) if file is not None else None
        yield from (name for name in (imported(text) if text else None) or () if name)


def _own(launch: Launch) -> frozenset[str]:
    """What the code itself brings: scripts find what lies beside them, and in the folder they run in."""
    folders = {launch.code.parent if launch.is_file else launch.code}
    folders |= {file.parent for run in launch.reading.runs if (file := launch.file(run)) is not None}
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
