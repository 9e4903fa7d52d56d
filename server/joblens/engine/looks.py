"""Notes what a process looks at on the disk: every path that is asked about, read or listed."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from joblens.engine.remembered import State, state

_ASKING = ("stat", "lstat", "readlink", "access", "open")
_LISTING = ("listdir", "scandir")


class Looks:
    """What was looked at; of a program with one thread."""

    def __init__(self) -> None:
        self._asked: dict[str, tuple[bool, State]] = {}
        """Paths, whether what is in them was listed, and how they were just before."""
        self._looking = False
        self.asked_engines = False
        """Whether it was asked which engine of containers answers."""
        self.whole = True
        """Whether all could be noted."""

    def states(self, *, without: str) -> list[tuple[str, bool, State]] | None:
        """Each path, `without` those that have the name, with how it was; None where not all was noted."""
        if not self.whole:
            return None
        return [(path, *seen) for path, seen in self._asked.items() if without not in path]

    def note(self, path: object, *, listed: bool = False) -> None:
        """A path is about to be looked at: what changes while it is read must not pass for what was read."""
        if self._looking or isinstance(path, int):  # an int is what is open already
            return
        try:
            place = os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]  # noqa: PTH100 - no link is followed
        except TypeError:
            self.whole = False
            return
        if place in self._asked and (self._asked[place][0] or not listed):
            return
        self._looking = True
        try:
            self._asked[place] = (listed, state(place, listed=listed))
        finally:
            self._looking = False

    def knows(self, path: Path, *, listed: bool = False) -> bool:
        """Whether the path was looked at, or what is in it."""
        return str(path) in self._asked and (not listed or self._asked[str(path)][0])

    def forget(self) -> None:
        """Nothing was looked at yet."""
        self._asked = {}

    @contextlib.contextmanager
    def passing(self) -> Iterator[None]:
        """What is looked at inside counts for nothing afterwards."""
        before, whole = dict(self._asked), self.whole
        yield
        self._asked, self.whole = before, whole

    def give_up(self) -> None:
        """Something was asked that cannot be noted."""
        self.whole = False


@contextlib.contextmanager
def noted() -> Iterator[Looks]:
    """Note what is looked at inside; where not all of it can be seen, nothing is remembered."""
    looks = Looks()
    undo: list[Callable[[], None]] = []
    try:
        undo += [_watch(os, name, looks, listed=False) for name in _ASKING]
        undo += [_watch(os, name, looks, listed=True) for name in _LISTING]
        undo += [_watch(module, "open", looks, listed=False) for module in (io, builtins)]
        undo += [_refuse(subprocess.Popen, "__init__", looks), _engines(looks)]
        yield looks
        if not _sees_all(looks):
            looks.give_up()
    finally:
        for each in reversed(undo):
            each()


def _watch(module: Any, name: str, looks: Looks, *, listed: bool) -> Callable[[], None]:
    original = getattr(module, name)

    def watched(path: Any = ".", *arguments: Any, **named: Any) -> Any:
        looks.note(path, listed=listed)
        if "dir_fd" in named:
            looks.give_up()
        return original(path, *arguments, **named)

    setattr(module, name, watched)
    return lambda: setattr(module, name, original)


def _refuse(module: Any, name: str, looks: Looks) -> Callable[[], None]:
    """Give up where another program is asked: nobody knows what it looks at."""
    original = getattr(module, name)

    def watched(*arguments: Any, **named: Any) -> Any:
        looks.give_up()
        return original(*arguments, **named)

    setattr(module, name, watched)
    return lambda: setattr(module, name, original)


def _engines(looks: Looks) -> Callable[[], None]:
    from joblens.engine.backends.container import engines

    original = engines.search

    def watched(*arguments: Any, **named: Any) -> Any:
        looks.asked_engines = True
        return original(*arguments, **named)

    engines.search = watched
    return lambda: setattr(engines, "search", original)


def _sees_all(looks: Looks) -> bool:
    """Whether what `pathlib` does is seen, which is no promise of Python's."""
    ways: tuple[Callable[[Path], object], ...] = (
        Path.exists,
        Path.is_file,
        Path.is_dir,
        Path.stat,
        Path.read_bytes,
        Path.read_text,
    )
    lists: tuple[Callable[[Path], Iterable[object]], ...] = (
        Path.iterdir,
        lambda folder: folder.glob("*"),
        os.listdir,
        os.scandir,
    )
    with looks.passing(), tempfile.TemporaryDirectory(prefix="joblens-") as name:
        file, folder = Path(name).resolve() / "file", Path(name).resolve() / "folder"
        file.touch()
        folder.mkdir()
        return all(_sees(looks, way, file) for way in ways) and all(
            _sees(looks, way, folder, listed=True) for way in lists
        )


def _sees(looks: Looks, way: Callable[[Path], object], path: Path, *, listed: bool = False) -> bool:
    looks.forget()
    found = way(path)
    if listed:
        list(found)  # type: ignore[call-overload]
    return looks.knows(path, listed=listed)
