"""Inputs and outputs of a job bound: what its command is told, and where the data lie on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from joblens.engine.backends.base import Places
from joblens.engine.data import download
from joblens.engine.folders import RunFolder
from joblens.errors import JobFileError
from joblens.job.model import Dialect, Input, Output

_PATH_KEYS = {Dialect.TODAY: "path", Dialect.PREVIEW: "data.local_path"}


@dataclass(frozen=True, slots=True)
class BoundInput:
    """An input as the command gets it."""

    name: str
    type: str
    value: str
    """The text that takes the place of `${{inputs.name}}`: a literal, an address, or a path as it sees it."""
    source: str = ""
    """Where its data lie on this machine; empty for what is no data here (a literal, an address)."""
    url: str | None = None
    """Where `source` is downloaded from before the command starts."""
    mode: str | None = None
    """As the job asks for it: `ro_mount`, `download` and so on."""

    @property
    def literal(self) -> bool:
        """Whether the command is told a value, not a place."""
        return not self.source


@dataclass(frozen=True, slots=True)
class BoundOutput:
    """A named output as the command gets it."""

    name: str
    type: str
    path: str
    """Where the command sees it."""
    target: str
    """Where it is kept on this machine."""


def bind_input(source: Input, folder: Path, places: Places, dialect: Dialect) -> BoundInput | None:
    """The input of a job file in `folder`; None when nothing is said of it."""
    name = source.name.value
    if source.literal is not None:
        return BoundInput(name, source.type, str(source.literal.value))
    if source.path is None:
        return None
    written = source.path.value
    mode = source.mode.value if source.mode is not None else None
    scheme = urlsplit(written).scheme.lower()
    if scheme in {"http", "https"}:
        if mode == "direct":
            return BoundInput(name, source.type, written, mode=mode)
        kept = str(download.place(written))
        return BoundInput(name, source.type, places.input(name, kept), kept, written, mode)
    if len(scheme) > 1 and scheme != "file":  # one letter is a drive of Windows
        raise JobFileError(
            f"Input '{name}' is '{written}': data in the cloud cannot be read on this machine.",
            hint=f"Give local data (--set inputs.{name}.{_PATH_KEYS[dialect]}=./data), or submit the job.",
        )
    path = (folder / _local(written)).absolute()
    if not path.exists():
        raise JobFileError(
            f"Input '{name}' is '{written}', and there is no such file or folder: {path}.",
            hint="A path is relative to the job file.",
        )
    found = os.path.normpath(path)
    return BoundInput(name, source.type, places.input(name, found), found, mode=mode)


def _local(written: str) -> str:
    return unquote(urlsplit(written).path) if written.startswith("file://") else written.removeprefix("file:")


def bind_output(output: Output, run: RunFolder, places: Places) -> BoundOutput:
    """The output as a folder (or a file's place) among the run's outputs."""
    return _output(output.name.value, output.type, run, places)


def replaced(output: BoundOutput, run: RunFolder, places: Places) -> BoundOutput:
    """The same output of another run."""
    return _output(output.name, output.type, run, places)


def _output(name: str, kind: str, run: RunFolder, places: Places) -> BoundOutput:
    target = str(run.outputs / name)
    return BoundOutput(name, kind, places.output(name, target), target)


def make_place(output: BoundOutput) -> None:
    """Make what the cluster too would have made before the command starts."""
    path = Path(output.target)
    (path.parent if output.type == "uri_file" else path).mkdir(parents=True, exist_ok=True)
