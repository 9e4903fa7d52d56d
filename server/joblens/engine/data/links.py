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
_ODD = re.compile(r"[^\w@%+=:,.-]")


def plain(path: str) -> bool:
    """Whether a shell takes the path as one word."""
    return _PLAIN.fullmatch(path) is not None


def plain_name(path: str) -> str:
    """The name of a file or folder, told so that a shell takes it as one word; its ending stays."""
    return _ODD.sub("_", Path(path).name)


def place(run: RunFolder, name: str, path: str) -> str:
    """The path itself, or that of a link, below a folder called `name`, which a shell takes as one word."""
    return path if plain(path) else str(folder(run) / name / plain_name(path))


def folder(run: RunFolder) -> Path:
    """Where the links of a run lie."""
    return Path(tempfile.gettempdir()) / f"joblens-{run.name}"


def make(plan: Plan) -> None:
    """Make the links that the plan's command names."""
    named = [(each.value, each.source) for each in plan.inputs if not each.literal]
    named += [(each.path, each.target) for each in plan.outputs]
    links = folder(plan.run_folder)
    for path, target in named:
        if links in Path(path).parents and not Path(path).is_symlink():
            links.mkdir(mode=0o700, exist_ok=True)
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).symlink_to(target, target_is_directory=Path(target).is_dir())


def remove(run: RunFolder) -> None:
    """Remove the links of a run that has ended."""
    shutil.rmtree(folder(run), ignore_errors=True)
