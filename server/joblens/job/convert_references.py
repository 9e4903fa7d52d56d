"""The environment and the inputs of a preview job in today's words; looks at the files they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from joblens.job.convert_names import port_names
from joblens.job.moved import Moved, Part, Place, Taken
from joblens.job.plain import Data, as_map
from joblens.job.read_preview import data_type, type_on_disk
from joblens.text.document import Document
from joblens.text.nodes import Path as NodePath
from joblens.text.values import value_of

_MODES = {"mount": "ro_mount", "Mount": "ro_mount", "Download": "download"}
_OLD_REFERENCE = re.compile(r"azureml:[^/:]+(?P<between>/versions/)[^/]+$")
_ADDRESS = re.compile(r"^(?:\w+:|/)")


@dataclass(frozen=True, slots=True)
class References:
    """The folder that paths are relative to, and the notes on what had to be guessed."""

    folder: Path | None
    notes: list[str]
    told: set[NodePath] = field(default_factory=set)
    """Places that are left out with a note of their own, or because the same is said elsewhere."""

    def environment(self, source: Place) -> Moved:
        """The environment of a job or a trial."""
        value = source.data.get("environment")
        home = (*source.path, "environment")
        if isinstance(value, str) and value.startswith("file:"):
            found = self._read_asset(value.removeprefix("file:"), "environment")
            if found is not None:
                return {"environment": Part(_without_places(environment(Place(found))), home)}
        if not isinstance(value, Mapping):
            return {"environment": _reference(source, "environment")} if "environment" in source.data else {}
        return {"environment": Part(environment(source.below("environment")), home)}

    def inputs(self, source: Place) -> Moved:
        """The inputs of a job or a trial."""
        if not source.has_map("inputs"):
            return source.keep("inputs")
        inputs = source.below("inputs")
        names = self.named("inputs", inputs)
        entries: Moved = {new: self.input(old, inputs) for old, new in names.items()}
        return {"inputs": Part(entries, inputs.path)}

    def named(self, where: str, ports: Place) -> dict[str, str]:
        """Today's names of a job's inputs or hyperparameters, each change told."""
        names = port_names(ports.data)
        self.notes.extend(
            f"{where}.{old}: today's names are letters, digits and '_', so it became '{new}'."
            for old, new in names.items()
            if old != new
        )
        return names

    def input(self, name: str, inputs: Place) -> Taken | Part:
        """One input of the preview."""
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
            self.guessed(f"inputs.{name}", data, "uri_folder")
            return {"type": Taken("uri_folder"), "path": _reference(written, "data")}
        parts = written.below("data")
        local = parts.data.get("local_path")
        if isinstance(local, str):
            kind = self.type_of(f"inputs.{name}", local)
            return {"type": Taken(kind), **parts.renamed("local_path", "path")}
        path = parts.data.get("path")
        if not isinstance(path, str):
            return {}
        kind = data_type(path)
        self.guessed(f"inputs.{name}", path, kind)
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

    def type_of(self, where: str, path: str) -> str:
        """Whether a path is one file or a folder, by what lies there; told where nothing does."""
        kind = data_type(path, self.folder)
        if type_on_disk(path, self.folder) is None:
            self.guessed(where, path, kind)
        return kind

    def guessed(self, where: str, path: str, kind: str) -> None:
        """Note that the type is not known."""
        what = "one file" if kind == "uri_file" else "a folder"
        self.notes.append(f"{where}: '{path}' is taken for {what}; change the type if it is not.")

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


def environment(value: Place) -> Moved:
    """What an environment says, in a job or in a file of its own."""
    docker = value.below("docker")
    return {
        **docker.keep("image"),
        **_dockerfile(docker.below("build")),
        **_build(value),
        **({"conda_file": value.without_file("conda_file")} if "conda_file" in value.data else {}),
        **value.rest("docker", "build", "conda_file", "path", "local_path", "$schema"),
    }


def _dockerfile(build: Place) -> Moved:
    dockerfile = build.data.get("dockerfile")
    if not isinstance(dockerfile, str):
        return {}
    path = PurePosixPath(dockerfile.removeprefix("file:"))
    entries: Moved = {
        "path": build.made("dockerfile", str(path.parent)),
        "dockerfile_path": build.made("dockerfile", path.name),
    }
    return {"build": Part(entries, build.path)}


def _build(value: Place) -> Moved:
    build = value.below("build")
    if "local_path" not in build.data:
        return value.keep("build")
    return {"build": Part(build.renamed("local_path", "path") | build.rest("local_path"), build.path)}


def _reference(source: Place, key: str) -> Taken:
    """A name and a version, as today has them: `azureml:NAME:VERSION`."""
    value = source.data[key]
    old = _OLD_REFERENCE.match(value) if isinstance(value, str) else None
    return source.edited(key, (*old.span("between"), ":")) if old else source.taken(key)


def _without_places(entries: Moved) -> Moved:
    """What comes from another file has no place in this one."""
    return {
        key: Part(_without_places(entry.entries)) if isinstance(entry, Part) else Taken(entry.value)
        for key, entry in entries.items()
    }


def _value(entry: Taken | Part) -> object:
    return entry.value if isinstance(entry, Taken) else None
