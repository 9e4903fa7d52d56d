"""The code as it was when the run was asked for: a copy in the run's folder, and its hash."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.code.ignore import ignored, rules_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def take(code: Path | None, target: Path) -> str:
    """Copy the folder or file `code` into the folder `target`; answer the hash of what was copied."""
    target.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    for source, relative in files_of(code) if code else ():
        copy = target / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)
        digest.update(relative.encode() + b"\0" + _hash(copy))
    return digest.hexdigest()


def hash_of(code: Path) -> str:
    """The hash that a snapshot of `code` would have."""
    digest = hashlib.sha256()
    for file, relative in files_of(code):
        digest.update(relative.encode() + b"\0" + _hash(file))
    return digest.hexdigest()


def _hash(file: Path) -> bytes:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.digest()


def files_of(code: Path) -> Iterator[tuple[Path, str]]:
    """The files of a snapshot of `code`, each with its place in the copy, in a fixed order."""
    if code.is_file():
        yield code, code.name
        return
    yield from _walk(code, "", rules=rules_of(code), above=frozenset())


def _walk(
    folder: Path, prefix: str, *, rules: GitIgnoreSpec | None, above: frozenset[str]
) -> Iterator[tuple[Path, str]]:
    real = os.path.realpath(folder)
    if real in above:  # a link that leads back to where we came from
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        relative = prefix + entry.name
        is_folder = entry.is_dir()
        if ignored(relative, is_folder, rules):
            continue
        if is_folder:
            yield from _walk(Path(entry.path), f"{relative}/", rules=rules, above=above | {real})
        elif entry.is_file():
            yield Path(entry.path), relative
