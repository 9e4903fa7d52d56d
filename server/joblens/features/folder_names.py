"""The names that the YAML files of the opened folders define or refer to: read in the background, then kept.

Bounded: folders are large, and nobody waits for names of assets.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from joblens.job.known_names import Asset, KnownName, NoNames, joined
from joblens.job.names_in_file import Seen, names_in_file

_MOST_FILES = 2_000
_MOST_FOLDERS = 10_000
_MOST_NAMES = 5_000
_LARGEST = 200_000
_PAUSE = 0.001
_SUFFIXES = (".yml", ".yaml")
_SKIPPED = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))


class FolderNames(NoNames):
    """The names of some folders; what it answers with is replaced as a whole, so that any thread may ask."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = tuple(folders)
        self._files: dict[Path, _File] = {}
        self._known: dict[Asset, tuple[KnownName, ...]] = {}

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """What is known by now."""
        return self._known.get(asset, ())

    def read(self) -> None:
        """Look at every file that has changed since the last time; for a thread of its own."""
        files: dict[Path, _File] = {}
        for path in _yaml_files(self.folders):
            found = _state(path)
            if found is None:
                continue
            known = self._files.get(path)
            if known is None or known.state != found:
                known = _File(found, _seen(path))
                time.sleep(_PAUSE)  # Whoever types goes first.
            files[path] = known
        self._keep(files)

    def read_file(self, path: Path) -> None:
        """Look at one file again, or forget it if it is gone."""
        files = dict(self._files)
        state = _state(path)
        if state is None:
            files.pop(path, None)
        elif path in files or len(files) < _MOST_FILES:
            files[path] = _File(state, _seen(path))
        self._keep(files)

    def holds(self, path: Path) -> bool:
        """Whether a file at `path` would be read."""
        if path.suffix not in _SUFFIXES:
            return False
        for folder in self.folders:
            if path.is_relative_to(folder):
                return not any(map(_is_skipped, path.relative_to(folder).parts[:-1]))
        return False

    def _keep(self, files: dict[Path, _File]) -> None:
        self._files = files
        self._known = _index(files, self.folders)


class _State(NamedTuple):
    changed: int
    size: int


class _File(NamedTuple):
    state: _State
    seen: tuple[Seen, ...]


def _yaml_files(folders: Iterable[Path]) -> Iterator[Path]:
    """The YAML files of the folders, those near the top first."""
    waiting = list(folders)
    looked_into = files = 0
    while waiting and looked_into < _MOST_FOLDERS:
        folder = waiting.pop(0)
        looked_into += 1
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda one: one.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not _is_skipped(entry.name):
                    waiting.append(folder / entry.name)
            elif entry.name.endswith(_SUFFIXES):
                yield folder / entry.name
                files += 1
                if files == _MOST_FILES:
                    return


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


def _state(path: Path) -> _State | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
        return None
    return _State(found.st_mtime_ns, found.st_size)


def _seen(path: Path) -> tuple[Seen, ...]:
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(dict.fromkeys(names_in_file(text)))


def _index(files: dict[Path, _File], folders: tuple[Path, ...]) -> dict[Asset, tuple[KnownName, ...]]:
    found: dict[Asset, list[KnownName]] = {}
    # What is defined says best where a name comes from.
    all_seen = [(path, one) for path, file in files.items() for one in file.seen]
    counted: set[tuple[Path, Asset, str]] = set()
    for path, one in sorted(all_seen[:_MOST_NAMES], key=lambda each: not each[1].defined):
        source = _told(path, folders)
        versions = (one.version,) if one.version else ()
        once = (path, one.asset, one.name)
        name = KnownName(one.name, versions, source, int(once not in counted), one.defined)
        counted.add(once)
        found.setdefault(one.asset, []).append(name)
    return {asset: joined(names) for asset, names in found.items()}


def _told(path: Path, folders: tuple[Path, ...]) -> str:
    folder = next((one for one in folders if path.is_relative_to(one)), None)
    return path.relative_to(folder).as_posix() if folder is not None else path.name
