"""Links that stand for places whose paths a shell would take apart: values go into a command unquoted."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.folders import RunFolder

if TYPE_CHECKING:
    from joblens.engine.plan import Plan

_PLAIN = re.compile(r"[\w@%+=:,./\\~-]+")


def plain(path: str) -> bool:
    """Whether a shell takes the path as one word."""
    return _PLAIN.fullmatch(path) is not None


def folder(run: RunFolder) -> Path:
    """Where the links of a run lie."""
    return Path(tempfile.gettempdir()) / f"joblens-{run.name}"


def make(plan: Plan) -> None:
    """Make the links that the plan's command names."""
    named = [(each.value, each.source) for each in plan.inputs if not each.literal]
    named += [(each.path, each.target) for each in plan.outputs]
    place = folder(plan.run_folder)
    for path, target in named:
        if Path(path).parent == place and not Path(path).is_symlink():
            place.mkdir(mode=0o700, exist_ok=True)
            Path(path).symlink_to(target, target_is_directory=Path(target).is_dir())


def remove(run: RunFolder) -> None:
    """Remove the links of a run that has ended."""
    shutil.rmtree(folder(run), ignore_errors=True)
