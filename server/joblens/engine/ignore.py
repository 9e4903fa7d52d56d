"""Which files of a code folder stay behind: `.amlignore`, or `.gitignore` where there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ALWAYS = frozenset({".git", ".joblens", "__pycache__"})
"""Never part of a snapshot: history, earlier runs, compiled files."""


class Rule(NamedTuple):
    """One line of an ignore file."""

    pattern: re.Pattern[str]
    folders_only: bool
    keeps: bool


def rules_of(folder: Path) -> list[Rule]:
    """The rules that hold in `folder`; Azure ML too reads `.gitignore` only where `.amlignore` is missing."""
    for name in (".amlignore", ".gitignore"):
        file = folder / name
        if file.is_file():
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            return [rule for rule in map(_rule, lines) if rule is not None]
    return []


def ignored(relative: str, is_folder: bool, rules: Sequence[Rule]) -> bool:
    """Whether the file at `relative` (with `/`) stays behind; the last rule that matches decides."""
    if relative.rpartition("/")[2] in ALWAYS:
        return True
    for rule in reversed(rules):
        if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(relative):
            return not rule.keeps
    return False


def _rule(line: str) -> Rule | None:
    text = line.rstrip()
    if not text or text.startswith("#"):
        return None
    keeps = text.startswith("!")
    text = text[1:] if keeps else text.removeprefix("\\")
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    body = _regex(text.lstrip("/"))
    return Rule(re.compile(body if anchored else f"(?:.*/)?{body}"), folders_only, keeps)


def _regex(glob: str) -> str:
    pieces = re.split(r"(\*\*/|/\*\*|\*|\?|\[[^\]]+\])", glob)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    special = {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}
    if piece in special:
        return special[piece]
    if piece.startswith("[") and piece.endswith("]"):
        return f"[{'^' if piece[1] in '!^' else ''}{piece[1:-1].lstrip('!^')}]"
    return re.escape(piece)
