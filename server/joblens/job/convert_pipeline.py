"""A pipeline of the previews in today's dialect: settings, names of steps, bindings through `parent`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from joblens.job.convert_names import word_name
from joblens.job.convert_preview import compute_of
from joblens.job.convert_refresh import Refreshed
from joblens.job.moved import Moved, Part, Place, Taken
from joblens.job.plain import as_map

_BRACED = re.compile(r"\$\{\{\s*(?:parent\.)?((?:inputs|outputs|jobs)\.[^{}]*?)\s*\}\}$")
_PLAIN = re.compile(r"((?:inputs|outputs)\.[\w\-]+|jobs\.[\w\-]+\.outputs\.[\w\-]+)$")
_STEP_TYPES = ("component", "component_job")
_DEFAULTS = ("compute", "datastore")
_MOVED = ("environment", "component_job", *_DEFAULTS)


@dataclass(frozen=True, slots=True)
class PipelineOfPreview:
    """Makes the parts of the new pipeline, and notes on the way."""

    root: Place
    refreshed: Refreshed
    names: dict[str, str] = field(default_factory=dict)
    """Steps by their old names."""

    def made(self) -> Moved:
        """The pipeline."""
        root, jobs = self.root, self.root.below("jobs")
        self._rename(jobs)
        environment = self._environment()
        steps: Moved = {self.names[name]: self._step(name, jobs, environment) for name in jobs.data}
        return {
            **root.rest("compute", "settings", "defaults", "jobs", "inputs"),
            **({"type": root.word("type", {"pipeline_job": "pipeline"})} if "type" in root.data else {}),
            **self.refreshed.inputs(root),
            **self._settings(),
            **({"jobs": Part(steps, jobs.path)} if root.has_map("jobs") else root.keep("jobs")),
        }

    def _rename(self, jobs: Place) -> None:
        for name in jobs.data:
            today = word_name(name)
            if today != name and (today in jobs.data or today in self.names.values()):
                today = name
            self.names[name] = today
            if today != name:
                told = f"jobs.{name}: today's names are lower-case words, so it became '{today}'."
                self.refreshed.notes.append(told)

    def _settings(self) -> Moved:
        settings = self.root.below("settings")
        made: Moved = settings.rest(*_MOVED)
        for place in (*self._of_all_steps(), self.root):
            compute = compute_of(place).get("compute")
            if compute is not None:
                made["default_compute"] = compute
            if place is not self.root:
                made |= place.renamed("datastore", "default_datastore")
        home = next((key for key in ("settings", "defaults") if self.root.has_map(key)), None)
        return {"settings": Part(made, (home,) if home else None)} if made else {}

    def _of_all_steps(self) -> list[Place]:
        """Where the previews wrote what holds for all steps."""
        places = [self.root.below("defaults"), self.root.below("settings")]
        return [one for place in places for one in (place, place.below("component_job"))]

    def _environment(self) -> Place | None:
        return next((place for place in self._of_all_steps() if "environment" in place.data), None)

    def _step(self, name: str, jobs: Place, environment: Place | None) -> Taken | Part:
        if not jobs.has_map(name):
            return jobs.taken(name)
        step = jobs.below(name)
        made = {**self.refreshed.work(step), **self._outputs(step)}
        inputs = made.get("inputs")
        if isinstance(inputs, Part):
            bound = {key: self._bound(entry) for key, entry in inputs.entries.items()}
            made["inputs"] = Part(bound, inputs.home)
        if step.has_map("compute"):
            del made["compute"]
            made |= compute_of(step)
        if step.data.get("type") in _STEP_TYPES:
            del made["type"]
            self.refreshed.references.told.add((*step.path, "type"))
        if environment is not None and "environment" not in made and "command" in step.data:
            made["environment"] = Taken(environment.data["environment"])
            told = f"jobs.{name}.environment: the one of the pipeline's settings is put in."
            self.refreshed.notes.append(told)
            self.refreshed.references.told.add((*environment.path, "environment"))
        return Part(made, step.path)

    def _outputs(self, step: Place) -> Moved:
        """The outputs of a step, bound to those of the pipeline as today writes it."""
        if not step.has_map("outputs"):
            return step.keep("outputs")
        values = step.below("outputs")
        return {"outputs": Part({name: self._bound(values.taken(name)) for name in values.data}, values.path)}

    def _bound(self, entry: Taken | Part) -> Taken | Part:
        """A binding with the `parent.` that today puts before it, and without blanks in its braces."""
        if isinstance(entry, Part):
            path = entry.entries.get("path")
            return entry if path is None else Part(entry.entries | {"path": self._bound(path)}, entry.home)
        if entry.path is not None and isinstance(entry.value, Mapping) and "path" in entry.value:
            place = Place(as_map(entry.value), entry.path)
            return self._bound(Part(place.rest(), place.path))
        if not isinstance(entry.value, str) or entry.path is None:
            return entry
        found = _BRACED.match(entry.value)
        if found is None:
            found = _PLAIN.match(entry.value)
            if found is None or not self._is_there(found[1]):
                return entry
        bound = "${{parent." + self._renamed(found[1]) + "}}"
        return entry if bound == entry.value else Taken(bound, entry.path, ((0, len(entry.value), bound),))

    def _is_there(self, reference: str) -> bool:
        """Whether a plain text names something of the pipeline, and is not just a text."""
        words = reference.split(".")
        return words[1] in self.root.below(words[0]).data

    def _renamed(self, reference: str) -> str:
        words = reference.split(".")
        if words[0] == "jobs" and len(words) > 1:
            words[1] = self.names.get(words[1], words[1])
        return ".".join(words)
