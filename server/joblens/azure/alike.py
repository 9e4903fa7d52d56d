"""A name that was meant, for one that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

_MOST = 1_000
"""Names that are looked at."""


def hint(name: str, names: Iterable[str], otherwise: str) -> str:
    """`Did you mean 'this'?` where one of the names is like it; else the other words."""
    near = difflib.get_close_matches(name, list(islice(names, _MOST)), n=1, cutoff=0.7)
    return f"Did you mean '{near[0]}'?" if near else otherwise
