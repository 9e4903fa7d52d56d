"""What `.amlignore` or `.gitignore` keeps out of a snapshot, read as Azure ML's client reads it.

That client is no git: it looks at files alone (so a file comes back that stands in an ignored folder), reads
the ignore file of the top folder only, and has its own view of `x/*`, of spaces and of brackets.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

FILES = (".amlignore", ".gitignore")
"""Ignore files: the first that is there counts, alone."""

_ALL_BELOW = "(?:/.*)?$"
_IN_BRACKETS = str.maketrans({char: f"\\{char}" for char in "\\[&~|"})


class Rules:
    """The lines of one ignore file; the last that speaks of a file decides."""

    def __init__(self, lines: list[str]) -> None:
        self._groups: list[tuple[bool, re.Pattern[str]]] = []
        kept: list[tuple[bool, str]] = [one for line in lines if (one := _compiled(line)) is not None]
        for ignores, expression in kept:
            if self._groups and self._groups[-1][0] is ignores:
                expression = f"{self._groups.pop()[1].pattern}|{expression}"
            self._groups.append((ignores, re.compile(expression)))
        self._groups.reverse()
        self._folders_end_it = all(ignores and "[" not in one.pattern for ignores, one in self._groups)

    def ignore(self, relative: str) -> bool:
        """Whether the file at `relative`, with `/`, stays behind."""
        for ignores, expression in self._groups:
            if expression.match(relative):
                return ignores
        return False

    def ignore_all_in(self, folder: str) -> bool:
        """Whether nothing in `folder` can be part of a snapshot: only then it need not be looked into."""
        return self._folders_end_it and self.ignore(folder + "/")


def rules_of(folder: Path) -> Rules:
    """The rules that hold in `folder`."""
    file = next((folder / name for name in FILES if (folder / name).exists()), None)
    if file is None:
        return Rules([])
    return Rules(file.read_text(encoding="utf-8-sig", errors="replace").split("\n"))


def _compiled(line: str) -> tuple[bool, str] | None:
    """Whether a line ignores or keeps, and what; None for a comment, and for one that means nothing."""
    pattern = line.strip()
    if pattern in {"", "/"} or pattern.startswith("#"):
        return None
    ignores = not pattern.startswith("!")
    expression = _expression(pattern.removeprefix("!"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(expression)
    except re.error:  # the client stops here with a traceback: nothing that a run should do
        return None
    return ignores, expression


def _expression(pattern: str) -> str:
    parts = _segments(pattern)
    if parts == ["**", ""]:  # everything but the files of the top folder
        return "^.+/.*$"
    if parts[0] == "":
        parts = parts[1:] or [""]
    elif len(parts) == 1 or (len(parts) == 2 and not parts[1]):
        parts = parts if parts[0] == "**" else ["**", *parts]
    if len(parts) > 1 and not parts[-1]:
        parts[-1] = "**"
    return "^" + "".join(_pieces(parts))


def _segments(pattern: str) -> list[str]:
    found: list[str] = []
    for part in pattern.split("/"):
        if part != "**" or found[-1:] != ["**"]:
            found.append(part)
    return found


def _pieces(parts: list[str]) -> Iterator[str]:
    """The regular expression of each part, with the slash before it."""
    slash, last = "", len(parts) - 1
    for place, part in enumerate(parts):
        if part == "**":
            if place == 0:
                yield ".+$" if place == last else "(?:.+/)?"
            else:
                yield "/.*$" if place == last else "(?:/.+)?"
                slash = "/"
            continue
        yield slash + ("[^/]+" if part == "*" else "".join(_glob(part)))
        slash = "/"
        if place == last:
            yield _ALL_BELOW


def _glob(part: str) -> Iterator[str]:
    at = 0
    while at < len(part):
        char, at = part[at], at + 1
        if char == "\\":
            # A lone one at the end is an error to the client; a group that cannot be compiled leaves it out.
            yield re.escape(part[at]) if at < len(part) else "("
            at += 1
        elif char == "*":
            yield "[^/]*"
        elif char == "?":
            yield "[^/]"
        elif char == "[" and (end := _bracket_end(part, at)):
            yield _bracket(part[at:end])
            at = end + 1
        else:
            yield re.escape(char)


def _bracket_end(part: str, start: int) -> int:
    """Where the bracket that was opened before `start` closes; 0 when it does not."""
    first = start + (part[start : start + 1] == "!")
    first += part[first : first + 1] == "]"
    return max(part.find("]", first), 0)


def _bracket(inner: str) -> str:
    negated, inner = ("^", inner[1:]) if inner.startswith("!") else ("", inner)
    caret = "\\^" if inner.startswith("^") and not negated else ""
    return f"[{negated}{caret}{inner[len(caret) // 2 :].translate(_IN_BRACKETS)}]"
