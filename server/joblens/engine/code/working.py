"""Where a command works: a folder that it may write to as it likes, with no other run or folder noticing.

A small code folder was copied for the run. Of a large one, kept once for all runs, the command gets a view in
which what it writes lands beside the code (Linux's overlay, seen by this run's processes alone), else a copy.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from joblens.engine.code import large, places
from joblens.engine.folders import RunFolder
from joblens.errors import UserError

_NEW_MOUNTS, _NEW_USERS = 0x20000, 0x10000000
_PRIVATE_BELOW = 0x40000 | 0x4000
_CLONE = 0x40049409  # FICLONE: two files share their blocks until one is written to


def make(run: RunFolder, *, view: bool) -> None:
    """See to it that the run's `code` may be written to; a process calls it before it has threads.

    With `view`, it and all that it starts may see the code through an overlay; others see what was kept.
    """
    if not run.code.is_symlink():
        return
    tree = run.code.resolve()
    if not large.whole(tree):
        shutil.rmtree(tree, ignore_errors=True)
        raise UserError(
            f"Somebody has written into the code that runs share ({tree}).",
            hint="It is removed now: start the run again, and change code in its own folder.",
        )
    if not (view and sys.platform == "linux" and _in_a_process_of_its_own(tree, run)):
        _copy(tree, run)


def tidy(run: RunFolder) -> None:
    """Remove what a view leaves behind besides what the command wrote."""
    shutil.rmtree(_work(run), ignore_errors=True)
    for name in places.OWN:
        with contextlib.suppress(OSError):
            (run.code_changes / name).unlink()
    with contextlib.suppress(OSError):
        run.code_changes.rmdir()  # unless the command wrote there


def _work(run: RunFolder) -> Path:
    return run.path / ".code-work"


def _copy(tree: Path, run: RunFolder) -> None:
    made = run.path / ".code-copy"
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(tree, made, copy_function=_copier())
    places.link(made, run)
    run.code.unlink()
    made.rename(run.code)


def _copier() -> Callable[[str, str], object]:
    """Copies a file; on disks that can, the copy shares its blocks until it is written to."""
    if sys.platform != "linux":
        return shutil.copy2
    import fcntl

    shares = True

    def copy(source: str, target: str) -> None:
        nonlocal shares
        if shares:
            try:
                with open(source, "rb") as read, open(target, "wb") as written:
                    fcntl.ioctl(written.fileno(), _CLONE, read.fileno())
                shutil.copystat(source, target)
                return
            except OSError:
                shares = False
        shutil.copy2(source, target)

    return copy


def _in_a_process_of_its_own(tree: Path, run: RunFolder) -> bool:
    """Put an overlay in the tree's place, for this process and its children; whether the system lets us."""
    changes, work = run.code_changes, _work(run)
    if any("," in str(path) or ":" in str(path) for path in (tree, changes, work)):
        return False  # the mount's options have no way to say such a path that all kernels know
    changes.mkdir()
    work.mkdir()
    if _entered() and _mounted(tree, changes, work):
        for place in (run.outputs, run.logs):
            if not os.path.lexists(tree / place.name):
                (tree / place.name).symlink_to(place, target_is_directory=True)
        return True
    tidy(run)
    return False


def _entered() -> bool:
    """Give this process mounts of its own; where it may not, within a user namespace with the same user."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEW_MOUNTS) != 0:
        if libc.unshare(_NEW_USERS | _NEW_MOUNTS) != 0:
            return False
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    return bool(libc.mount(b"none", b"/", None, _PRIVATE_BELOW, None) == 0)


def _mounted(tree: Path, changes: Path, work: Path) -> bool:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    options = f"lowerdir={tree},upperdir={changes},workdir={work}"
    place = os.fsencode(tree)
    return any(
        libc.mount(b"overlay", place, b"overlay", 0, os.fsencode(options + more)) == 0
        for more in (",userxattr", "")
    )
