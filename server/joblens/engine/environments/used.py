"""Which environment a run has, and where it differs from what its job asks for: kept in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from joblens.engine.folders import RunFolder


@dataclass(frozen=True, slots=True)
class Used:
    """The environment of one run."""

    name: str = ""
    """Its name in the cache; empty where the command runs with the Python that runs Joblens."""
    drift: tuple[str, ...] = ()
    """A line for each substitution."""

    def tags(self) -> dict[str, str]:
        """The same for MLflow."""
        found = {"joblens.environment": self.name} if self.name else {}
        return found | ({"joblens.drift": "\n".join(self.drift)} if self.drift else {})


def write(run: RunFolder, name: str, drift: Sequence[str]) -> None:
    """Keep what was prepared for the run."""
    text = json.dumps({"name": name, "drift": list(drift)}, ensure_ascii=False) + "\n"
    run.prepared.write_text(text, encoding="utf-8")


def read(run: RunFolder) -> Used:
    """What was prepared for the run."""
    try:
        found = json.loads(run.prepared.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Used()
    return Used(found["name"], tuple(found["drift"]))
