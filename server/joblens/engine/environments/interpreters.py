"""Which Python on this machine answers a pin such as `3.8` or `>=3.10`; none is ever put in its place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import tools
from joblens.errors import EnvironmentBuildError

_CLAUSE = re.compile(r"(?P<operator>==|=|>=|<=|!=|>|<|~=)?(?P<version>\d+(?:\.\d+)*)(?:\.?\*)?(?:=.*)?")
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
    raise EnvironmentBuildError(
        f"The environment asks for Python {pin.lstrip('=')}, and there is none on this machine.",
        hint="Install that Python (pyenv, conda and the system's are found), change the pin, or run the job "
        "with this Python: --environment this-python.",
    )


def fits(version: tuple[int, ...], pin: str | None) -> bool:
    """Whether a Python of that version answers the pin; every one does where there is none."""
    return pin is None or _answers(version, _clauses(pin))


def _clauses(pin: str) -> list[tuple[str, tuple[int, ...]]]:
    clauses = []
    for part in pin.replace(" ", "").split(","):
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
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    wanted = f"{exact[0]}.{exact[1]}" if exact else ""
    folders = [path for path in (root / "versions").glob("*") if path.name.startswith(wanted)]
    for folder in sorted(
        folders, key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)], reverse=True
    ):
        yield _python_in(folder)


def _conda() -> Iterator[Path]:
    roots = [Path.home() / name for name in ("miniconda3", "anaconda3", "miniforge3", "mambaforge")]
    roots += [Path("/opt/conda"), Path("/opt/miniconda3")]
    if os.environ.get("CONDA_PREFIX"):
        roots.insert(0, Path(os.environ["CONDA_PREFIX"]))
    for root in roots:
        yield _python_in(root)
        for folder in sorted((root / "envs").glob("*")):
            yield _python_in(folder)


def _python_in(folder: Path) -> Path:
    return folder / "python.exe" if sys.platform == "win32" else folder / "bin" / "python"


def _probe(path: Path) -> Interpreter | None:
    command = [str(path), "-I", "-S", "-c", _PROBE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    return Interpreter(path, tuple(map(int, done.stdout.split("."))))
