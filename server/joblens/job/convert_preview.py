"""A command or sweep job of the 2021 preview, or of the private one before it, in today's dialect.

One function for each key whose shape changed; the other keys keep their values.
"""

from __future__ import annotations

from dataclasses import dataclass

from joblens.job.convert_names import port_names
from joblens.job.convert_references import References
from joblens.job.expressions import expressions
from joblens.job.model import Dialect
from joblens.job.moved import Edit, Moved, Part, Place, Taken
from joblens.job.plain import Data
from joblens.job.read_preview import per_instance
from joblens.text.nodes import Path


@dataclass(frozen=True, slots=True)
class Preview:
    """Makes the parts of the new job, and notes on the way."""

    references: References
    notes: list[str]

    def command_job(self, source: Place) -> Moved:
        """A command job."""
        known = {*_UNCHANGED, *_TYPE, "name", "environment_variables", "parameters"}
        timeout = _timeout(source)
        return {
            "type": _type(source, "command"),
            **source.keep("name"),
            **self._work(source, source.below("inputs").data, {}),
            **source.keep("environment_variables", "parameters"),
            **self.references.inputs(source),
            **compute_of(source),
            **({"limits": Part(timeout, _home(source, "limits"))} if timeout else {}),
            **_identity(source),
            **source.renamed("interaction_endpoints", "services"),
            **source.keep(*_UNCHANGED),
            **self._rest(source, known | _WORK | _OTHER_PLACE),
        }

    def sweep(self, source: Place) -> Moved:
        """A sweep."""
        trial = source.below("trial")
        known = {*_UNCHANGED, *_TYPE, "name", "trial", "search_space", "objective"}
        work = {
            **self._work(trial, trial.below("inputs").data, source.below("search_space").data),
            **self._rest(trial, _WORK | {"$schema"}),
        }
        return {
            "type": _type(source, "sweep"),
            **source.keep("name"),
            "trial": Part(work, trial.path),
            **self.references.inputs(trial),
            **compute_of(trial),
            **source.renamed("algorithm", "sampling_algorithm"),
            **self._search_space(source),
            **source.keep("objective"),
            "limits": self._limits(source),
            **self._early_termination(source),
            **source.renamed("interaction_endpoints", "services"),
            **source.keep(*_UNCHANGED),
            **self._rest(source, known | _SWEEP),
        }

    def _work(self, source: Place, inputs: Data, space: Data) -> Moved:
        """What a command job and a trial have in common."""
        return {
            **code_of(source),
            **self._command(source, inputs, space),
            **self.references.environment(source),
            **_resources(source.below("compute")),
            **self._distribution(source),
        }

    def _command(self, source: Place, inputs: Data, space: Data) -> Moved:
        command = source.data.get("command")
        if not isinstance(command, str):
            return source.keep("command")
        names = {
            (context, old): new
            for context, owner in (("inputs", inputs), ("search_space", space))
            for old, new in port_names(owner).items()
        }
        edits: list[Edit] = []
        for found in expressions(command, Dialect.PREVIEW):
            today = names.get((found.context, found.name)) if found.closed else None
            if today is not None:
                edits += ((found.start, found.start + 1, "${{"), (found.end - 1, found.end, "}}"))
                if today != found.name:
                    edits.insert(-1, (found.name_start, found.name_end, today))
            else:
                self.notes.append(f"command: '{found.raw}' names nothing in the job; it stays plain text.")
        return {"command": source.edited("command", *edits)}

    def _distribution(self, source: Place) -> Moved:
        key = "distribution" if "distribution" in source.data else "distributed"
        if not source.has_map(key):
            return source.renamed(key, "distribution")
        distribution = source.below(key)
        total = distribution.data.get("process_count")
        each = "process_count_per_instance"
        counted: Moved = {}
        if isinstance(total, int):
            count = self._per_instance(total, _instances(source))
            counted = {each: distribution.made("process_count", count)}
        elif str(distribution.data.get("type")).lower() == "mpi" and each not in distribution.data:
            counted = {each: Taken(1)}
            self.notes.append(f"distribution.{each}: today's dialect requires it; 1 is put in.")
        return {"distribution": Part(distribution.rest("process_count") | counted, distribution.path)}

    def _per_instance(self, total: int, instances: int) -> int:
        each = per_instance(total, instances)
        if each * instances != total:
            self.notes.append(
                f"distribution.process_count: {total} processes do not divide among {instances} instances; "
                f"{each} start on each."
            )
        return each

    def _limits(self, source: Place) -> Part:
        places = (source, source.below("limits"))
        limits: Moved = {}
        for place in places:
            for old, new in _TRIALS.items():
                limits |= place.renamed(old, new)
        limits |= _timeout(source)
        if "max_total_trials" not in limits:
            # The preview's default; today's dialect wants a number.
            limits = {"max_total_trials": Taken(1000), **limits}
            self.notes.append("limits.max_total_trials: today's dialect requires it; 1000 is put in.")
        return Part(limits, _home(source, "limits"))

    def _search_space(self, source: Place) -> Moved:
        """Each hyperparameter by its `type`, which the private preview called `spec`."""
        space = source.below("search_space")
        names = self.references.named("search_space", space)
        if list(names) == list(names.values()) and not any("spec" in space.below(one).data for one in names):
            return source.keep("search_space")
        entries: Moved = {new: _expression(old, space) for old, new in names.items()}
        return {"search_space": Part(entries, space.path)}

    def _early_termination(self, source: Place) -> Moved:
        if not source.has_map("early_termination"):
            return source.keep("early_termination")
        policy = source.below("early_termination")
        if "exclude_finished_jobs" in policy.data:
            self.notes.append("early_termination.exclude_finished_jobs: today's dialect has none; left out.")
        key = next((key for key in ("policy_type", "spec") if key in policy.data), None)
        kind: Moved = {"type": policy.word(key, _POLICIES)} if key else {}
        kept = policy.rest("policy_type", "spec", "exclude_finished_jobs")
        return {"early_termination": Part(kind | kept, policy.path)}

    def _rest(self, source: Place, known: set[str]) -> Moved:
        """The keys that the preview did not have: left as they are, for azure-ai-ml to judge."""
        output = source.below("output").data
        if output:
            store = str(output.get("datastore_id", "NAME")).removeprefix("azureml:")
            place = f"azureml://datastores/{store}/paths/{output.get('path', '')}"
            self.notes.append(f"output: left out; name an output with 'path: {place}' instead.")
        return source.rest(*known)


_UNCHANGED = ("experiment_name", "description", "tags", "properties")
_TYPE = ("$schema", "type", "job_type")
_JOB_TYPES = {"command_job": "command", "sweep_job": "sweep"}
_POLICIES = {"truncation": "truncation_selection"}
_TRIALS = {
    "max_total_trials": "max_total_trials",
    "max_total_runs": "max_total_trials",
    "max_concurrent_trials": "max_concurrent_trials",
    "max_concurrent_runs": "max_concurrent_trials",
}
_MINUTES = ("timeout_minutes", "max_duration_minutes")
_WORK = {"code", "command", "environment", "compute", "distribution", "distributed", "inputs"}
_OTHER_PLACE = {"timeout", *_MINUTES, "limits", "identity", "interaction_endpoints", "output"}
_SWEEP = {
    "algorithm",
    "timeout",
    *_TRIALS,
    *_MINUTES,
    "limits",
    "early_termination",
    "interaction_endpoints",
    "output",
}


def _type(source: Place, word: str) -> Taken:
    key = "type" if "type" in source.data else "job_type"
    written = source.data.get(key)
    if written is None:
        return Taken(word)
    if not isinstance(written, str) or not written:
        return source.made(key, word)
    known = key == "job_type" or written in _JOB_TYPES
    return source.edited(key, (0, len(written), word)) if known else source.made(key, word)


def _timeout(source: Place) -> Moved:
    """The time that a job may take, in seconds."""
    limits = source.below("limits")
    made = source.renamed("timeout", "timeout")
    for place in (limits, source):
        for key in _MINUTES:
            minutes = place.data.get(key)
            if isinstance(minutes, int):
                made = {"timeout": place.made(key, minutes * 60)}
    return limits.rest(*_TRIALS, *_MINUTES) | made


def _home(source: Place, key: str) -> Path | None:
    return (*source.path, key) if source.has_map(key) else None


def _expression(name: str, space: Place) -> Taken | Part:
    expression = space.below(name)
    if "spec" not in expression.data or "type" in expression.data:
        return space.taken(name)
    return Part(expression.renamed("spec", "type") | expression.rest("spec"), expression.path)


def code_of(source: Place) -> Moved:
    """The code of a job, a trial or a component: one text today."""
    if source.has_map("code"):
        parts = source.below("code")
        key = next((key for key in ("local_path", "directory") if key in parts.data), "path")
        return {"code": parts.without_file(key)} if parts.data.get(key) is not None else {}
    return {"code": source.without_file("code")} if source.data.get("code") is not None else {}


def compute_of(source: Place) -> Moved:
    """The compute: its name alone today."""
    if isinstance(source.data.get("compute"), str):
        return source.keep("compute")
    return source.below("compute").renamed("target", "compute")


def _resources(compute: Place) -> Moved:
    resources = {
        **compute.renamed("node_count", "instance_count"),
        **compute.keep("instance_count", "instance_type", "properties"),
    }
    if "location" in compute.data:
        resources["locations"] = compute.made("location", [compute.data["location"]])
    return {"resources": Part(resources)} if resources else {}


def _instances(source: Place) -> int:
    compute = source.below("compute").data
    count = compute.get("instance_count", compute.get("node_count"))
    return count if isinstance(count, int) and count > 0 else 1


def _identity(source: Place) -> Moved:
    if not source.has_map("identity"):
        return source.keep("identity")
    identity = source.below("identity")
    kind: Moved = {}
    if "type" in identity.data:
        kind = {"type": identity.word("type", {"amltoken": "aml_token"})}
    return {"identity": Part(identity.rest("type") | kind, identity.path)}
