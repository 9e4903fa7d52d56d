"""What a code folder holds: the files of its snapshot with all that tells whether one was changed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from joblens.engine.code.rules import Rules, rules_of

ALWAYS = frozenset({".git", ".joblens", "__pycache__"})
"""Never part of a snapshot: history, earlier runs, compiled files."""


class File(NamedTuple):
    """One file of a snapshot; two that are equal have the same content, moments of one tick aside."""

    relative: str
    """Its place in the snapshot, with `/`."""
    source: str
    size: int
    modified: int
    """Nanoseconds since 1970, as the next."""
    changed: int
    """When anything about it changed; unlike `modified`, no program can set it."""
    inode: int
    mode: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A code folder at one moment."""

    files: list[File]
    """In a fixed order."""
    left: tuple[str, ...] = ()
    """What cannot be part of a snapshot, a sentence each."""


def listing(code: Path) -> Listing:
    """The files of a snapshot of the folder or file `code`."""
    if not code.is_dir():
        return Listing([_file(os.stat(code), code.name, str(code))])
    top = os.path.realpath(code)
    walk = _Walk(rules_of(code), top)
    walk.read(str(code), "", top, frozenset())
    return Listing(walk.files, tuple(walk.left))


def shown(name: str) -> str:
    """A name that may not be UTF-8, as it can be printed."""
    return os.fsencode(name).decode("utf-8", "replace")


def _file(found: os.stat_result, relative: str, source: str) -> File:
    return File(
        relative,
        source,
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
        found.st_ino,
        stat.S_IMODE(found.st_mode),
    )


class _Walk:
    """Collects files in a list: a hundred thousand of them make a generator's turns dear."""

    def __init__(self, rules: Rules, top: str) -> None:
        self._rules, self._top = rules, top
        self.files: list[File] = []
        self.left: list[str] = []

    def read(self, folder: str, prefix: str, real: str, above: frozenset[str]) -> None:
        """Add what is below `folder`, whose real place is `real`; the rules are asked about that one."""
        ruled = prefix if not prefix or real == f"{self._top}{os.sep}{prefix[:-1]}" else self._ruled(real)
        with os.scandir(folder) as found:
            entries = sorted(found, key=_name)
        for entry in entries:
            name = entry.name
            if name in ALWAYS:
                continue
            if _is_folder(entry):
                self._below(entry, prefix + name, real, above, ruled + name)
            elif not self._rules.ignore(ruled + name):
                self._add(entry, prefix + name)

    def _below(
        self, entry: os.DirEntry[str], relative: str, real: str, above: frozenset[str], ruled: str
    ) -> None:
        inside = f"{real}{os.sep}{entry.name}"
        if entry.is_symlink():
            inside = os.path.realpath(entry.path)
            if inside == real or inside in above:
                self.left.append(f"{shown(relative)} is a link that leads back to a folder above it")
                return
            ruled = self._ruled(inside).rstrip("/")
        if not self._rules.ignore_all_in(ruled):
            self.read(entry.path, relative + "/", inside, above | {real})

    def _ruled(self, real: str) -> str:
        """What Azure ML's client asks its rules about in a linked folder: the way to its real place."""
        return os.path.relpath(real, self._top).replace(os.sep, "/") + "/"

    def _add(self, entry: os.DirEntry[str], relative: str) -> None:
        try:
            found = entry.stat()
        except OSError:
            if entry.is_symlink():
                self.left.append(f"{shown(relative)} is a link that leads nowhere")
            elif os.path.lexists(entry.path):
                raise
            return  # gone since the folder was read
        if stat.S_ISREG(found.st_mode):
            self.files.append(_file(found, relative, entry.path))
        else:
            self.left.append(f"{shown(relative)} is no file but a pipe, a socket or a device")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
