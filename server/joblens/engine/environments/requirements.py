"""Lines that pip would take, made independent of the folder they stand in and of how they are spelt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from joblens.engine.code import snapshot
from joblens.errors import EnvironmentBuildError

_COMMENT = re.compile(r"(^|\s+)#.*$")
_NAMED = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?P<extras>\[[^\]]*\])?\s*(?P<versions>[^;@]*)(?P<rest>.*)"
)
_OPTION = re.compile(r"(?P<flag>--?[A-Za-z][\w-]*)(?:[=\s]\s*(?P<value>.+))?")
_FILES = {"-r": "-r", "--requirement": "-r", "-c": "-c", "--constraint": "-c"}
_PLACES = {"-f": "--find-links", "--find-links": "--find-links", "-e": "-e", "--editable": "-e"}
CONSTRAINT = "--constraint-line "
_OF_UV = {"--pre": ("--prerelease", "allow"), "--trusted-host": ("--allow-insecure-host",)}
_NOT_OF_UV = ("--prefer-binary", "--use-feature", "--require-hashes", "--use-pep517", "--no-cache-dir")


@dataclass(frozen=True, slots=True)
class Asked:
    """Requirements as uv takes them."""

    lines: tuple[str, ...]
    """What stands in a requirements file."""
    constraints: tuple[str, ...]
    """What stands in a constraints file."""
    arguments: tuple[str, ...]
    """What uv takes on its command line alone."""


def for_uv(lines: Iterable[str]) -> Asked:
    """Resolved lines in uv's words."""
    kept: list[str] = []
    constraints: list[str] = []
    arguments: list[str] = []
    for line in lines:
        flag, _, value = line.replace("=", " ", 1).partition(" ") if line.startswith("--") else (line, "", "")
        if line.startswith(CONSTRAINT):
            constraints.append(line.removeprefix(CONSTRAINT))
        elif flag in _OF_UV:
            arguments += [*_OF_UV[flag], *([value.strip()] if value else [])]
        elif flag not in _NOT_OF_UV:
            kept.append(line)
    return Asked(tuple(kept), tuple(constraints), tuple(arguments))


def resolved(lines: Iterable[str], folder: Path) -> tuple[str, ...]:
    """The lines with files they name read in, and paths in them made absolute, as seen from `folder`."""
    found: list[str] = []
    for line in _joined(lines):
        option = _OPTION.fullmatch(line) if line.startswith("-") else None
        if option is not None and option["flag"] in _FILES:
            found += _file(line, _FILES[option["flag"]], folder / (option["value"] or ""))
        elif option is not None and option["flag"] in _PLACES:
            found.append(f"{_PLACES[option['flag']]} {_place(option['value'] or '', folder)}")
        else:
            found.append(_absolute(line, folder))
    return tuple(found)


def normalised(lines: Iterable[str]) -> list[str]:
    """The lines in one order and one spelling, so that equal requirements are equal texts."""
    return sorted(map(_normal, lines))


def local_contents(lines: Iterable[str]) -> list[str]:
    """Hashes of the folders and files that the lines install from, which may change under one name."""
    paths = (Path(line.removeprefix("-e ")) for line in lines if not line.startswith("--"))
    return [snapshot.hash_of(path) for path in paths if path.is_absolute() and path.exists()]


def _joined(lines: Iterable[str]) -> Iterable[str]:
    """Lines without comments and blank ones, continued lines in one piece."""
    text = "\n".join(lines).replace("\\\n", " ")
    stripped = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _file(line: str, flag: str, path: Path) -> Iterable[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentBuildError(
            f"The environment's line '{line}' names a file that cannot be read: {path}.",
            hint="A path in a pip section is relative to the file it stands in.",
        ) from error
    inner = resolved(lines, path.parent)
    return inner if flag == "-r" else [CONSTRAINT + entry for entry in inner]


def _place(value: str, folder: Path) -> str:
    """A folder or an address, whatever looks like it."""
    return str((folder / value).resolve()) if (folder / value).exists() else _absolute(value, folder)


def _absolute(value: str, folder: Path) -> str:
    if value.startswith(("./", "../", ".\\", "/")) or value == "." or (folder / value).is_file():
        path, bracket, extras = value.partition("[")
        return str((folder / path).resolve()) + bracket + extras
    return value


def parts(line: str) -> tuple[str, str, str, str] | None:
    """A requirement's name, extras, versions, and the rest but for hashes; None for a path or an address."""
    line = re.split(r"\s--hash\b", line)[0]
    match = None if line.startswith(("-", "/")) or "://" in line else _NAMED.fullmatch(line)
    return None if match is None else (match["name"], match["extras"] or "", match["versions"], match["rest"])


def canonical(name: str) -> str:
    """A package's name in the one spelling that PyPI compares by."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _normal(line: str) -> str:
    match = _NAMED.fullmatch(line)
    if match is None or line.startswith("-"):
        return line
    name = canonical(match["name"])
    extras = ",".join(sorted(extra.strip().lower() for extra in (match["extras"] or "[]")[1:-1].split(",")))
    versions = ",".join(sorted(part.replace(" ", "") for part in match["versions"].split(",")))
    rest = " ".join(match["rest"].split())
    return f"{name}[{extras}]{versions}{rest}"
