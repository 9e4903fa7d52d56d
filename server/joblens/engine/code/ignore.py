"""What ignore files say: which files of a code folder stay behind, and which git leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

ALWAYS = frozenset({".git", ".joblens", "__pycache__"})
"""Never part of a snapshot: history, earlier runs, compiled files."""


def rules_of(folder: Path) -> GitIgnoreSpec | None:
    """The rules that hold in `folder`; Azure ML too reads `.gitignore` only where `.amlignore` is missing."""
    for name in (".amlignore", ".gitignore"):
        if (folder / name).is_file():
            return rules_in(folder / name)
    return None


def rules_in(file: Path) -> GitIgnoreSpec:
    """The rules of an ignore file, which must be there."""
    from pathspec import GitIgnoreSpec

    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # as git does: a line that cannot be is passed over
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def ignored(relative: str, is_folder: bool, rules: GitIgnoreSpec | None) -> bool:
    """Whether the file at `relative` (with `/`) stays behind; the last rule that matches decides."""
    if relative.rpartition("/")[2] in ALWAYS:
        return True
    return rules is not None and verdict(relative, is_folder, rules) is True


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
