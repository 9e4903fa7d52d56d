"""Which packages a script imports."""

from __future__ import annotations

from joblens.script.source import source_of


def imported(text: str) -> frozenset[str] | None:
    """The top-level packages that a script imports, anywhere in it; None where it cannot be parsed.

    A relative import counts as an empty name.
    """
    source = source_of(text)
    return source.packages if source is not None else None
