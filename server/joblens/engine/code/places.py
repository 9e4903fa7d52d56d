"""Folders inside the code that are the run's own: what a command writes there is kept and recorded."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from joblens.engine.folders import RunFolder

OWN = ("outputs", "logs")


def link(code: Path, run: RunFolder) -> None:
    """What the command writes to `./outputs` and `./logs` is the run's; the code's own files are there."""
    for place in (run.outputs, run.logs):
        inside = code / place.name
        if inside.is_dir() and not inside.is_symlink():
            place.rmdir()
            inside.rename(place)
        if not os.path.lexists(inside):
            _link(inside, place)


def _link(link: Path, target: Path) -> None:
    if sys.platform == "win32":  # a link needs rights there that a junction does not
        import _winapi

        _winapi.CreateJunction(str(target), str(link))
    else:
        link.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
