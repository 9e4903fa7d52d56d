"""Read-only inputs for a process: its own view of the file system, in which nobody can write to them.

Linux alone has such views (mount namespaces); a view costs the start of a command some milliseconds, so only
a command with data to protect gets one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.engine.plan import Plan

# What may be written inside of what is read-only is bound first, and stays as it is then; the command's
# folder may be such a place, so it is entered anew.
_VIEW = """\
while [ "$1" != -- ]; do mount --bind "$1" "$1" || exit 125; shift; done; shift
while [ "$1" != -- ]; do
  mount --rbind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 125; shift
done; shift
cd "$PWD" && exec "$@"
"""
_PROBE_TIMEOUT = 60
NOT_HERE = (
    "Inputs are not write-protected here, as they are on the cluster: the command must not write to them."
)
"""What to say where a process can have no view of its own."""


def protected(plan: Plan) -> list[str]:
    """The places that the command may read and not write."""
    found = {os.path.realpath(each.source) for each in plan.inputs if each.source}
    return sorted(found - {os.sep})


def possible(plan: Plan) -> bool:
    """Whether this machine lets us give a command a view of its own; costs a process."""
    if sys.platform != "linux" or not all(map(shutil.which, ("unshare", "mount"))):
        return False
    folder = os.path.realpath(plan.folder if Path(plan.folder).is_dir() else Path(plan.job_file).parent)
    probe = _view([], [folder], ["true"])
    try:
        return subprocess.run(probe, capture_output=True, timeout=_PROBE_TIMEOUT, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def view(plan: Plan, command: Sequence[str]) -> list[str]:
    """The command, started where its inputs are read-only."""
    read_only = [each for each in protected(plan) if Path(each).exists()]
    writable = [plan.folder, *(_folder(each.target) for each in plan.outputs)]
    real = dict.fromkeys(os.path.realpath(each) for each in writable if Path(each).exists())
    inside = [each for each in real if any(Path(each).is_relative_to(one) for one in read_only)]
    return _view(inside, read_only, command)


def _folder(target: str) -> str:
    return target if Path(target).is_dir() else str(Path(target).parent)


def _view(writable: Sequence[str], read_only: Sequence[str], command: Sequence[str]) -> list[str]:
    inner = ["/bin/sh", "-c", _VIEW, "joblens", *writable, "--", *read_only, "--"]
    if os.geteuid() == 0:
        return ["unshare", "--mount", "--", *inner, *command]
    # Who may not mount may as root of a user namespace; the command itself is its own user again.
    own = ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}", "--"]
    return ["unshare", "--user", "--map-root-user", "--mount", "--", *inner, *own, *command]
