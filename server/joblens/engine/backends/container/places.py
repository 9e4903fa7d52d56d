"""Where a command in a container sees what it works with: the paths of Azure ML."""

from __future__ import annotations

from pathlib import Path

from joblens.engine.data import links
from joblens.engine.folders import RunFolder

_JOBS = "/mnt/azureml/cr/j"


class ContainerPlaces:
    """Everything is below a folder of the run, under the names that it has on the cluster."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run

    def code(self) -> str:
        """The copy of the code."""
        return f"{self.root()}/exe/wd"

    def input(self, name: str, path: str) -> str:
        """A folder by the input's name; in it a file keeps its name, as one word for a shell."""
        place = f"{self.data()}/INPUT_{name}"
        return f"{place}/{links.plain_name(path)}" if is_file(path) else place

    def output(self, name: str, path: str) -> str:  # noqa: ARG002 - it is bound wherever it is kept
        """A place by the output's name."""
        return f"{self.data()}/{name}"

    def root(self) -> str:
        """The folder of the run."""
        return f"{_JOBS}/{self._run.name}"

    def own(self, path: Path) -> str:
        """Where the run's folder itself is seen, and in it a file of Joblens."""
        return f"{self.root()}/joblens/{path.relative_to(self._run.path).as_posix()}"

    def data(self) -> str:
        """The folder of inputs and outputs."""
        return f"{self.root()}/cap/data-capability/wd"


def is_file(path: str) -> bool:
    """Whether data are a single file; of what is not there yet, a slash at the end says that it is none."""
    return not (path.endswith("/") or Path(path).is_dir())
