"""A job file of the 2021 preview as today's data, ready for azure-ai-ml; what had to be guessed is noted.

One function for each key whose shape changed; the other keys keep their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from joblens.job.detect import detect
from joblens.job.expressions import expressions
from joblens.job.model import Dialect
from joblens.job.read_preview import data_type, per_instance, type_on_disk
from joblens.text.document import Document
from joblens.text.values import value_of

Data = dict[str, object]

_SCHEMA = "https://azuremlschemas.azureedge.net/latest/{kind}.schema.json"
_READ_ONLY = frozenset(("id", "status", "log_files", "creation_context"))
_UNCHANGED = ("experiment_name", "description", "tags", "properties")


@dataclass(frozen=True, slots=True)
class Converted:
    """A job in today's dialect."""

    data: Data
    notes: tuple[str, ...] = ()
    """One sentence for each guess, and for each part that today's dialect has no place for."""


def to_today(document: Document, overrides: Mapping[str, object] | None = None) -> Converted:
    """The document's job in today's dialect; data of today's dialect comes back as it is.

    `overrides` are values by dotted key, in the document's own dialect; they are put in first.
    """
    kind = detect(document.tree, document.text)
    source = _map(value_of(document.tree.root))
    for key, value in (overrides or {}).items():
        source = _with(source, key.split("."), value)
    if kind is None or kind.dialect is not Dialect.PREVIEW or kind.name not in ("commandJob", "sweepJob"):
        return Converted(source)
    writing = _Writing(document.path.parent if document.path else None, [])
    source = {key: value for key, value in source.items() if key not in _READ_ONLY}
    data = writing.sweep(source) if kind.name == "sweepJob" else writing.command_job(source)
    schema = source.get("$schema", _SCHEMA.format(kind=kind.name))
    return Converted({"$schema": schema} | data, tuple(writing.notes))


@dataclass(frozen=True, slots=True)
class _Writing:
    """The folder that paths are relative to, and the notes made on the way."""

    folder: Path | None
    notes: list[str]

    def command_job(self, source: Data) -> Data:
        compute = _map(source.get("compute"))
        known = {*_UNCHANGED, "$schema", "type", "name", "environment_variables", "parameters"}
        return {
            "type": "command",
            **_keep(source, "name"),
            **self._work(source, _map(source.get("inputs")), {}),
            **_keep(source, "environment_variables", "parameters"),
            **self._inputs(source),
            **_renamed(compute, "target", "compute"),
            **({"limits": {"timeout": source["timeout"]}} if "timeout" in source else {}),
            **self._identity(source),
            **_renamed(source, "interaction_endpoints", "services"),
            **_keep(source, *_UNCHANGED),
            **self._rest(source, known | _WORK | {"timeout", "identity", "interaction_endpoints", "output"}),
        }

    def sweep(self, source: Data) -> Data:
        trial = _map(source.get("trial"))
        known = {*_UNCHANGED, "$schema", "type", "name", "trial", "search_space", "objective"}
        return {
            "type": "sweep",
            **_keep(source, "name"),
            "trial": {
                **self._work(trial, _map(trial.get("inputs")), _map(source.get("search_space"))),
                **self._rest(trial, _WORK | {"$schema"}),
            },
            **self._inputs(trial),
            **_renamed(_map(trial.get("compute")), "target", "compute"),
            **_renamed(source, "algorithm", "sampling_algorithm"),
            **_keep(source, "search_space", "objective"),
            **self._limits(source),
            **self._early_termination(source),
            **_renamed(source, "interaction_endpoints", "services"),
            **_keep(source, *_UNCHANGED),
            **self._rest(source, known | _SWEEP),
        }

    def _work(self, source: Data, inputs: Data, space: Data) -> Data:
        """What a command job and a trial have in common."""
        return {
            **self._code(source),
            **self._command(source, inputs, space),
            **self._environment(source),
            **_resources(_map(source.get("compute"))),
            **self._distribution(source),
        }

    def _code(self, source: Data) -> Data:
        code = source.get("code")
        if isinstance(code, Mapping):
            code = code.get("local_path", code.get("path"))
        return {"code": _without_file(code)} if code is not None else {}

    def _command(self, source: Data, inputs: Data, space: Data) -> Data:
        command = source.get("command")
        if not isinstance(command, str):
            return _keep(source, "command")
        known = {("inputs", name) for name in inputs} | {("search_space", name) for name in space}
        parts: list[str] = []
        done = 0
        for found in expressions(command, Dialect.PREVIEW):
            if found.closed and (found.context, found.name) in known:
                parts += (command[done : found.start], "${{", found.context, ".", found.name, "}}")
                done = found.end
            else:
                self.notes.append(f"command: '{found.raw}' names nothing in the job; it stays plain text.")
        return {"command": "".join((*parts, command[done:]))}

    def _environment(self, source: Data) -> Data:
        value = source.get("environment")
        if isinstance(value, str) and value.startswith("file:"):
            value = self._read_asset(value.removeprefix("file:"), "environment") or value
        if not isinstance(value, Mapping):
            return _keep(source, "environment")
        docker = _map(value.get("docker"))
        environment: Data = {
            **_keep(docker, "image"),
            **self._build(_map(docker.get("build"))),
            **({"conda_file": _without_file(value["conda_file"])} if "conda_file" in value else {}),
            **{key: kept for key, kept in value.items() if key not in ("docker", "conda_file", "$schema")},
        }
        if "build" in environment and "conda_file" in environment:
            self.notes.append(
                "environment.conda_file: today's dialect takes none beside a Dockerfile; left out."
            )
            del environment["conda_file"]
        return {"environment": environment}

    def _build(self, build: Data) -> Data:
        dockerfile = _without_file(build.get("dockerfile"))
        if not isinstance(dockerfile, str):
            return {}
        path = PurePosixPath(dockerfile)
        return {"build": {"path": str(path.parent), "dockerfile_path": path.name}}

    def _distribution(self, source: Data) -> Data:
        written = source.get("distribution")
        if not isinstance(written, Mapping):
            return _keep(source, "distribution")
        distribution = dict(written)
        total = distribution.pop("process_count", None)
        if isinstance(total, int):
            distribution["process_count_per_instance"] = self._per_instance(total, _instances(source))
        elif str(distribution.get("type")).lower() == "mpi":
            distribution.setdefault("process_count_per_instance", 1)
        return {"distribution": distribution}

    def _per_instance(self, total: int, instances: int) -> int:
        each = per_instance(total, instances)
        if each * instances != total:
            self.notes.append(
                f"distribution.process_count: {total} processes do not divide among {instances} instances; "
                f"{each} start on each."
            )
        return each

    def _inputs(self, source: Data) -> Data:
        inputs = source.get("inputs")
        if not isinstance(inputs, Mapping):
            return _keep(source, "inputs")
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
        parts = _map(data)
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

    def _identity(self, source: Data) -> Data:
        identity = source.get("identity")
        if not isinstance(identity, Mapping):
            return _keep(source, "identity")
        kind = identity.get("type")
        return {"identity": {**identity, "type": "aml_token" if kind == "amltoken" else kind}}

    def _limits(self, source: Data) -> Data:
        limits = _keep(source, "max_total_trials", "max_concurrent_trials")
        minutes = source.get("timeout_minutes")
        if isinstance(minutes, int):
            limits["timeout"] = minutes * 60
        if "max_total_trials" not in limits:
            # The preview's default; today's dialect wants a number.
            limits["max_total_trials"] = 1000
            self.notes.append("limits.max_total_trials: today's dialect requires it; 1000 is put in.")
        return {"limits": limits}

    def _early_termination(self, source: Data) -> Data:
        policy = source.get("early_termination")
        if not isinstance(policy, Mapping):
            return _keep(source, "early_termination")
        if "exclude_finished_jobs" in policy:
            self.notes.append("early_termination.exclude_finished_jobs: today's dialect has none; left out.")
        gone = ("policy_type", "exclude_finished_jobs")
        kept = {key: value for key, value in policy.items() if key not in gone}
        return {"early_termination": {**_renamed(_map(policy), "policy_type", "type"), **kept}}

    def _rest(self, source: Data, known: set[str]) -> Data:
        """The keys that the preview did not have: left as they are, for azure-ai-ml to judge."""
        output = _map(source.get("output"))
        if output:
            place = (
                f"azureml://datastores/{output.get('datastore_id', 'NAME')}/paths/{output.get('path', '')}"
            )
            self.notes.append(f"output: left out; name an output with 'path: {place}' instead.")
        return {key: value for key, value in source.items() if key not in known}

    def _read_asset(self, path: str, where: str) -> Data | None:
        """The content of an asset's file that the job names with `file:`."""
        try:
            text = (self.folder / path).read_text("utf-8-sig") if self.folder else None
        except (OSError, UnicodeDecodeError):
            text = None
        if text is None:
            self.notes.append(f"{where}: '{path}' cannot be read, so the reference stays as it is.")
            return None
        return _map(value_of(Document(text).tree.root))


_WORK = {"code", "command", "environment", "compute", "distribution", "inputs"}
_SWEEP = {
    "algorithm",
    "max_total_trials",
    "max_concurrent_trials",
    "timeout_minutes",
    "early_termination",
    "interaction_endpoints",
    "output",
}


def _resources(compute: Data) -> Data:
    resources = _keep(compute, "instance_count", "instance_type", "properties")
    if "location" in compute:
        resources["locations"] = [compute["location"]]
    return {"resources": resources} if resources else {}


def _instances(source: Data) -> int:
    count = _map(source.get("compute")).get("instance_count")
    return count if isinstance(count, int) and count > 0 else 1


def _with(data: Data, path: list[str], value: object) -> Data:
    """The data with one value put at a path, its maps copied on the way."""
    key, *below = path
    return data | {key: _with(_map(data.get(key)), below, value) if below else value}


def _map(value: object) -> Data:
    return {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else {}


def _keep(source: Data, *keys: str) -> Data:
    return {key: source[key] for key in keys if key in source}


def _renamed(source: Data, key: str, to: str) -> Data:
    return {to: source[key]} if key in source else {}


def _without_file(value: object) -> object:
    return value.removeprefix("file:") if isinstance(value, str) else value
