"""Removes environments from the cache; one that a running run uses stays, half of one is never used."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from joblens.engine.environments import store
from joblens.engine.environments.needs import place
from joblens.engine.environments.store import Built
from joblens.errors import UserError


class InUseError(UserError):
    """A run that goes on uses it."""


def remove(built: Built) -> None:
    """Remove the environment; raises when a run that goes on uses it.

    Its facts go first: a run that comes now finds no environment and waits for the lock; one that came before
    has written down its use, which is asked for only then.
    """
    from filelock import FileLock

    facts, aside = built.folder / store.FACTS, built.folder / f"{store.FACTS}.aside"
    with FileLock(built.folder.with_name(f"{built.key}.lock")):
        facts.rename(aside)
        run = store.in_use(built.folder)
        if run is not None:
            aside.rename(facts)
            raise InUseError(
                f"The environment {built.key} is in use by the run '{run.name}'.",
                hint=f"Wait for its end, or cancel it: joblens job cancel {run.name}",
            )
        shutil.rmtree(built.folder)
        store.uses_file(built.folder).unlink(missing_ok=True)
    _forget(built.key)


def _forget(key: str) -> None:
    """Forget which needs came to it, and with which packages."""
    for file in store.spec_file("x").parent.glob("*.json"):
        try:
            named = json.loads(file.read_text(encoding="utf-8")).get("environment")
        except (OSError, ValueError, AttributeError):
            continue
        if named == key:
            store.forget(file.stem)


def remove_leftovers() -> int:
    """Remove what builders left that were ended in the middle; how many bytes that were."""
    return sum(_removed(folder) for folder in _leftovers())


def _leftovers() -> Iterator[Path]:
    from filelock import FileLock, Timeout

    for folder in place().glob("*"):
        if not folder.is_dir() or folder.name in {"specs", "conda", "logs"} or store.at(folder) is not None:
            continue
        name = folder.name.lstrip(".")
        key, work = name.partition("-")[0], name.removeprefix("work-")
        lock = store.spec_file(work).with_suffix(".lock") if work != name else place() / f"{key}.lock"
        lock.parent.mkdir(exist_ok=True)
        try:
            with FileLock(lock, timeout=0):
                yield folder
        except Timeout:  # it is being built
            continue


def _removed(folder: Path) -> int:
    size = sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
    shutil.rmtree(folder, ignore_errors=True)
    return size
