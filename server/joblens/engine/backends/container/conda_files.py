"""A conda file made ready for an image: local packages go along, spellings do not matter."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblens.engine.code.scan import ALWAYS
from joblens.engine.environments import requirements

PLACE = "/azureml-environment-setup"
"""Where Azure ML, too, leaves what an image was made from."""
_CONSTRAINT = "--constraint-line "
_LOCAL = ("-e ", "--find-links ")


@dataclass(frozen=True, slots=True)
class CondaFile:
    """A conda file whose pip lines name no other file."""

    channels: tuple[str, ...]
    packages: tuple[str, ...]
    """What conda installs."""
    lines: tuple[str, ...]
    """What pip installs: `requirements.resolved`."""

    def parts(self) -> dict[str, Any]:
        """All of it, equal for equal files however they are written; contents of local packages too."""
        return {
            "channels": self.channels,
            "packages": sorted("".join(each.lower().split()) for each in self.packages),
            "pip": requirements.normalised(map(_without_its_place, self.lines)),
            "local": requirements.local_contents(self.lines),
        }

    def for_rattler(self) -> dict[str, list[str]]:
        """The channels, and what is installed from them; as for conda, a pip section needs a pip."""
        named = {re.split(r"[\s=<>!~\[]", each.rpartition("::")[2])[0] for each in self.packages}
        pip = ["pip"] if self.lines and "pip" not in named else []
        return {"channels": list(self.channels), "packages": [*self.packages, *pip]}

    def conda_text(self) -> str:
        """The file for `conda env create`, after `write`."""
        import yaml

        dependencies: list[object] = list(self.for_rattler()["packages"])
        if self.lines:
            dependencies.append({"pip": [f"-r {PLACE}/requirements.txt", *self._limits()]})
        found = {"channels": list(self.channels), "dependencies": dependencies}
        return yaml.safe_dump({key: value for key, value in found.items() if value}, sort_keys=False)

    def write(self, folder: Path, extra: tuple[str, ...] = ()) -> None:
        """Write what pip is to read into a folder that a build sees at PLACE, local packages beside it."""
        wanted = [line for line in self.lines if not line.startswith(_CONSTRAINT)]
        limits = [line.removeprefix(_CONSTRAINT) for line in self.lines if line.startswith(_CONSTRAINT)]
        lines = [*extra, *(_brought(line, folder, number) for number, line in enumerate(wanted))]
        (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "constraints.txt").write_text("\n".join(limits) + "\n", encoding="utf-8")

    def _limits(self) -> Iterator[str]:
        if any(line.startswith(_CONSTRAINT) for line in self.lines):
            yield f"-c {PLACE}/constraints.txt"


def read(found: Mapping[str, Any]) -> CondaFile:
    """The conda file that YAML reads as `found`."""
    packages, lines = [], []
    for each in found.get("dependencies") or ():
        if isinstance(each, Mapping):
            lines += [str(line) for line in each.get("pip") or ()]
        else:
            packages.append(str(each))
    return CondaFile(tuple(map(str, found.get("channels") or ())), tuple(packages), tuple(lines))


def _local(line: str) -> tuple[str, Path | None, str]:
    """A flag, the package or folder on this machine that the line names, and what follows it."""
    flag = next((each for each in _LOCAL if line.startswith(each)), "")
    path, bracket, extras = line.removeprefix(flag).partition("[")
    place = Path(path)
    return flag, place if place.is_absolute() and place.exists() else None, bracket + extras


def _without_its_place(line: str) -> str:
    """The line, equal wherever a local package lies; its contents are compared, too."""
    flag, place, rest = _local(line)
    return line if place is None else f"{flag}{place.name}{rest}"


def _brought(line: str, folder: Path, number: int) -> str:
    """The line; a local package or folder that it names is copied and named there."""
    flag, place, rest = _local(line)
    if place is None:
        return line
    copy = folder / "local" / str(number) / place.name
    copy.parent.mkdir(parents=True)
    if place.is_dir():
        shutil.copytree(place, copy, ignore=shutil.ignore_patterns(*ALWAYS))
    else:
        shutil.copy2(place, copy)
    return f"{flag}{PLACE}/local/{number}/{place.name}{rest}"
