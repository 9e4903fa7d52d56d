"""The environment and the inputs of a preview job in today's words; alone looks at the files they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from joblens.job.moved import Moved, Part, Place, Taken
from joblens.job.plain import Data, as_map
from joblens.job.read_preview import data_type, type_on_disk
from joblens.text.document import Document
from joblens.text.values import value_of

_MODES = {"mount": "ro_mount"}
_ADDRESS = re.compile(r"^(?:\w+:|/)")


@dataclass(frozen=True, slots=True)
class References:
    """The folder that paths are relative to, and the notes on what had to be guessed."""

    folder: Path | None
    notes: list[str]

    def environment(self, source: Place) -> Moved:
        """The environment of a job or a trial."""
        value = source.data.get("environment")
        home = (*source.path, "environment")
        if isinstance(value, str) and value.startswith("file:"):
            found = self._read_asset(value.removeprefix("file:"), "environment")
            if found is not None:
                return {"environment": Part(_without_places(_environment(Place(found))), home)}
        if not isinstance(value, Mapping):
            return source.keep("environment")
        return {"environment": Part(_environment(source.below("environment")), home)}

    def inputs(self, source: Place) -> Moved:
        """The inputs of a job or a trial."""
        if not source.has_map("inputs"):
            return source.keep("inputs")
        inputs = source.below("inputs")
        return {"inputs": Part({name: self._input(name, inputs) for name in inputs.data}, inputs.path)}

    def _input(self, name: str, inputs: Place) -> Taken | Part:
        if not inputs.has_map(name):
            return inputs.taken(name)
        written = inputs.below(name)
        place = self._data(name, written) if "data" in written.data else written.rest("mode")
        mode: Moved = {"mode": written.word("mode", _MODES)} if written.data.get("mode") is not None else {}
        return Part(place | mode, written.path)

    def _data(self, name: str, written: Place) -> Moved:
        data = written.data["data"]
        if isinstance(data, str) and data.startswith("file:"):
            found = self._read_asset(data.removeprefix("file:"), f"inputs.{name}.data")
            if found is not None:
                # The reference itself is gone; its place, and its comments, go to what it named.
                made = self._place(name, Place({"data": found}))
                return {
                    key: Taken(_value(entry), (*written.path, "data"), None) for key, entry in made.items()
                }
        return self._place(name, written)

    def _place(self, name: str, written: Place) -> Moved:
        data = written.data["data"]
        if isinstance(data, str):
            self._guessed(name, data, "uri_folder")
            return {"type": Taken("uri_folder"), **written.renamed("data", "path")}
        parts = written.below("data")
        local = parts.data.get("local_path")
        if isinstance(local, str):
            kind = data_type(local, self.folder)
            if type_on_disk(local, self.folder) is None:
                self._guessed(name, local, kind)
            return {"type": Taken(kind), **parts.renamed("local_path", "path")}
        path = parts.data.get("path")
        if not isinstance(path, str):
            return {}
        kind = data_type(path)
        self._guessed(name, path, kind)
        return {"type": Taken(kind), "path": self._in_datastore(name, parts, path)}

    def _in_datastore(self, name: str, parts: Place, path: str) -> Taken:
        """A path, which a datastore beside it makes one inside of that."""
        store = parts.data.get("datastore")
        if not isinstance(store, str) or _ADDRESS.match(path):
            return parts.taken("path")
        whole = f"azureml://datastores/{store.removeprefix('azureml:')}/paths/{path}"
        self.notes.append(
            f"inputs.{name}: the path and its datastore became '{whole}'; see that it is right."
        )
        return parts.made("path", whole)

    def _guessed(self, name: str, path: str, kind: str) -> None:
        what = "one file" if kind == "uri_file" else "a folder"
        self.notes.append(f"inputs.{name}: '{path}' is taken for {what}; change the type if it is not.")

    def _read_asset(self, path: str, where: str) -> Data | None:
        """The content of an asset's file that the job names with `file:`."""
        try:
            text = (self.folder / path).read_text("utf-8-sig") if self.folder else None
        except (OSError, UnicodeDecodeError):
            text = None
        data = as_map(value_of(Document(text).tree.root)) if text is not None else {}
        if data:
            self.notes.append(f"{where}: what '{path}' says is written into the job.")
            return data
        self.notes.append(f"{where}: '{path}' cannot be read, so the reference stays as it is.")
        return None


def _environment(value: Place) -> Moved:
    docker = value.below("docker")
    return {
        **docker.keep("image"),
        **_build(docker.below("build")),
        **({"conda_file": value.without_file("conda_file")} if "conda_file" in value.data else {}),
        **value.rest("docker", "conda_file", "$schema"),
    }


def _build(build: Place) -> Moved:
    dockerfile = build.data.get("dockerfile")
    if not isinstance(dockerfile, str):
        return {}
    path = PurePosixPath(dockerfile.removeprefix("file:"))
    entries: Moved = {
        "path": build.made("dockerfile", str(path.parent)),
        "dockerfile_path": build.made("dockerfile", path.name),
    }
    return {"build": Part(entries, build.path)}


def _without_places(entries: Moved) -> Moved:
    """What comes from another file has no place in this one."""
    return {
        key: Part(_without_places(entry.entries)) if isinstance(entry, Part) else Taken(entry.value)
        for key, entry in entries.items()
    }


def _value(entry: Taken | Part) -> object:
    return entry.value if isinstance(entry, Taken) else None
