"""Packages by uv: a virtual environment, a lock of what requirements come to, and its installation."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from joblens.engine import tools
from joblens.engine.environments import calls, pip_settings, requirements
from joblens.engine.environments.calls import BuildLog
from joblens.engine.environments.inside import python_in

_HASH = re.compile(r"--hash[= ]\s*(\S+)")
_SEEDS = ("pip", "setuptools", "wheel")
_BUNDLED = "import ensurepip, pathlib; print(pathlib.Path(ensurepip.__file__).parent / '_bundled')"


class Packages:
    """uv at work in one folder of its own, where it finds no project's settings."""

    def __init__(self, workplace: Path, log: BuildLog) -> None:
        self.workplace = workplace
        self._log = log
        self._uv = str(tools.uv())
        self._settings = pip_settings.for_uv()
        workplace.mkdir(parents=True, exist_ok=True)

    def venv(self, python: Path, folder: Path) -> None:
        """Make an empty virtual environment that may be moved."""
        self._call("venv", ["--quiet", "--relocatable", "--python", str(python), str(folder)])

    def lock(
        self, lines: Sequence[str], python: Path, *, limits: Sequence[str] = (), more: Sequence[str] = ()
    ) -> str:
        """What the requirements come to for that Python: each package with its version and hashes."""
        if not lines:
            return ""
        asked = requirements.for_uv(lines)
        arguments = ["compile", "--quiet", "--no-header", "--no-annotate", "--generate-hashes"]
        arguments += ["--python", str(python), *self._where(asked.arguments), *more]
        constraints = [*asked.constraints, *limits]
        if constraints:
            arguments += ["-c", self._written("constraints.txt", constraints)]
        made = self.workplace / "lock.txt"
        arguments += ["--output-file", str(made), self._written("requirements.txt", asked.lines)]
        self._call("pip", arguments)
        return with_hashes(made.read_text(encoding="utf-8"), asked.lines)

    def install(self, lock: str, python: Path, lines: Sequence[str]) -> None:
        """Install what is locked, and nothing else; `lines` say where packages come from."""
        if not lock.strip():
            return
        asked = requirements.for_uv(lines)
        places = [line for line in asked.lines if line.startswith("--")]
        arguments = ["install", "--no-deps", "--python", str(python), *self._where(asked.arguments)]
        self._call("pip", [*arguments, "-r", self._written("locked.txt", [*places, lock])])

    def add(self, lines: Sequence[str], python: Path) -> None:
        """Install requirements beside what conda installed."""
        asked = requirements.for_uv(lines)
        arguments = ["install", "--python", str(python), *self._where(asked.arguments)]
        if asked.constraints:
            arguments += ["-c", self._written("constraints.txt", asked.constraints)]
        self._call("pip", [*arguments, "-r", self._written("requirements.txt", asked.lines)])

    def seed(self, environment: Path, python: Path) -> None:
        """Add pip, and what conda brings along with it, from the Python itself; no index is asked."""
        bundled = _bundled(python)
        present = {requirements.canonical(name) for name in installed(environment)}
        missing = [name for name in _SEEDS if name not in present and list(bundled.glob(f"{name}-*.whl"))]
        if missing:
            where = ["--no-index", "--find-links", str(bundled), "--no-deps", "--quiet", "--no-config"]
            self._call("pip", ["install", "--python", str(python_in(environment)), *where, *missing])

    def _where(self, arguments: Iterable[str]) -> list[str]:
        # uv stops at the first index that knows a name; pip, which the cluster uses, takes the best of all.
        return ["--index-strategy", "unsafe-best-match", *self._settings.arguments, *arguments]

    def _written(self, name: str, lines: Iterable[str]) -> str:
        file = self.workplace / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(file)

    def _call(self, command: str, arguments: Sequence[str]) -> None:
        variables = {**self._settings.variables, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"}
        calls.call([self._uv, command, *arguments], variables, self.workplace, self._log)


def with_hashes(lock: str, lines: Iterable[str]) -> str:
    """The lock with the hashes that the requirements themselves insist on in place of those of the index."""
    wanted = {name: hashes for line in lines if (hashes := _HASH.findall(line)) and (name := _name(line))}
    if not wanted:
        return lock
    entries = re.split(r"\n(?=\S)", lock.strip())
    return "\n".join(_rehashed(entry, wanted.get(_name(entry) or "")) for entry in entries) + "\n"


def _rehashed(entry: str, hashes: Sequence[str] | None) -> str:
    if not hashes:
        return entry
    first = entry.partition(" \\\n")[0]
    return " \\\n".join([first, *(f"    --hash={one}" for one in hashes)])


def _name(line: str) -> str | None:
    match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line)
    return requirements.canonical(match[0]) if match else None


def versions(lock: str) -> dict[str, str]:
    """The locked version of each package that has one."""
    return dict(re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", lock, re.MULTILINE))


def installed(environment: Path) -> list[str]:
    """The packages in an environment."""
    places = environment.glob("Lib/site-packages" if sys.platform == "win32" else "lib/python*/site-packages")
    return [info.name.split("-")[0] for place in places for info in place.glob("*.dist-info")]


def _bundled(python: Path) -> Path:
    done = subprocess.run(
        [str(python), "-I", "-c", _BUNDLED],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Path(done.stdout.strip() or "/nonexistent")
