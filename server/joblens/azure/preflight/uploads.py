"""What the client uploads of a folder or a file: what an ignore file leaves out, how much the rest is.

The client looks at the ignore file of the uploaded folder alone: `.amlignore`, else `.gitignore`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_NO_PATTERNS = ("/", "!/")
"""What fits no file for the client."""
_IGNORE_FILES = (".amlignore", ".gitignore")


@dataclass(frozen=True, slots=True)
class Upload:
    """What would be uploaded from one place."""

    files: int = 0
    size: int = 0
    """Bytes."""
    ignored: int = 0
    unreadable: str = ""
    """A file, or the folder, that cannot be read, with the reason."""
    ignore_file: str = ""
    """The name of the file that leaves files out; empty where there is none."""


def upload_of(path: Path) -> Upload:
    """What would be uploaded of a folder or of a file; reads no contents."""
    path = path.resolve()
    if not path.is_dir():
        reason = _unreadable(path)
        return Upload(unreadable=reason) if reason else Upload(1, path.stat().st_size)
    ignore_file = next((name for name in _IGNORE_FILES if (path / name).exists()), "")
    try:
        is_ignored = _ignoring(path, path / ignore_file) if ignore_file else None
    except (OSError, ValueError) as error:
        return Upload(unreadable=f"{ignore_file}: {_reason(error)}")
    return _walked(path, is_ignored, ignore_file)


def _walked(folder: Path, is_ignored: Callable[[str], bool] | None, ignore_file: str) -> Upload:
    files = size = ignored = 0
    failures: list[OSError] = []
    for root, _, names in os.walk(folder, followlinks=True, onerror=failures.append):
        place = os.path.realpath(root)
        for name in names:
            file = f"{place}{os.sep}{name}"
            if is_ignored is not None and is_ignored(file):
                ignored += 1
                continue
            reason = _unreadable(Path(file))
            if reason:
                return Upload(files, size, ignored, reason, ignore_file)
            files += 1
            size += Path(file).stat().st_size
    unreadable = f"{failures[0].filename}: {_reason(failures[0])}" if failures else ""
    return Upload(files, size, ignored, unreadable, ignore_file)


def _ignoring(folder: Path, ignore_file: Path) -> Callable[[str], bool]:
    """Whether a file is left out: the last pattern that fits says so."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern
    from pathspec.util import normalize_file

    with ignore_file.open(encoding="utf-8-sig") as lines:
        written = [line.rstrip() for line in lines]
    patterns = [GitIgnoreSpecPattern(line) for line in written if line not in _NO_PATTERNS]

    def is_ignored(file: str) -> bool:
        try:
            name = normalize_file(os.path.relpath(file, folder))
        except ValueError:  # on another drive
            return True
        fitting = [one.include for one in patterns if one.include is not None and one.match_file(name)]
        return bool(fitting and fitting[-1])

    return is_ignored


def _unreadable(file: Path) -> str:
    """Why a file cannot be read; it is not opened, as what it is might make that wait."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        return f"{file.name}: {_reason(error)}"
    if not stat.S_ISREG(mode):
        return f"{file.name}: it is no file"
    return "" if os.access(file, os.R_OK) else f"{file.name}: Permission denied"


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
