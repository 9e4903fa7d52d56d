"""Where a command that is a process of this machine sees what it works with; planning needs no more of it."""

from __future__ import annotations

from pathlib import Path

from joblens.engine.data import links
from joblens.engine.folders import RunFolder


class ProcessPlaces:
    """Everything is seen where it lies; a path that a shell would take apart is seen through a link."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run

    def code(self) -> str:
        """The copy in the run's folder."""
        return str(self._run.code)

    def input(self, name: str, path: str) -> str:
        """The data themselves."""
        return links.place(self._run, f"INPUT_{name}", path)

    def output(self, name: str, path: str) -> str:
        """The place itself."""
        return links.place(self._run, name, path)

    def own(self, path: Path) -> str:
        """The place itself."""
        return str(path)
