"""Where a command on a node of a Ray cluster sees what it works with: all below one folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from joblens.engine.data import links
from joblens.engine.folders import RunFolder


class RayPlaces:
    """A folder that the nodes make: with links to what they see, or with what was sent to them."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run

    def code(self) -> str:
        """The copy of the code."""
        return f"{self.root()}/code"

    def input(self, name: str, path: str) -> str:
        """A file keeps its name, as one word for a shell."""
        return f"{self.root()}/inputs/{name}/{links.plain_name(path)}"

    def output(self, name: str, path: str) -> str:  # noqa: ARG002 - it is bound wherever it is kept
        """A place by the output's name."""
        return f"{self.root()}/named/{name}"

    def own(self, path: Path) -> str:
        """Where the run's folder itself is seen, and in it a file of Joblens."""
        return f"{self.root()}/run/{path.relative_to(self._run.path).as_posix()}"

    def root(self) -> str:
        """The folder of the run; another project's run may have the same name."""
        return f"/tmp/joblens-{self._run.name}-{hashlib.sha256(str(self._run.path).encode()).hexdigest()[:8]}"
