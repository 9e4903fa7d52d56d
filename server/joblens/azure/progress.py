"""How far something has come that sends or fetches files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done at this moment."""

    text: str
    done: int = 0
    """Bytes that are through."""
    total: int = 0
    """Bytes that there are; 0 if nothing is counted."""


Tell = Callable[[Progress], None]
