"""Which Python on this machine answers a pin such as `3.8` or `>=3.10`; none is ever put in its place."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from joblens.engine import tools
from joblens.errors import EnvironmentBuildError

_CLAUSE = re.compile(
    r"(?P<operator>==|=|>=|<=|!=|>|<|~=)?(?P<version>\d+(?:\.\d+)*)(?:\.?\*|(?:a|b|rc)\d+)?(?:=.*)?"
)
_OLDEST = (3, 7)
"""What uv can work with."""
_PROBE = "import sys; print('%d.%d.%d' % sys.version_info[:3])"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python found on this machine."""

    path: Path
    version: tuple[int, ...]

    @property
    def text(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))


def default_pin() -> str:
    """The pin that stands for "any": the minor version that runs Joblens."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def find(pin: str) -> Interpreter:
    """The first Python here that answers `pin`; of a pin to a patch, the minor version counts."""
    clauses = _clauses(pin)
    for candidate in _candidates(clauses):
        if _answers(candidate.version, clauses):
            return candidate
    raise NoInterpreterError(
        f"The environment asks for Python {pin.lstrip('=')}, and there is none on this machine.",
        hint="Install that Python (pyenv, conda, uv and the system's are found) or change the pin; "
        "--environment this-python takes the one that runs Joblens.",
    )


def fits(version: tuple[int, ...], pin: str | None) -> bool:
    """Whether a Python of that version answers the pin; every one does where there is none."""
    return pin is None or _answers(version, _clauses(pin))


class NoInterpreterError(EnvironmentBuildError):
    """There is no Python here that answers the pin."""


def nearest(pin: str) -> list[Interpreter]:
    """The Pythons here, one of each minor version, those next to the pin first and newer before older."""
    wanted = next((numbers for _, numbers in _clauses(pin) if len(numbers) > 1), None) or sys.version_info[:2]
    found: dict[tuple[int, ...], Interpreter] = {}
    for candidate in _candidates([]):
        if candidate.version >= _OLDEST:
            found.setdefault(candidate.version[:2], candidate)
    older = [each for minor, each in found.items() if minor < tuple(wanted[:2])]
    newer = [each for minor, each in found.items() if minor >= tuple(wanted[:2])]
    by_version = attrgetter("version")
    return [*sorted(newer, key=by_version), *sorted(older, key=by_version, reverse=True)]


def drift(pin: str, interpreter: Interpreter) -> list[str]:
    """Where the Python differs from the pin, in its patch at least."""
    for operator, numbers in _clauses(pin):
        if operator == "=" and interpreter.version[: len(numbers)] != numbers:
            return [f"Python is {interpreter.text}, not {'.'.join(map(str, numbers))}."]
    return []


def _clauses(pin: str) -> list[tuple[str, tuple[int, ...]]]:
    clauses = []
    pin = re.sub(r"(?<=[\w.*])\s+(?=[\w*]+$)", "=", pin.strip())  # a version and a build
    for part in filter(None, pin.replace(" ", "").split(",")):
        if part == "*" or part.startswith("=*"):
            continue
        match = _CLAUSE.fullmatch(part)
        if match is None:
            raise EnvironmentBuildError(
                f"The Python version '{pin}' cannot be read.",
                hint="Write it as 'python=3.10' or 'python>=3.9'.",
            )
        numbers = tuple(map(int, match["version"].split(".")))
        operator = match["operator"] or "="
        clauses.append(("=" if operator == "==" else operator, numbers))
    return clauses


def _answers(version: tuple[int, ...], clauses: list[tuple[str, tuple[int, ...]]]) -> bool:
    return all(_holds(version, operator, wanted) for operator, wanted in clauses)


def _holds(version: tuple[int, ...], operator: str, wanted: tuple[int, ...]) -> bool:
    if operator == "=":
        return version[: min(len(wanted), 2)] == wanted[:2]
    if operator == "~=":
        return version >= wanted and version[: len(wanted) - 1] == wanted[:-1]
    same_length = version[: len(wanted)]
    return {
        ">=": same_length >= wanted,
        "<=": same_length <= wanted,
        ">": same_length > wanted,
        "<": same_length < wanted,
        "!=": same_length != wanted,
    }[operator]


def _candidates(clauses: list[tuple[str, tuple[int, ...]]]) -> Iterator[Interpreter]:
    own = Path(getattr(sys, "_base_executable", sys.executable))
    yield Interpreter(own, tuple(sys.version_info[:3]))
    seen = {own}
    for path in _places(clauses):
        if path not in seen and path.is_file():
            seen.add(path)
            found = _probe(path)
            if found is not None:
                yield found


def _places(clauses: list[tuple[str, tuple[int, ...]]]) -> Iterator[Path]:
    exact = next((wanted for operator, wanted in clauses if operator == "=" and len(wanted) > 1), None)
    if exact is not None:
        yield from _by_uv(f"{exact[0]}.{exact[1]}")
    yield from _pyenv(exact)
    yield from _launcher()
    names = [f"python{exact[0]}.{exact[1]}"] if exact else []
    for name in (*names, "python3", "python", *(f"python3.{minor}" for minor in range(20, 7, -1))):
        found = shutil.which(name)
        if found and "shims" not in Path(found).parts:  # pyenv's shims start, then say there is none
            yield Path(found)
    yield from _conda()


def _by_uv(minor: str) -> Iterator[Path]:
    uv = tools.uv_or_none()
    if uv is None:
        return
    command = [str(uv), "python", "find", "--system", "--no-python-downloads", "--no-project", minor]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        yield Path(done.stdout.strip())


def _pyenv(exact: tuple[int, ...] | None) -> Iterator[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or os.environ.get("PYENV") or Path.home() / ".pyenv")
    wanted = f"{exact[0]}.{exact[1]}" if exact else ""
    folders = [path for path in (root / "versions").glob("*") if path.name.startswith(wanted)]
    for folder in sorted(
        folders, key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)], reverse=True
    ):
        yield _python_in(folder)


def _launcher() -> Iterator[Path]:
    """What Windows' launcher of Pythons knows."""
    launcher = shutil.which("py") if sys.platform == "win32" else None
    if launcher is None:
        return
    listing = subprocess.run([launcher, "-0p"], capture_output=True, text=True, check=False).stdout
    yield from paths_in(listing)


def paths_in(listing: str) -> list[Path]:
    """The interpreters in what `py -0p` prints: a version, perhaps a star, a path."""
    found = (re.search(r"\s(\S:\\.*\.exe|[A-Za-z]:/.*\.exe)\s*$", line) for line in listing.splitlines())
    return [Path(match[1]) for match in found if match]


def _conda() -> Iterator[Path]:
    home = Path.home()
    names = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba")
    roots = [home / name for name in names]
    roots += [Path("/opt") / name for name in ("conda", *names)]
    for variable in ("MAMBA_ROOT_PREFIX", "CONDA_PREFIX"):
        if os.environ.get(variable):
            roots.insert(0, Path(os.environ[variable]))
    for root in roots:
        yield _python_in(root)
        for folder in sorted((root / "envs").glob("*")):
            yield _python_in(folder)
    with contextlib.suppress(OSError):
        for line in (home / ".conda/environments.txt").read_text(encoding="utf-8").splitlines():
            yield _python_in(Path(line.strip()))


def _python_in(folder: Path) -> Path:
    return folder / "python.exe" if sys.platform == "win32" else folder / "bin" / "python"


def _probe(path: Path) -> Interpreter | None:
    command = [str(path), "-I", "-S", "-c", _PROBE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    return Interpreter(path, tuple(map(int, done.stdout.split("."))))
