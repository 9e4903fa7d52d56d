"""A job file as the cluster takes it: one of a preview in today's dialect, which may be kept as a file."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from joblens.errors import JobFileError
from joblens.job.convert import to_today
from joblens.job.detect import Kind
from joblens.job.era import mark
from joblens.job.migrate import migrate
from joblens.job.model import Dialect
from joblens.text.document import Document


@dataclass(frozen=True, slots=True)
class Converted:
    """What is sent instead of the file."""

    text: str
    notes: tuple[str, ...] = ()
    """What had to be guessed."""


def is_of_preview(document: Document, kind: Kind) -> bool:
    """Whether azure-ai-ml of today would not read the file, or read it differently."""
    return kind.dialect is Dialect.PREVIEW or mark(document.tree, kind) is not None


def converted(document: Document, overrides: Mapping[str, object]) -> Converted:
    """The job in today's dialect, with other values put in."""
    found = to_today(document, overrides)
    return Converted(yaml.safe_dump(found.data, sort_keys=False, allow_unicode=True), found.notes)


def save(document: Document, overrides: Mapping[str, object], target: Path) -> None:
    """Keep the job in today's dialect as a file; one that has another text already is never replaced."""
    text = _kept(document, overrides)
    target = target.absolute()
    source = document.path or target
    if target.parent.resolve() != source.parent.resolve():
        raise JobFileError(
            f"The converted file cannot be kept as {target}: its paths begin at {source.parent}.",
            hint=f"Keep it beside the job: `--save-as {source.parent / target.name}`.",
        )
    if _text(target) != text:
        _write(target, text)


def _kept(document: Document, overrides: Mapping[str, object]) -> str:
    """With its comments, where nothing was put in."""
    found = None if overrides else migrate(document)
    return found.text if found else converted(document, overrides).text


def _text(target: Path) -> str | None:
    """What the file has; None where there is none."""
    try:
        return target.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""


def _write(target: Path, text: str) -> None:
    """In one step: nobody sees a half one, and nobody's file is replaced."""
    if target.exists():
        raise JobFileError(
            f"{target} exists, with another text than the converted job's.", hint="Give another name."
        )
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8"))
            Path(name).chmod(0o644)
            Path(name).rename(target)
        finally:
            with contextlib.suppress(OSError):
                Path(name).unlink()
    except OSError as error:
        hint = "See that its folder can be written to, or give another one."
        raise JobFileError(f"{target} cannot be written: {error.strerror or error}.", hint=hint) from error
