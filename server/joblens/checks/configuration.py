"""The configuration on disk: the nearest `joblens.toml`, or `[tool.joblens]` of a `pyproject.toml`.

Both edges ask it for the settings of a folder. What it read stays good until one of those files changes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from joblens.checks.settings import DEFAULT, LEVELS, Settings
from joblens.errors import ConfigurationError
from joblens.schema.near import nearest

OWN_FILE, SHARED_FILE = "joblens.toml", "pyproject.toml"
FILES = (OWN_FILE, SHARED_FILE)

Table: TypeAlias = Mapping[str, object]
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
    for file in (folder / OWN_FILE, folder / SHARED_FILE):
        seen[file] = _state(file)
        if seen[file] is None:
            continue
        try:
            table = _checks_table(file)
            settings = None if table is None else _settings(table, file)
        except ConfigurationError as error:
            return _Read(DEFAULT, error, seen)
        if settings is not None:
            return _Read(settings, None, seen)
    return _Read(DEFAULT, None, seen)


def _is_top(folder: Path) -> bool:
    """Whether nothing above a folder counts: a repository begins here, or the disk."""
    return folder == folder.parent or (folder / ".git").exists()


def _state(file: Path) -> _State:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _checks_table(file: Path) -> Table | None:
    """The table `check` of a file; None for a pyproject.toml that says nothing of us."""
    content: object = _toml(file)
    if file.name == SHARED_FILE:
        content = _table(_table(content, "", file).get("tool", {}), "tool", file).get("joblens")
        if content is None:
            return None
    own = _table(content, "", file)
    _refuse_unknown(own, ("check",), "key", file)
    return _table(own.get("check", {}), "check", file)


def _toml(file: Path) -> Table:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        content: Table = tomllib.loads(file.read_text(encoding="utf-8"))
        return content
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(f"cannot be read: {error}", file) from error


def _settings(table: Table, file: Path) -> Settings:
    _refuse_unknown(table, ("exclude", "severity"), "key", file)
    exclude = table.get("exclude", [])
    if not isinstance(exclude, list) or not all(isinstance(one, str) for one in exclude):
        raise _wrong("'exclude' is a list of patterns in quotes", file)
    settings = Settings(severities(table.get("severity", {}), file), tuple(exclude), file.parent, file)
    try:
        settings.excludes(file)
    except ValueError as error:
        raise _wrong(f"'exclude' has a pattern that cannot be: {error}", file) from error
    return settings


def severities(given: object, file: Path | str) -> dict[str, str]:
    """A severity for each code, or for each beginning of codes; raises what is wrong with it."""
    from joblens.checks import codes

    table = _table(given, "severity", file)
    known = codes()
    beginnings = {code[:length] for code in known for length in range(3, len(code) + 1)}
    _refuse_unknown(table, beginnings, "check", file, sorted(known))
    for code, level in table.items():
        if not isinstance(level, str) or level not in LEVELS:
            near = nearest(level, LEVELS) if isinstance(level, str) else None
            meant = f" Did you mean '{near}'?" if near else f" It is one of {', '.join(LEVELS)}."
            raise _wrong(f"'{level}' is no severity for {code}", file, meant)
    return {code: str(level) for code, level in table.items()}


def _table(value: object, name: str, file: Path | str) -> Table:
    if not isinstance(value, Mapping):
        raise _wrong(f"'{name}' is a table", file)
    return value


def _refuse_unknown(
    table: Table,
    known: tuple[str, ...] | set[str],
    what: str,
    file: Path | str,
    words: list[str] | None = None,
) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, words or known)
            raise _wrong(f"there is no {what} '{key}'", file, f" Did you mean '{near}'?" if near else "")


def _wrong(what: str, file: Path | str, meant: str = "") -> ConfigurationError:
    return ConfigurationError(
        f"{file}: {what}.{meant}", hint="docs/checking.md lists what can be configured."
    )
