"""What a disk refuses, in words: a file that cannot be read, a folder that nobody may write to."""

from __future__ import annotations

import errno
from pathlib import Path

from joblens.engine.yaml_files import is_pattern
from joblens.errors import JobFileError, UserError

FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""What a disk says that has no room."""


def text_of(file: Path) -> str:
    """The text of a file that the user named; raises why it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise JobFileError(unreadable(file, error), hint="Give the path of a job's YAML file.") from error
    except UnicodeDecodeError as error:
        raise JobFileError(unreadable(file, error), hint="A job's file is saved as UTF-8.") from error


def unreadable(file: Path, error: OSError | UnicodeDecodeError) -> str:
    """Why a file cannot be read, in a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return f"{file} is not text in UTF-8."
    if isinstance(error, FileNotFoundError):
        if is_pattern(file):
            return f"No file fits the pattern {file}."
        return f"There is no file {file}." if file.suffix else f"There is no file or folder {file}."
    if isinstance(error, IsADirectoryError):
        return f"{file} is a folder, not a file."
    return f"{file} cannot be read: {reason(error)}."


def reason(error: OSError) -> str:
    """Why the system refused, without its number and the file's name."""
    words = error.strerror or str(error)
    return words[:1].lower() + words[1:]


def refused(what: str, error: OSError, *, hint: str) -> UserError:
    """`what` (a sentence without its end) could not be done; the hint for a full disk is always the same."""
    place = f" ({error.filename})" if error.filename else ""
    full = error.errno in FULL
    return UserError(
        f"{what}: {reason(error)}{place}.", hint="Make room on that disk, then try again." if full else hint
    )
