"""A job file of the 2021 preview as today's data, ready for azure-ai-ml; what had to be guessed is noted.

One function for each key whose shape changed; the other keys keep their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from joblens.job.convert_references import References
from joblens.job.detect import detect
from joblens.job.expressions import expressions
from joblens.job.model import Dialect
from joblens.job.plain import Data, as_map, keep, renamed, with_value, without_file
from joblens.job.read_preview import per_instance
from joblens.text.document import Document
from joblens.text.values import value_of

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
    source = as_map(value_of(document.tree.root))
    for key, value in (overrides or {}).items():
        source = with_value(source, key.split("."), value)
    if kind is None or kind.dialect is not Dialect.PREVIEW or kind.name not in ("commandJob", "sweepJob"):
        return Converted(source)
    notes: list[str] = []
    writing = _Writing(References(document.path.parent if document.path else None, notes), notes)
    source = {key: value for key, value in source.items() if key not in _READ_ONLY}
    data = writing.sweep(source) if kind.name == "sweepJob" else writing.command_job(source)
    schema = source.get("$schema", _SCHEMA.format(kind=kind.name))
    return Converted({"$schema": schema} | data, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Writing:
    """Makes the parts of the new job, and notes on the way."""

    references: References
    notes: list[str]

    def command_job(self, source: Data) -> Data:
        compute = as_map(source.get("compute"))
        known = {*_UNCHANGED, "$schema", "type", "name", "environment_variables", "parameters"}
        return {
            "type": "command",
            **keep(source, "name"),
            **self._work(source, as_map(source.get("inputs")), {}),
            **keep(source, "environment_variables", "parameters"),
            **self.references.inputs(source),
            **renamed(compute, "target", "compute"),
            **({"limits": {"timeout": source["timeout"]}} if "timeout" in source else {}),
            **self._identity(source),
            **renamed(source, "interaction_endpoints", "services"),
            **keep(source, *_UNCHANGED),
            **self._rest(source, known | _WORK | {"timeout", "identity", "interaction_endpoints", "output"}),
        }

    def sweep(self, source: Data) -> Data:
        trial = as_map(source.get("trial"))
        known = {*_UNCHANGED, "$schema", "type", "name", "trial", "search_space", "objective"}
        return {
            "type": "sweep",
            **keep(source, "name"),
            "trial": {
                **self._work(trial, as_map(trial.get("inputs")), as_map(source.get("search_space"))),
                **self._rest(trial, _WORK | {"$schema"}),
            },
            **self.references.inputs(trial),
            **renamed(as_map(trial.get("compute")), "target", "compute"),
            **renamed(source, "algorithm", "sampling_algorithm"),
            **keep(source, "search_space", "objective"),
            **self._limits(source),
            **self._early_termination(source),
            **renamed(source, "interaction_endpoints", "services"),
            **keep(source, *_UNCHANGED),
            **self._rest(source, known | _SWEEP),
        }

    def _work(self, source: Data, inputs: Data, space: Data) -> Data:
        """What a command job and a trial have in common."""
        return {
            **self._code(source),
            **self._command(source, inputs, space),
            **self.references.environment(source),
            **_resources(as_map(source.get("compute"))),
            **self._distribution(source),
        }

    def _code(self, source: Data) -> Data:
        code = source.get("code")
        if isinstance(code, Mapping):
            code = code.get("local_path", code.get("path"))
        return {"code": without_file(code)} if code is not None else {}

    def _command(self, source: Data, inputs: Data, space: Data) -> Data:
        command = source.get("command")
        if not isinstance(command, str):
            return keep(source, "command")
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

    def _distribution(self, source: Data) -> Data:
        written = source.get("distribution")
        if not isinstance(written, Mapping):
            return keep(source, "distribution")
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

    def _identity(self, source: Data) -> Data:
        identity = source.get("identity")
        if not isinstance(identity, Mapping):
            return keep(source, "identity")
        kind = identity.get("type")
        return {"identity": {**identity, "type": "aml_token" if kind == "amltoken" else kind}}

    def _limits(self, source: Data) -> Data:
        limits = keep(source, "max_total_trials", "max_concurrent_trials")
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
            return keep(source, "early_termination")
        if "exclude_finished_jobs" in policy:
            self.notes.append("early_termination.exclude_finished_jobs: today's dialect has none; left out.")
        gone = ("policy_type", "exclude_finished_jobs")
        kept = {key: value for key, value in policy.items() if key not in gone}
        return {"early_termination": {**renamed(as_map(policy), "policy_type", "type"), **kept}}

    def _rest(self, source: Data, known: set[str]) -> Data:
        """The keys that the preview did not have: left as they are, for azure-ai-ml to judge."""
        output = as_map(source.get("output"))
        if output:
            place = (
                f"azureml://datastores/{output.get('datastore_id', 'NAME')}/paths/{output.get('path', '')}"
            )
            self.notes.append(f"output: left out; name an output with 'path: {place}' instead.")
        return {key: value for key, value in source.items() if key not in known}


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
    resources = keep(compute, "instance_count", "instance_type", "properties")
    if "location" in compute:
        resources["locations"] = [compute["location"]]
    return {"resources": resources} if resources else {}


def _instances(source: Data) -> int:
    count = as_map(source.get("compute")).get("instance_count")
    return count if isinstance(count, int) and count > 0 else 1
