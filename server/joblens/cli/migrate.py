"""`joblens migrate`: preview files in today's format; shown as a diff, or written in place."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from joblens.engine.files import unreadable
from joblens.engine.yaml_files import yaml_files
from joblens.errors import JobFileError
from joblens.job.detect import detect
from joblens.job.era import mark
from joblens.job.migrate import Migrated, migrate
from joblens.job.model import Dialect
from joblens.text.document import Document


@dataclass(frozen=True, slots=True)
class _Change:
    file: Path
    old: str
    new: Migrated


def migrate_files(parsed: argparse.Namespace) -> int:
    """Migrate the files, or those in the folders; 1 when `--check` finds one that is to be migrated."""
    # All are read before the first is written: a mistake in one leaves all as they are.
    changes = [change for file in _once(parsed.paths) if (change := _change(file)) is not None]
    if parsed.write:
        _replace_all(changes)
    for change in changes:
        for note in change.new.notes:
            print(f"{change.file}: {note}", file=sys.stderr)
        if parsed.write or parsed.check:
            print(f"{change.file}: {'migrated' if parsed.write else 'to be migrated'}")
        else:
            sys.stdout.write(_diff(change))
    if not changes:
        print("Nothing to migrate: there is no file of a preview here.", file=sys.stderr)
    return 1 if parsed.check and changes else 0


def _once(paths: list[Path]) -> Iterator[Path]:
    """The files of the paths, each once, however often it is named."""
    seen: set[str] = set()
    for file, _ in yaml_files(paths):
        real = os.path.realpath(file)  # which bears a link that leads to itself, unlike Path.resolve
        if real not in seen:
            seen.add(real)
            yield file


def _change(file: Path) -> _Change | None:
    try:
        text = file.read_bytes().decode("utf-8")  # line ends stay as they are
    except (OSError, UnicodeDecodeError) as error:
        raise JobFileError(unreadable(file, error), hint="Give job files, folders or patterns.") from error
    document = Document(text, file.absolute())
    kind = detect(document.tree, text)
    if kind is None:
        return None
    if document.problems and (kind.dialect is Dialect.PREVIEW or mark(document.tree, kind) is not None):
        line = document.line_of(document.problems[0].span.start) + 1
        message = f"The file is not valid YAML: {file}, line {line}: {document.problems[0].message}."
        raise JobFileError(message, hint="Mend it, then migrate again; nothing was changed.")
    try:
        new = migrate(document)
    except JobFileError as error:
        raise JobFileError(f"The file cannot be migrated: {file}. {error}", hint=error.hint) from error
    return None if new is None else _Change(file, text, new)


def _diff(change: _Change) -> str:
    """The change as `git apply` and `patch -p1` take it."""
    name = change.file.as_posix().lstrip("/")
    lines = difflib.unified_diff(_lines(change.old), _lines(change.new.text), f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]


def _replace_all(changes: list[_Change]) -> None:
    """Put the new texts in the files' places; none where one cannot be written.

    Each takes its place in one step: a reader sees the old or the new one.
    """
    made: list[tuple[Path, Path]] = []
    file = Path()
    try:
        for change in changes:
            file = change.file.resolve()
            made.append((_written_beside(file, change.new.text), file))
        for new, file in made:
            new.replace(file)
    except OSError as error:
        hint = "See that its folder can be written to."
        raise JobFileError(f"The file cannot be written: {file} ({error}).", hint=hint) from error
    finally:
        for new, _ in made:
            new.unlink(missing_ok=True)


def _written_beside(file: Path, text: str) -> Path:
    """A new file with the text and the old one's mode."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(text.encode("utf-8"))
        made.chmod(file.stat().st_mode & 0o7777)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made
