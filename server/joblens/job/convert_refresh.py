"""A job of the second preview (late 2021) in today's dialect: code, inputs, builds, pipelines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.job.moved import Moved, Part, Place, Taken
from joblens.job.read_preview import data_type, type_on_disk

_BINDING = re.compile(r"^\$\{\{\s*(?:inputs|outputs|jobs)\.")
_PLACES = {"file": "uri_file", "folder": "uri_folder"}
_TYPES = {"path": "uri_folder"}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Makes the parts of the new job, and notes on the way."""

    folder: Path | None
    notes: list[str]

    def job(self, root: Place) -> Moved:
        """A command, sweep or pipeline job."""
        if "jobs" in root.data:
            return self._pipeline(root)
        return self._work(root)

    def _work(self, source: Place) -> Moved:
        """A command job, a sweep, a trial or a step."""
        return {
            **source.rest("code", "environment", "inputs", "trial"),
            **_code(source),
            **_environment(source),
            **self._inputs(source),
            **self._trial(source),
        }

    def _trial(self, source: Place) -> Moved:
        if not source.has_map("trial"):
            return source.keep("trial")
        trial = source.below("trial")
        return {"trial": Part(self._work(trial), trial.path)}

    def _inputs(self, source: Place) -> Moved:
        if not source.has_map("inputs"):
            return source.keep("inputs")
        inputs = source.below("inputs")
        return {"inputs": Part({name: self._input(name, inputs) for name in inputs.data}, inputs.path)}

    def _input(self, name: str, inputs: Place) -> Taken | Part:
        written = inputs.below(name)
        for key, kind in _PLACES.items():
            if key in written.data:
                made: Moved = {"type": Taken(kind), **written.renamed(key, "path"), **written.rest(key)}
                return Part(made, written.path)
        if written.data.get("type") == "path":
            self.notes.append(
                f"inputs.{name}: its type 'path' became 'uri_folder'; change it if it is one file."
            )
            return Part({**written.rest("type"), "type": written.word("type", _TYPES)}, written.path)
        if "dataset" not in written.data:
            return inputs.taken(name)
        return Part({**self._dataset(name, written), **written.rest("dataset")}, written.path)

    def _dataset(self, name: str, written: Place) -> Moved:
        if not written.has_map("dataset"):
            self._guessed(name, str(written.data["dataset"]), "uri_folder")
            return {"type": Taken("uri_folder"), **written.renamed("dataset", "path")}
        dataset = written.below("dataset")
        key = "local_path" if "local_path" in dataset.data else "path"
        path = str(dataset.data.get(key, ""))
        kind = data_type(path, self.folder)
        if type_on_disk(path, self.folder) is None:
            self._guessed(name, path, kind)
        return {"type": Taken(kind), **dataset.renamed(key, "path")}

    def _guessed(self, name: str, path: str, kind: str) -> None:
        what = "one file" if kind == "uri_file" else "a folder"
        self.notes.append(f"inputs.{name}: '{path}' is taken for {what}; change the type if it is not.")

    def _pipeline(self, root: Place) -> Moved:
        settings, jobs = root.below("settings"), root.below("jobs")
        kept = settings.rest("environment") | root.renamed("compute", "default_compute")
        home = settings.path if root.has_map("settings") else None
        steps: Moved = {name: self._step(name, jobs, settings) for name in jobs.data}
        return {
            **root.rest("compute", "settings", "jobs", "inputs"),
            **self._inputs(root),
            **({"settings": Part(kept, home)} if kept else {}),
            **({"jobs": Part(steps, jobs.path)} if root.has_map("jobs") else root.keep("jobs")),
        }

    def _step(self, name: str, jobs: Place, settings: Place) -> Taken | Part:
        if not jobs.has_map(name):
            return jobs.taken(name)
        step = jobs.below(name)
        made = {**self._work(step), **_bound(step, "outputs")}
        inputs = made.get("inputs")
        if isinstance(inputs, Part):
            bound = {key: _binding(entry) for key, entry in inputs.entries.items()}
            made["inputs"] = Part(bound, inputs.home)
        if step.data.get("type") in ("component", "component_job"):
            del made["type"]
        if "environment" in settings.data and "environment" not in made and "command" in step.data:
            made["environment"] = Taken(settings.data["environment"])
            self.notes.append(f"jobs.{name}.environment: the one of the pipeline's settings is put in.")
        return Part(made, step.path)


def _code(source: Place) -> Moved:
    code = source.below("code")
    if "local_path" in code.data:
        return {"code": code.taken("local_path")}
    return source.keep("code")


def _environment(source: Place) -> Moved:
    environment = source.below("environment")
    build = environment.below("build")
    if "local_path" not in build.data:
        return source.keep("environment")
    made: Moved = {
        **environment.rest("build"),
        "build": Part({**build.renamed("local_path", "path"), **build.rest("local_path")}, build.path),
    }
    return {"environment": Part(made, environment.path)}


def _bound(step: Place, key: str) -> Moved:
    """The outputs of a step, bound to those of the pipeline as today writes it."""
    if not step.has_map(key):
        return step.keep(key)
    values = step.below(key)
    return {key: Part({name: _binding(values.taken(name)) for name in values.data}, values.path)}


def _binding(entry: Taken | Part) -> Taken | Part:
    """A binding with the `parent.` that today puts before it, and without blanks in its braces."""
    if isinstance(entry, Part) or isinstance(entry.value, Mapping) or not isinstance(entry.value, str):
        return entry
    if entry.path is None or not _BINDING.match(entry.value):
        return entry
    inner = entry.value.removeprefix("${{").removesuffix("}}").strip()
    bound = "${{parent." + inner + "}}"
    return Taken(bound, entry.path, ((0, len(entry.value), bound),))
