"""The files beside a job, as they are now: what is there, and what it says; each is read once per state.

Alone knows the disk among what checks and features ask. Reads only, follows no address, and answers None for
what cannot be read: a question about a neighbour is never an error of its own.
"""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from os.path import normpath
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from joblens.text.document import Document

T = TypeVar("T")

_LARGEST = 1_000_000
"""Bytes; a larger file is no script, specification or job that anybody wrote."""
_KEPT = 256
"""Files that are remembered at a time."""
_LOOKED_INTO = 20
_PAPERS = (".yml", ".yaml", ".md", ".txt", ".ipynb")
"""Endings of files that tell of a job without being a part of it."""


class Entry(Enum):
    """What lies at a path."""

    FILE = "file"
    FOLDER = "folder"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """Something else, or nothing that may be looked at."""


class Disk:
    """The disk as seen from one folder, the one of the file that asks.

    `opened` gives the document of a path that an editor has open: its text counts, saved or not.
    """

    def __init__(self, folder: Path, opened: Callable[[Path], Document | None] | None = None) -> None:
        self.folder = folder
        self._opened = opened

    def at(self, folder: Path) -> Disk:
        """The same disk as seen from another folder."""
        return Disk(folder, self._opened)

    def path(self, written: str) -> Path:
        """The place that a relative path means."""
        return _joined(self.folder, written)

    def entry(self, path: Path) -> Entry:
        """What lies there."""
        if self._open_document(path) is not None:
            return Entry.FILE
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return Entry.MISSING
        except (OSError, ValueError):
            return Entry.UNKNOWN
        if stat.S_ISDIR(mode):
            return Entry.FOLDER
        return Entry.FILE if stat.S_ISREG(mode) else Entry.UNKNOWN

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted; a folder's ends in a slash. Empty where it cannot be listed."""
        try:
            with os.scandir(folder) as found:
                return sorted(one.name + "/" * one.is_dir() for one in found)
        except (OSError, ValueError):
            return []

    def has_more_than_yaml(self) -> bool:
        """Whether code or data lie beside the file, or one folder deeper: then it stands where it is used.

        An empty file is none of it: it keeps a place, as in a copy of a folder's outline.
        """
        folders = [name for name in self.names(self.folder) if name.endswith("/") and name[0] != "."]
        return any(_has_more_than_yaml(self.folder / folder) for folder in ("", *folders[:_LOOKED_INTO]))

    def text(self, path: Path) -> str | None:
        """The text of a file; None where there is none, or it is no text in UTF-8."""
        document = self._open_document(path)
        return document.text if document is not None else _TEXTS.get(path, _read)

    def document(self, path: Path) -> Document | None:
        """A YAML file, parsed; None where its text cannot be had."""
        return self._open_document(path) or _DOCUMENTS.get(path, _parsed)

    def _open_document(self, path: Path) -> Document | None:
        return self._opened(path) if self._opened is not None else None


@lru_cache(maxsize=2048)  # making a path takes longer than asking the disk for it
def _joined(folder: Path, written: str) -> Path:
    return Path(normpath(folder / written))


def _has_more_than_yaml(folder: Path) -> bool:
    try:
        with os.scandir(folder) as found:
            return any(
                one.name[0] != "."
                and not one.name.lower().endswith(_PAPERS)
                and one.is_file()
                and one.stat().st_size > 0
                for one in found
            )
    except (OSError, ValueError):
        return False


class _State(NamedTuple):
    """What tells that a file has changed."""

    changed: int
    size: int
    identity: int


class _Remembered(Generic[T]):
    """What was made of files, as long as they stay as they were."""

    def __init__(self) -> None:
        self._made: OrderedDict[Path, tuple[_State, T | None]] = OrderedDict()

    def get(self, path: Path, make: Callable[[Path], T | None]) -> T | None:
        """What `make` makes of the file; None for one that is not there."""
        try:
            found = path.stat()
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            return None
        state = _State(found.st_mtime_ns, found.st_size, found.st_ino)
        known = self._made.get(path)
        if known is None or known[0] != state:
            self._made[path] = known = (state, make(path))
        self._made.move_to_end(path)
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return known[1]


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _parsed(path: Path) -> Document | None:
    text = _read(path)
    return None if text is None else Document(text, path)


_TEXTS: _Remembered[str] = _Remembered()
_DOCUMENTS: _Remembered[Document] = _Remembered()
