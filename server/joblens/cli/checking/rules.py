"""What docs/checks.md says of each check, for formats that carry it: the page is shipped with the code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_PACKAGED = Path(__file__).parents[2] / "docs" / "checks.md"
_IN_REPOSITORY = Path(__file__).parents[4] / "docs" / "checks.md"

_SECTION = re.compile(r"^## (JL\d+): ([^\n]+)\n\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^(```\w+) .*$", re.MULTILINE)
_LEVEL = re.compile(r"A (warning|hint)\b")


class Rule(NamedTuple):
    """A check as its section tells it."""

    code: str
    title: str
    text: str
    level: str
    """How bad it is, unless the place or the user's settings say otherwise: the section's first words."""


@cache
def rules() -> dict[str, Rule]:
    """Every check's section, by code."""
    page = (_PACKAGED if _PACKAGED.is_file() else _IN_REPOSITORY).read_text(encoding="utf-8")
    return {match[1]: _rule(match) for match in _SECTION.finditer(page)}


def _rule(match: re.Match[str]) -> Rule:
    level = _LEVEL.match(match[3])
    # The marks show what an example underlines, a word after the language which files lie beside it.
    text = _FENCE.sub(r"\1", match[3].strip().replace("«", "").replace("»", ""))
    return Rule(match[1], match[2], text, level[1] if level else "error")
