"""The configuration on disk: the nearest `joblens.toml`, or `[tool.joblens]` of a `pyproject.toml`.

Both edges ask it for the settings of a folder. What it read stays good until one of those files changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from joblens.checks.configuration_file import FILES, settings_in
from joblens.checks.settings import DEFAULT, Settings
from joblens.errors import ConfigurationError

_State: TypeAlias = tuple[int, int] | None
"""A file's time and size; None where there is none."""


def settings_of(file: Path) -> Settings:
    """The settings of one file, as they are now; raises what is wrong with them."""
    return Configuration().of(file.absolute().parent)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a folder's settings are, or why they cannot be read, and the files that this follows from."""

    settings: Settings
    error: ConfigurationError | None
    seen: Mapping[Path, _State]


@dataclass
class Configuration:
    """The settings of folders, each read once."""

    _known: dict[Path, _Read] = field(default_factory=dict)

    def of(self, folder: Path) -> Settings:
        """The settings that hold in a folder (an absolute path); raises what is wrong with them."""
        found = self._of(folder)
        if found.error is not None:
            raise found.error
        return found.settings

    def refresh(self) -> bool:
        """Forget what was read from files that have changed since; whether there were any."""
        states = {file: _state(file) for read in self._known.values() for file in read.seen}
        kept = {
            folder: read
            for folder, read in self._known.items()
            if all(states[file] == state for file, state in read.seen.items())
        }
        changed = len(kept) < len(self._known)
        self._known = kept
        return changed

    def _of(self, folder: Path) -> _Read:
        found = self._known.get(folder)
        if found is None:
            found = _own(folder)
            if not (found.settings.file or found.error or _is_top(folder)):
                above = self._of(folder.parent)
                found = _Read(above.settings, above.error, {**found.seen, **above.seen})
            self._known[folder] = found
        return found


def _own(folder: Path) -> _Read:
    """What the files of a folder say, without those above it."""
    seen: dict[Path, _State] = {}
    for file in (folder / name for name in FILES):
        seen[file] = _state(file)
        if seen[file] is None:
            continue
        try:
            settings = settings_in(file)
        except ConfigurationError as error:
            return _Read(DEFAULT, error, seen)
        if settings is not None:
            return _Read(settings, None, seen)
    return _Read(DEFAULT, None, seen)


def _is_top(folder: Path) -> bool:
    """Whether nothing above a folder counts: a repository begins here, or the disk."""
    return folder == folder.parent or _state(folder / ".git") is not None


def _state(file: Path) -> _State:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
