"""An answer that is JSON text already, and is sent as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """The text of the result."""

    text: str
