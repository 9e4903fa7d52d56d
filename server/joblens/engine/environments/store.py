"""Built environments on disk: which one answers which needs, what each is, and who used it when.

`specs/<key of needs>.json` names the environment that the needs came to; `<key>/` is one, whole once it has
its facts; `<key>.uses` has a line for each run. Needs that come to the same packages share an environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblens.engine.environments.inside import programs_in, python_in
from joblens.engine.environments.needs import Needs, place

FACTS = ".complete.json"
_LAST_USES = 1 << 16
"""Bytes of an environment's uses that are read: the last some hundred."""


@dataclass(frozen=True, slots=True)
class Built:
    """An environment that is there and whole."""

    folder: Path
    facts: Mapping[str, Any]
    drift: tuple[str, ...] = ()
    """Where it differs from what was asked for, a line each."""

    @property
    def key(self) -> str:
        """Its name."""
        return self.folder.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "python.exe" if self._of_windows_conda else python_in(self.folder)

    @property
    def programs(self) -> Path:
        """The folder that stands first on the command's PATH."""
        return self.folder if self._of_windows_conda else programs_in(self.folder)

    @property
    def conda(self) -> bool:
        """Whether conda's channels made it: it is no virtual environment then, but a Python of its own."""
        return self.facts.get("how") == "conda"

    @property
    def _of_windows_conda(self) -> bool:
        return self.conda and sys.platform == "win32"


def find(needs: Needs) -> Built | None:
    """The environment that answers the needs: the exact one, or, where that is allowed, one that drifted."""
    if needs.this_python:
        return None
    key = needs.key
    found = _of(key)
    return _of(drifted(key)) if found is None and needs.drift else found


def drifted(key: str) -> str:
    """The name of needs that may be answered by something near."""
    return f"{key}-drifted"


def _of(spec: str) -> Built | None:
    try:
        said = json.loads(spec_file(spec).read_text(encoding="utf-8"))
        return at(place() / said["environment"], tuple(said["drift"]))
    except (OSError, ValueError, KeyError):
        return None


def at(folder: Path, drift: tuple[str, ...] = ()) -> Built | None:
    """The environment in that folder; None where there is none, or only half of one."""
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    built = Built(folder, facts, drift)
    return built if built.python.exists() else None


def every() -> list[Built]:
    """All that are there, the last used first."""
    found = (at(facts.parent) for facts in place().glob(f"*/{FACTS}"))
    return sorted((one for one in found if one), key=last_use, reverse=True)


def spec_file(spec: str) -> Path:
    """The file that says what needs of that name came to."""
    return place() / "specs" / f"{spec}.json"


def lock_file(spec: str) -> Path:
    """The file with the packages that needs of that name came to."""
    return place() / "specs" / f"{spec}.lock.txt"


def write_spec(spec: str, environment: str, drift: Sequence[str]) -> None:
    """Remember which environment the needs came to, and where it differs from them."""
    write_whole(spec_file(spec), json.dumps({"environment": environment, "drift": list(drift)}) + "\n")


def forget(spec: str) -> None:
    """Let needs of that name be worked out anew."""
    for file in (spec_file(spec), lock_file(spec)):
        file.unlink(missing_ok=True)


def write_whole(file: Path, text: str) -> None:
    """Write a file that is seen either whole or not at all, also after the power went off."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with unfinished.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(file)


def use(built: Built, run: Path) -> None:
    """Remember that the run in that folder uses it; nobody removes it while the run goes on."""
    line = json.dumps({"run": str(run), "at": round(time.time(), 3)}) + "\n"
    with uses_file(built.folder).open("ab", buffering=0) as file:
        file.write(line.encode())


def uses_file(folder: Path) -> Path:
    """Where uses of the environment in that folder are written down."""
    return folder.with_name(f"{folder.name}.uses")


def uses(folder: Path) -> list[tuple[Path, float]]:
    """The last runs that used it, and when, the latest first."""
    try:
        with uses_file(folder).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LAST_USES))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    found = [_use(line) for line in lines]
    return [one for one in reversed(found) if one is not None]


def _use(line: bytes) -> tuple[Path, float] | None:
    try:
        said = json.loads(line)
        return Path(said["run"]), float(said["at"])
    except (ValueError, KeyError, TypeError):  # the first line of what was read may be half a one
        return None


def last_use(built: Built) -> float:
    """When a run last used it, or when it was built."""
    try:
        return uses_file(built.folder).stat().st_mtime
    except FileNotFoundError:
        return float(built.facts.get("created", 0))


def in_use(folder: Path) -> Path | None:
    """A run that goes on and uses it."""
    runs = dict.fromkeys(run for run, _ in uses(folder))
    return next((run for run in runs if _goes_on(run)), None)


def _goes_on(run: Path) -> bool:
    from joblens.engine import records
    from joblens.errors import RunNotFoundError

    try:
        return not records.show(run).final
    except (RunNotFoundError, OSError, ValueError, TypeError):  # it is removed, or no longer readable
        return False
