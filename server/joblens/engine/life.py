"""How a run lives by the settings: when it may begin, how often it tries, how it is ended.

`[run]` of the project and of this user's own configuration file say so, the project's before the user's; how
many runs there may be at once is a matter of the machine, and the user's alone.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine import folders
from joblens.errors import ConfigurationError

if TYPE_CHECKING:
    from joblens.checks.configuration_file import Table

KEYS = ("retries", "log_limit", "grace", "system_metrics")
"""What a project may say."""
_OWN_KEYS = (*KEYS, "concurrency")
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(|k|m|g|ki|mi|gi)b?", re.IGNORECASE)
_SAMPLES = 10.0
"""Seconds between two samples, as MLflow's own monitor has them."""
_LEAST_LOG = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Life:
    """How one run lives."""

    concurrency: int | None = 0
    """How many runs this machine has at once, 0 for any number; None for a run that takes no place."""
    retries: int = 0
    """How often a command that failed is started again."""
    log_limit: int = 2 * 2**30
    """Bytes of each log that are kept."""
    grace: float = 10.0
    """Seconds between the polite signal and the one that cannot be refused."""
    system_metrics: float = 0.0
    """Seconds between two samples of how busy the machine is; 0 for none."""


def life_of(project: Table, file: Path | str, *, queue: bool = True, retries: int | None = None) -> Life:
    """How a run lives where `file` says `project` in its `[run]`; raises what is wrong with the settings."""
    own_file, own = _own()
    found = {key: _checked(key, own[key], own_file) for key in own}
    found |= {key: _checked(key, project[key], file) for key in KEYS if key in project}
    variable = os.environ.get("JOBLENS_CONCURRENCY")
    if variable:
        number = int(variable) if variable.isdecimal() else variable
        found["concurrency"] = _checked("concurrency", number, "JOBLENS_CONCURRENCY")
    if not queue:
        found["concurrency"] = 0
    if retries is not None:
        found["retries"] = retries
    return Life(**found)  # type: ignore[arg-type]


def _own() -> tuple[Path, Table]:
    from joblens.checks.configuration_file import OWN_FILE, own_table, refuse_unknown, table_of

    file = folders.configuration() / OWN_FILE
    table = (own_table(file) if _is_there(file) else None) or {}
    refuse_unknown(table, ("run",), "table for all projects", file)
    run = table_of(table.get("run", {}), "run", file)
    refuse_unknown(run, _OWN_KEYS, "key", file)
    return file, run


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a home that is not for this user
        return False


def _checked(key: str, value: object, file: Path | str) -> float | int:
    if key == "log_limit":
        return _size(value, file)
    if key == "system_metrics" and isinstance(value, bool):
        return _SAMPLES if value else 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _wrong(f"'{key}' is a number that is not negative, not '{value}'", file)
    if key in ("grace", "system_metrics"):
        return float(value)
    if not isinstance(value, int):
        raise _wrong(f"'{key}' is a whole number, not '{value}'", file)
    return value


def _wrong(what: str, file: Path | str) -> ConfigurationError:
    from joblens.checks.configuration_file import wrong

    return wrong(what, file)


def _size(value: object, file: Path | str) -> int:
    found = _SIZE.fullmatch(str(value).strip())
    if found is None:
        raise _wrong(f"'log_limit' is a size such as '500 MB', not '{value}'", file)
    size = int(float(found[1]) * _UNITS[found[2].lower()])
    if size < _LEAST_LOG:
        raise _wrong(f"'log_limit' is at least {_LEAST_LOG // 1024} KiB, not '{value}'", file)
    return size
