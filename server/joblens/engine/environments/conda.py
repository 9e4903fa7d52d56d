"""A conda specification as what pip can install: which Python, which requirements, and what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from joblens.engine.environments import conda_names
from joblens.errors import EnvironmentBuildError

_ENTRY = re.compile(
    r"(?:(?P<channel>[^\s\[]+)::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*)\s*"
    r"(?:\[(?P<brackets>[^\]]*)\]|(?P<rest>[<>=!~*\d].*))?"
)
_BRACKET = re.compile(r"version\s*=\s*(?P<quote>['\"]?)(?P<version>[^'\"]+)(?P=quote)")
_ONE_VERSION = re.compile(r"=(?P<version>[^=<>!~,]+)(?:=.*)?")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Specification:
    """What a conda file asks for: as pip takes it, and as it stands there for who has conda's channels."""

    python: str | None
    """As conda writes it, without the name: `=3.8`, `3.10.*`, `>=3.9,<3.12`; None when any will do."""
    requirements: tuple[str, ...]
    """All that pip can install, conda packages by their name on PyPI."""
    notes: tuple[str, ...] = ()
    """Where what pip installs differs from what conda would install, a line each."""
    packages: tuple[str, ...] = ()
    """The conda packages as written, Python's included."""
    pip: tuple[str, ...] = ()
    """The lines of the pip section."""
    channels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """The conda packages that are not known to be on PyPI, as pip would write them."""
    left_out: tuple[str, ...] = ()
    """The conda packages that are no Python packages."""

    def without_twins(self) -> str:
        """What pip cannot install, as a sentence."""
        return without_twins(self.missing)


def without_twins(missing: tuple[str, ...]) -> str:
    """Those conda packages as a sentence."""
    names = ", ".join(f"'{name}'" for name in missing)
    return f"The conda package{'s have' if len(missing) > 1 else ' has'} no known twin on PyPI: {names}."


def specification(conda: Mapping[str, object]) -> Specification:
    """The specification that `conda` (as YAML reads it) comes to."""
    reading = _Reading()
    if (
        conda.get("python") is not None
    ):  # MLflow's python_env.yaml, which is not conda's but stands in its place
        reading.package(f"python={conda['python']}")
    for entry in _list(conda.get("dependencies")):
        if isinstance(entry, Mapping):
            reading.pip += [str(line) for line in _list(entry.get("pip"))]
        elif str(entry).strip().startswith("-"):
            reading.pip.append(str(entry).strip())
        elif entry is not None:
            reading.package(str(entry).strip())
    channels = tuple(str(one) for one in _list(conda.get("channels")))
    return Specification(
        python=reading.python,
        requirements=(*reading.mapped, *reading.pip),
        notes=tuple(reading.notes),
        packages=tuple(reading.packages),
        pip=tuple(reading.pip),
        channels=channels,
        missing=tuple(reading.missing),
        left_out=tuple(reading.left_out),
    )


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.python: str | None = None
        self.packages: list[str] = []
        self.mapped: list[str] = []
        self.pip: list[str] = []
        self.missing: list[str] = []
        self.left_out: list[str] = []
        self.notes: list[str] = []

    def package(self, written: str) -> None:
        """Take in one conda package."""
        name, rest = _entry(written)
        self.packages.append(written)
        if name == "python":
            self.python = rest or None
        elif name == "pip":
            self.mapped += [f"pip{version(rest)}"] if version(rest) else []
        elif conda_names.no_python_package(name):
            self.left_out.append(name)
            self.notes.append(f"conda package '{name}' is left out: it is no Python package.")
        else:
            self._python_package(name, rest)

    def _python_package(self, name: str, rest: str) -> None:
        known = conda_names.pypi_name(name)
        if known is None or "|" in rest:
            self.missing.append((known or name) + ("" if "|" in rest else version(rest)))
            return
        requirement = known + version(rest)
        self.mapped.append(requirement)
        self.notes.append(f"conda package '{name}{rest}' is installed from PyPI as '{requirement}'.")


def name_of(written: str) -> str:
    """The name of a conda package as it is written."""
    return _entry(written)[0]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _entry(text: str) -> tuple[str, str]:
    match = _ENTRY.fullmatch(text.partition("#")[0].strip())
    if match is None:
        raise EnvironmentBuildError(
            f"The conda dependency '{text}' cannot be read.",
            hint="Write it as 'name', 'name=1.2' or 'name>=1.2'.",
        )
    rest = (match["rest"] or "").strip()
    if match["brackets"] and (found := _BRACKET.search(match["brackets"])):
        rest = found["version"].strip()
    return match["name"].lower(), rest


def version(conda: str) -> str:
    """A version as conda asks for it, in pip's words: `=1.2` means any 1.2, a build is dropped."""
    conda = re.sub(r"(?<=[\w.*])\s+(?=[\w*]+$)", "=", conda.strip())  # '1.2 py38_0': a version and a build
    conda = conda.replace(" ", "")
    if not conda or conda == "*":
        return ""
    if match := _ONE_VERSION.fullmatch(conda):
        return _equal(match["version"], fuzzy=conda.count("=") == 1)
    if conda[0].isdigit() and "," not in conda:
        return _equal(conda.partition("=")[0], fuzzy=False)
    return ",".join(map(_clause, conda.split(",")))


def _equal(number: str, *, fuzzy: bool) -> str:
    plain = number.rstrip("*").rstrip(".")
    if not plain:
        return ""
    fuzzy = (fuzzy or plain != number) and _RELEASE.fullmatch(plain) is not None
    return f"=={plain}.*" if fuzzy else f"=={plain}"


def _clause(clause: str) -> str:
    """One of several conditions: a bare version means this one, and `>=1.2.*` is `>=1.2`."""
    operator = clause[: len(clause) - len(clause.lstrip("<>=!~"))]
    number = clause[len(operator) :]
    if operator in {"", "=", "=="}:
        return _equal(number, fuzzy=operator == "=")
    if operator in {"!=", "~="}:
        return clause
    return operator + number.rstrip("*").rstrip(".")
