"""A job or component of the second preview (late 2021) in today's dialect: code, inputs, builds.

Its pipelines are in convert_pipeline.py. Components of the first preview are made of the same parts.
"""

from __future__ import annotations

from dataclasses import dataclass

from joblens.job.convert_names import word_name
from joblens.job.convert_preview import code_of
from joblens.job.convert_references import References
from joblens.job.expressions import component_placeholders
from joblens.job.moved import Edit, Moved, Part, Place, Taken

_PLACES = {"file": "uri_file", "folder": "uri_folder"}
_TYPES = {"path": "uri_folder"}
_COMPONENT_TYPES = {"command_component": "command"}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Makes the parts of the new job."""

    references: References

    @property
    def notes(self) -> list[str]:
        """What had to be guessed so far."""
        return self.references.notes

    def work(self, source: Place) -> Moved:
        """A command job, a sweep, a trial or a step."""
        return {
            **source.rest("code", "environment", "inputs", "trial"),
            **code_of(source),
            **self.references.environment(source),
            **self.inputs(source),
            **self._trial(source),
        }

    def component(self, source: Place) -> Moved:
        """A command component."""
        made = {**self.work(source), **self._outputs(source), **self._command(source), **self._name(source)}
        if "type" in source.data:
            made["type"] = source.word("type", _COMPONENT_TYPES)
        if "compute" in made:
            del made["compute"]
            self.references.told.add((*source.path, "compute"))
            self.notes.append("compute: left out; today the pipeline's step names it, not the component.")
        return made

    def inputs(self, source: Place) -> Moved:
        """The inputs of a job, a step or a component."""
        if not source.has_map("inputs"):
            return source.keep("inputs")
        inputs = source.below("inputs")
        return {"inputs": Part({name: self._input(name, inputs) for name in inputs.data}, inputs.path)}

    def _trial(self, source: Place) -> Moved:
        if not source.has_map("trial"):
            return source.keep("trial")
        trial = source.below("trial")
        return {"trial": Part(self.work(trial), trial.path)}

    def _input(self, name: str, inputs: Place) -> Taken | Part:
        written = inputs.below(name)
        if "data" in written.data:
            return self.references.input(name, inputs)
        for key, kind in _PLACES.items():
            if key in written.data:
                made: Moved = {"type": Taken(kind), **written.renamed(key, "path"), **written.rest(key)}
                return Part(made, written.path)
        if "dataset" in written.data:
            return Part({**self._dataset(name, written), **written.rest("dataset")}, written.path)
        return self._port(name, inputs, "inputs")

    def _port(self, name: str, ports: Place, side: str) -> Taken | Part:
        """An input or output of a component."""
        written = ports.below(name)
        if written.data.get("type") != "path":
            return ports.taken(name)
        self.notes.append(f"{side}.{name}: its type 'path' became 'uri_folder'; change it if it is one file.")
        return Part({**written.rest("type"), "type": written.word("type", _TYPES)}, written.path)

    def _outputs(self, source: Place) -> Moved:
        if not source.has_map("outputs"):
            return source.keep("outputs")
        outputs = source.below("outputs")
        ports = {name: self._port(name, outputs, "outputs") for name in outputs.data}
        return {"outputs": Part(ports, outputs.path)}

    def _dataset(self, name: str, written: Place) -> Moved:
        where = f"inputs.{name}"
        if not written.has_map("dataset"):
            self.references.guessed(where, str(written.data["dataset"]), "uri_folder")
            return {"type": Taken("uri_folder"), **written.renamed("dataset", "path")}
        dataset = written.below("dataset")
        key = "local_path" if "local_path" in dataset.data else "path"
        kind = self.references.type_of(where, str(dataset.data.get(key, "")))
        return {"type": Taken(kind), **dataset.renamed(key, "path")}

    def _command(self, source: Place) -> Moved:
        """The command of a component of the first preview, which had single braces."""
        command = source.data.get("command")
        if not isinstance(command, str):
            return source.keep("command")
        known = {(side, name) for side in ("inputs", "outputs") for name in source.below(side).data}
        edits: list[Edit] = []
        for found in component_placeholders(command):
            if (found.context, found.name) in known:
                edits += ((found.start, found.start + 1, "${{"), (found.end - 1, found.end, "}}"))
        return {"command": source.edited("command", *edits)}

    def _name(self, source: Place) -> Moved:
        """The name, in today's letters."""
        name = source.data.get("name")
        if not isinstance(name, str):
            return source.keep("name")
        today = word_name(name)
        if today == name:
            return source.keep("name")
        self.notes.append(f"name: today's names are lower-case words, so '{name}' became '{today}'.")
        return {"name": source.edited("name", (0, len(name), today))}
