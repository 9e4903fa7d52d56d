"""Code that finished runs share: equal files are kept once, whichever run or folder they came from."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from joblens.engine.code import copying
from joblens.engine.folders import RunFolder

_DAY = 24 * 3600.0
_OLD = 7 * _DAY
"""Seconds after which kept code that no run refers to is removed without being asked for."""


def share(run: RunFolder, started: float) -> None:
    """Make files of an ended run's snapshot links to content that the project keeps; read-only from then on.

    Only what the run did not write itself: that is older than `started`.
    """
    if run.code.is_symlink() or sys.platform == "win32":
        return
    store = run.code_store / "files"
    for file in _files(str(run.code)):
        with contextlib.suppress(OSError):  # a full disk, or one without links: the run keeps its own copy
            about = file.stat(follow_symlinks=False)
            if about.st_nlink == 1 and about.st_size and about.st_mtime < started:
                _share(file.path, about, store)


def prune(project: Path, older_than: float = _OLD) -> int:
    """Remove kept code that no run in the folder `.joblens` refers to any more; how many bytes that freed."""
    store = project / "code"
    before = time.time() - older_than
    used = {os.path.basename(os.readlink(link)) for link in project.glob("runs/*/code") if link.is_symlink()}
    freed = 0
    for tree in store.glob("trees/*"):
        if not tree.is_dir() or tree.name in used or _touched(tree) > before:
            continue
        freed += sum(file.stat(follow_symlinks=False).st_size for file in _files(str(tree)))
        shutil.rmtree(tree, ignore_errors=True)
        mark_of(tree).unlink(missing_ok=True)
    for kept in store.glob("files/*/*"):
        about = kept.stat()
        if about.st_nlink == 1:
            freed += about.st_size
            kept.unlink(missing_ok=True)
    return freed


def mark_of(tree: Path) -> Path:
    """The file that says what a kept tree must look like; its time is that of the tree's last use."""
    return tree.with_name(f"{tree.name}.mark")


def _touched(tree: Path) -> float:
    """When a tree was last used; one that was never finished counts from its beginning."""
    mark = mark_of(tree)
    return (mark if mark.exists() else tree).stat().st_mtime


def _share(file: str, about: os.stat_result, store: Path) -> None:
    content = copying.hash_of(file)
    name = content.hex() + ("x" if about.st_mode & stat.S_IXUSR else "")
    kept = store / name[:2] / name[2:]
    beside = f"{file}.joblens-link"
    if kept.exists() and copying.hash_of(str(kept)) == content:
        os.link(kept, beside)
        os.replace(beside, file)
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.unlink(missing_ok=True)
    os.chmod(file, about.st_mode & ~0o222)
    os.link(file, kept)


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        for entry in list(found):
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry
