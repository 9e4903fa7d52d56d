"""What one `joblens.toml` or `pyproject.toml` says of checks; what does not exist is refused, in words."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from joblens.checks.settings import LEVELS, Settings
from joblens.errors import ConfigurationError
from joblens.schema.near import nearest

OWN_FILE, SHARED_FILE = "joblens.toml", "pyproject.toml"
FILES = (OWN_FILE, SHARED_FILE)

TABLES = ("check", "run", "ray", "environments", "data", "datastores", "azure")
"""What a file may say of us: `azure` is azure/preflight's, `check` is ours, the rest engine/settings.py's."""

Table: TypeAlias = Mapping[str, object]


def settings_in(file: Path) -> Settings | None:
    """The settings in a file that is there; None in a pyproject.toml that says nothing of us."""
    own = own_table(file)
    return None if own is None else _settings(table_of(own.get("check", {}), "check", file), file)


def severities(given: object, file: Path | str) -> dict[str, str]:
    """A severity for each code, or for each beginning of codes; raises what is wrong with it."""
    from joblens.checks import codes

    table = table_of(given, "severity", file)
    known = codes()
    beginnings = {code[:length] for code in known for length in range(3, len(code) + 1)}
    refuse_unknown(table, beginnings, "check", file, sorted(known))
    for code, level in table.items():
        if not isinstance(level, str) or level not in LEVELS:
            near = nearest(level, LEVELS) if isinstance(level, str) else None
            meant = f" Did you mean '{near}'?" if near else f" It is one of {', '.join(LEVELS)}."
            raise wrong(f"'{level}' is no severity for {code}", file, meant)
    return {code: str(level) for code, level in table.items()}


def own_table(file: Path) -> Table | None:
    """All that a file that is there says of us; None in a pyproject.toml that says nothing of us."""
    text = _text(file)
    if file.name == SHARED_FILE and "joblens" not in text:
        return None  # Most are of this kind: reading them as TOML would cost more than a check.
    content: object = _toml(text, file)
    if file.name == SHARED_FILE:
        content = table_of(table_of(content, "", file).get("tool", {}), "tool", file).get("joblens")
        if content is None:
            return None
    own = table_of(content, "", file)
    refuse_unknown(own, TABLES, "key", file)
    return own


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(f"cannot be read: {error}", file) from error


def _toml(text: str, file: Path) -> Table:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        content: Table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise wrong(f"cannot be read: {error}", file) from error
    return content


def _settings(table: Table, file: Path) -> Settings:
    refuse_unknown(table, ("exclude", "severity"), "key", file)
    exclude = table.get("exclude", [])
    if not isinstance(exclude, list) or not all(isinstance(one, str) for one in exclude):
        raise wrong("'exclude' is a list of patterns in quotes", file)
    settings = Settings(severities(table.get("severity", {}), file), tuple(exclude), file.parent, file)
    try:
        settings.excludes(file)
    except ValueError as error:
        raise wrong(f"'exclude' has a pattern that cannot be: {error}", file) from error
    return settings


def table_of(value: object, name: str, file: Path | str) -> Table:
    """The value, which must be a table."""
    if not isinstance(value, Mapping):
        raise wrong(f"'{name}' is a table", file)
    return value


def refuse_unknown(
    table: Table,
    known: tuple[str, ...] | set[str],
    what: str,
    file: Path | str,
    words: list[str] | None = None,
) -> None:
    """Raise when the table has a key that does not exist."""
    for key in table:
        if key not in known:
            near = nearest(key, words or known)
            raise wrong(f"there is no {what} '{key}'", file, f" Did you mean '{near}'?" if near else "")


def wrong(what: str, file: Path | str, meant: str = "") -> ConfigurationError:
    """What is wrong with a file, as an error to raise."""
    return ConfigurationError(
        f"{file}: {what}.{meant}", hint="docs/checking.md lists what can be configured."
    )
