"""What completion proposes: a text, and what it takes the place of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from joblens.text.nodes import Span

_STOP = re.compile(r"(?<!\\)\$(?:\{\d+:([^}]*)\}|\d)")


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal: `text` takes the place of `span`; `$0` in it is where the cursor goes."""

    label: str
    text: str
    kind: str
    """`key`, `value`, `name`, `path`, `folder`, `variable`, `placeholder`, `schema`, `file` (whole)."""
    span: Span
    rank: int = 0
    """Lower stands higher in the list."""
    documentation: str = ""
    detail: str = ""
    goes_on: bool = False
    """What follows can be chosen too: the editor may offer it at once."""
    typed: str = ""
    """What the user types for it, from the start of `span`, where that is not the label."""

    @property
    def is_snippet(self) -> bool:
        """Whether `text` has places for the cursor in it."""
        return "$0" in self.text

    @property
    def plain(self) -> str:
        """The text for an editor that knows no places for the cursor: with their defaults, or nothing."""
        if not self.is_snippet:
            return self.text
        lines = _STOP.sub(lambda stop: stop[1] or "", self.text).replace("\\$", "$").split("\n")
        return "\n".join(line.rstrip(" ") if at else line for at, line in enumerate(lines))
