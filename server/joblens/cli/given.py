"""What a command is about: given by an option, as az has it, or just so."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from joblens.errors import JobFileError

Given = TypeVar("Given", str, Path)


def one(named: Given | None, plain: Given | None, missing: str, hint: str) -> Given:
    """The one that is given; raises JobFileError where there is none, or two that differ."""
    given = named or plain
    if not given:
        raise JobFileError(missing, hint=hint)
    if named and plain and named != plain:
        raise JobFileError(f"Two are given: '{plain}' and '{named}'.", hint="Give one of them.")
    return given
