"""A run's own layer over its environment: what the command installs goes there, and ends with the run.

On the cluster a command may install what it likes, its container being thrown away. Here neither the Python
that runs Joblens nor an environment that other runs share may change. A layer is a virtual environment of a
few small files, made by hand: a call of `venv` costs more than a hello-world.
"""

from __future__ import annotations

import functools
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from joblens.engine.environments.inside import programs_in
from joblens.engine.folders import RunFolder

if TYPE_CHECKING:
    from joblens.engine.environments.store import Built

_CALL_PIP = """\
#!/bin/sh
# pip of this run: what it installs is gone when the run has ended, and '--user' is nowhere else
for a; do shift; [ "$a" = --user ] || set -- "$@" "$a"; done
p="${0%/*}/python"
"$p" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pip") is None)' \\
  || "$p" -m ensurepip >/dev/null 2>&1
exec "$p" -m pip "$@"
"""


@dataclass(frozen=True, slots=True)
class Base:
    """The environment below."""

    python: Path
    """A Python that is in no virtual environment."""
    version: str
    programs: Path
    """The folder of its programs."""
    sites: tuple[str, ...] = ()
    """Where its packages are, for one that is a virtual environment itself."""
    prefix: Path | None = None
    """Its folder, where it is conda's."""


_Looks: TypeAlias = list[tuple[str, int, int, int, int]]


class _Spare:
    """A layer that a run left as it was made, for the next run of the same process."""

    def __init__(self, place: Path) -> None:
        self._place = place
        """Where it waits, on the disk of the runs."""
        self._made: tuple[Base, _Looks] | None = None

    def take(self, base: Base, folder: Path) -> bool:
        """Give it the place of a layer over `base`; answer whether there was one."""
        known = self._made is not None and self._made[0] == base
        try:
            if known:
                self._place.rename(folder)
        except OSError:  # none was left
            return False
        return known

    def remember(self, base: Base, folder: Path) -> None:
        """How the layer looks that a run gets."""
        self._made = (base, _looks(folder))

    def keep(self, folder: Path) -> bool:
        """Keep the layer of a run that has ended; answer whether it was as it had been made."""
        if self._made is None or _looks(folder) != self._made[1]:
            return False
        try:
            self._place.parent.mkdir(exist_ok=True)
            folder.rename(self._place)
        except OSError:
            return False
        return True


_spare: _Spare | None = None


def keep_spare(place: Path) -> None:
    """Let the runs of this process, one after another, have the same layer while none of them changes it.

    To make one and to throw it away takes as long as all else that is written for a short run.
    """
    global _spare
    _spare = _Spare(place)


def make(base: Base, run: RunFolder) -> Path:
    """The layer's programs for the run, made unless it is there."""
    folder = run.environment
    if not (folder / "pyvenv.cfg").is_file():
        if _spare is None:
            _make(base, folder)
        elif not _spare.take(base, folder):
            _make(base, folder)
            _spare.remember(base, folder)
    return programs_in(folder)


def remove(run: RunFolder) -> None:
    """Throw the run's layer away."""
    if run.environment.exists() and not (_spare is not None and _spare.keep(run.environment)):
        shutil.rmtree(run.environment, ignore_errors=True)


def _looks(folder: Path) -> _Looks:
    """All that is in the folder, with what no change leaves as it is; some disks count time in seconds."""
    found: _Looks = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = f"{place}/{name}"
            state = os.lstat(path)
            looks = (state.st_ino, state.st_ctime_ns, state.st_size, state.st_mode)
            found.append((path.removeprefix(str(folder)), *looks))
    return sorted(found)


def variables(run: RunFolder) -> dict[str, str]:
    """What keeps installers inside the layer: those of other Pythons too, and those told `--user`."""
    folder = str(run.environment)
    return {"VIRTUAL_ENV": folder, "PYTHONUSERBASE": folder, "PIP_REQUIRE_VIRTUALENV": "1"}


def base_of(built: Built | None) -> Base:
    """What a run with that environment stands on; with the Python that runs Joblens where there is none."""
    if built is None:
        return _of_this_python()
    if built.conda:
        return Base(built.python, built.facts["python"], built.programs, prefix=built.folder)
    version = str(built.facts["python"])
    return Base(Path(built.facts["from"]), version, built.programs, (_site(built.folder, version),))


@functools.cache
def _of_this_python() -> Base:
    version = ".".join(map(str, sys.version_info[:3]))
    programs = Path(sys.executable).parent
    own = Path(getattr(sys, "_base_executable", sys.executable))
    if sys.prefix == sys.base_prefix:
        users = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
        return Base(own, version, programs, tuple(users))
    places = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    return Base(own, version, programs, tuple(places))


def _site(folder: Path, version: str) -> str:
    if sys.platform == "win32":
        return str(folder / "Lib" / "site-packages")
    return str(folder / "lib" / f"python{_minor(version)}" / "site-packages")


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _make(base: Base, folder: Path) -> None:
    if sys.platform == "win32":  # there, a Python needs a copy of itself that finds its libraries
        command = [str(base.python), "-m", "venv", "--without-pip", str(folder)]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        _write_settings(base, folder)
        return
    minor = _minor(base.version)
    packages = Path(_site(folder, base.version))
    packages.mkdir(parents=True)
    (folder / "lib64").symlink_to("lib")
    programs = programs_in(folder)
    programs.mkdir()
    (programs / "python").symlink_to(base.python)
    for name in ("python3", f"python{minor}"):
        (programs / name).symlink_to("python")
    (programs / "pip").write_text(_CALL_PIP, encoding="utf-8")
    (programs / "pip").chmod(0o755)
    for name in ("pip3", f"pip{minor}"):
        (programs / name).symlink_to("pip")
    _write_settings(base, folder)


def _write_settings(base: Base, folder: Path) -> None:
    _write_sites(base.sites, Path(_site(folder, base.version)))
    # A Python without an environment around it lends its own packages; those of a virtual one are named.
    lends = "true" if not base.sites or _is_users(base.sites) else "false"
    text = f"home = {base.python.parent}\ninclude-system-site-packages = {lends}\nversion = {base.version}\n"
    (folder / "pyvenv.cfg").write_text(f"{text}executable = {base.python}\n", encoding="utf-8")


def _is_users(sites: Iterable[str]) -> bool:
    return site.ENABLE_USER_SITE is True and site.getusersitepackages() in sites


def _write_sites(sites: Iterable[str], packages: Path) -> None:
    lines = [f"import site; site.addsitedir({place!r})" for place in sites]
    if lines:
        (packages / "_of_the_environment.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
