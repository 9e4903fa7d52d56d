"""Which YAML files a command's arguments mean: files, folders, and patterns such as `jobs/**/*.yml`.

In folders, what git ignores and what is hidden (`.joblens` too) is passed over; a named file is taken.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from joblens.engine.code.ignore import rules_in, verdict

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_WILD = re.compile(r"[*?\[]")


class Named(NamedTuple):
    """A file, and whether the user named it or it was come upon in a folder."""

    path: Path
    explicit: bool


class _Rules(NamedTuple):
    """The ignore rules of one folder."""

    folder: str
    spec: GitIgnoreSpec


def yaml_files(given: Iterable[Path]) -> list[Named]:
    """The files, each once, in the order in which they were given; a path that leads nowhere is kept."""
    found: dict[Path, Named] = {}
    for path in given:
        for one in _meant(path):
            known = found.get(one.path)
            if known is None or one.explicit > known.explicit:
                found[one.path] = one
    return list(found.values())


def is_pattern(path: Path) -> bool:
    """Whether a path that leads nowhere was to stand for many."""
    return _WILD.search(str(path)) is not None and not path.exists()


def _meant(path: Path) -> Iterator[Named]:
    if not _lets_in(path):
        yield Named(path, explicit=True)  # Whoever reads it says why not.
    elif path.is_dir():
        yield from (Named(file, explicit=False) for file in _below(path))
    elif is_pattern(path):
        fitting = [Named(file, explicit=False) for file in _fitting(path)]
        yield from fitting or [Named(path, explicit=True)]
    else:
        yield Named(path, explicit=True)


def _lets_in(path: Path) -> bool:
    """Whether a path can be looked at, and into where it is a folder; one that leads nowhere can."""
    try:
        return not path.is_dir() or os.access(path, os.R_OK | os.X_OK)
    except PermissionError:  # of a folder above
        return False


def _fitting(pattern: Path) -> Iterator[Path]:
    """The files that a pattern fits, and those in the folders that it fits."""
    from pathspec import GitIgnoreSpec

    plain = next(at for at, part in enumerate(pattern.parts) if _WILD.search(part))
    start = Path(*pattern.parts[:plain])
    spec = GitIgnoreSpec.from_lines(["/" + "/".join(pattern.parts[plain:])])
    if _lets_in(start) and start.is_dir():
        yield from (file for file in _below(start) if spec.match_file(file.relative_to(start).as_posix()))


def _below(folder: Path) -> Iterator[Path]:
    top = str(folder.absolute())
    rules = list(_rules_above(Path(top)))
    if _ignored(top, True, rules):
        rules = []  # Whoever names an ignored folder wants what is in it.
    for relative in _walk(top, "", rules):
        yield folder / relative


def _walk(folder: str, prefix: str, rules: list[_Rules]) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # A folder that nobody lets us into has no files for us.
        return
    own = next((entry for entry in entries if entry.name == ".gitignore"), None)
    if own is not None and _is_file(own):
        rules = [*rules, _Rules(folder, rules_in(Path(own.path)))]
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        if entry.name.startswith(".") or not (is_folder or _is_yaml(entry.name)):
            continue
        if _ignored(entry.path, is_folder, rules):
            continue
        if is_folder:
            yield from _walk(entry.path, f"{prefix}{entry.name}/", rules)
        elif _is_file(entry):
            yield prefix + entry.name


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # A link that leads to itself, or to where nobody lets us in.
        return False


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yml", ".yaml")) or name == "MLTable"


def _rules_above(folder: Path) -> Iterator[_Rules]:
    """The rules of the repository's folders that hold `folder`, from its top down."""
    top = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
    if top is None:
        return
    above = [one for one in reversed(folder.parents) if one.is_relative_to(top)]
    files = [(one, one / ".gitignore") for one in above]
    for place, file in [(top, top / ".git" / "info" / "exclude"), *files]:
        if file.is_file():
            yield _Rules(str(place), rules_in(file))


def _ignored(path: str, is_folder: bool, rules: list[_Rules]) -> bool:
    """What the nearest rules say that speak of the path."""
    for one in reversed(rules):
        relative = path[len(one.folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
        said = verdict(relative, is_folder, one.spec) if relative else None
        if said is not None:
            return said
    return False
