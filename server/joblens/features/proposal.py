"""What completion proposes: a text, and what it takes the place of."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.text.nodes import Span


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal: `text` takes the place of `span`; `$0` in it is where the cursor goes."""

    label: str
    text: str
    kind: str
    """`key`, `value`, `schema`, `placeholder` or `file`."""
    span: Span
    rank: int = 0
    """Lower stands higher in the list."""
    documentation: str = ""
    detail: str = ""
    goes_on: bool = False
    """What follows can be chosen too: the editor may offer it at once."""
