"""Names in the letters that today takes: of inputs and hyperparameters, of steps and components."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OTHER = re.compile(r"[^A-Za-z0-9_]")


def port_names(names: Iterable[str]) -> dict[str, str]:
    """Today's names of inputs or hyperparameters, by the old ones: `learning-rate` is `learning_rate`."""
    found: dict[str, str] = {}
    wanted = {name: _OTHER.sub("_", name) for name in names}
    for name, today in wanted.items():
        today = f"_{today}" if today[:1].isdigit() else today
        taken = today != name and (today in wanted or today in found.values())
        found[name] = name if taken or not today.strip("_") else today
    return found


def word_name(name: str) -> str:
    """Today's name of a component or a step: a lower-case word; the old one where there is none like it."""
    word = name.casefold().replace("-", "_")
    return word if word.isidentifier() and word.isascii() else name
