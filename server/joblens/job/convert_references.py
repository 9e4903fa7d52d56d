"""The environment and the inputs of a preview job in today's words; alone looks at the files they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from joblens.job.plain import Data, as_map, keep, without_file
from joblens.job.read_preview import data_type, type_on_disk
from joblens.text.document import Document
from joblens.text.values import value_of


@dataclass(frozen=True, slots=True)
class References:
    """The folder that paths are relative to, and the notes on what had to be guessed."""

    folder: Path | None
    notes: list[str]

    def environment(self, source: Data) -> Data:
        """The environment of a job or a trial."""
        value = source.get("environment")
        if isinstance(value, str) and value.startswith("file:"):
            value = self._read_asset(value.removeprefix("file:"), "environment") or value
        if not isinstance(value, Mapping):
            return keep(source, "environment")
        docker = as_map(value.get("docker"))
        return {
            "environment": {
                **keep(docker, "image"),
                **self._build(as_map(docker.get("build"))),
                **({"conda_file": without_file(value["conda_file"])} if "conda_file" in value else {}),
                **{
                    key: kept for key, kept in value.items() if key not in ("docker", "conda_file", "$schema")
                },
            }
        }

    def _build(self, build: Data) -> Data:
        dockerfile = without_file(build.get("dockerfile"))
        if not isinstance(dockerfile, str):
            return {}
        path = PurePosixPath(dockerfile)
        return {"build": {"path": str(path.parent), "dockerfile_path": path.name}}

    def inputs(self, source: Data) -> Data:
        """The inputs of a job or a trial."""
        inputs = source.get("inputs")
        if not isinstance(inputs, Mapping):
            return keep(source, "inputs")
        return {"inputs": {str(name): self._input(str(name), value) for name, value in inputs.items()}}

    def _input(self, name: str, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        data = value.get("data")
        if isinstance(data, str) and data.startswith("file:"):
            data = self._read_asset(data.removeprefix("file:"), f"inputs.{name}.data") or data
        place = self._place(name, data)
        mode = value.get("mode")
        return place | ({"mode": "ro_mount" if mode == "mount" else mode} if mode is not None else {})

    def _place(self, name: str, data: object) -> Data:
        if isinstance(data, str):
            self._guessed(name, data, "uri_folder")
            return {"type": "uri_folder", "path": data}
        parts = as_map(data)
        local = parts.get("local_path")
        if isinstance(local, str):
            kind = data_type(local, self.folder)
            if type_on_disk(local, self.folder) is None:
                self._guessed(name, local, kind)
            return {"type": kind, "path": local}
        path = parts.get("path")
        if not isinstance(path, str):
            return {}
        kind = data_type(path)
        self._guessed(name, path, kind)
        return {"type": kind, "path": path}

    def _guessed(self, name: str, path: str, kind: str) -> None:
        what = "one file" if kind == "uri_file" else "a folder"
        self.notes.append(f"inputs.{name}: '{path}' is taken for {what}; change the type if it is not.")

    def _read_asset(self, path: str, where: str) -> Data | None:
        """The content of an asset's file that the job names with `file:`."""
        try:
            text = (self.folder / path).read_text("utf-8-sig") if self.folder else None
        except (OSError, UnicodeDecodeError):
            text = None
        if text is None:
            self.notes.append(f"{where}: '{path}' cannot be read, so the reference stays as it is.")
            return None
        return as_map(value_of(Document(text).tree.root))
