"""What git leaves alone; what stays out of a snapshot is read by other rules (`rules.py`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def rules_in(file: Path) -> GitIgnoreSpec:
    """The rules of an ignore file, which must be there."""
    from pathspec import GitIgnoreSpec

    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # as git does: a line that cannot be is passed over
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def verdict(relative: str, is_folder: bool, rules: GitIgnoreSpec) -> bool | None:
    """Whether the rules ignore or keep what is at `relative`; None when none of them speaks of it."""
    return rules.check_file(relative + "/" * is_folder).include


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
