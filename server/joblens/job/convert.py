"""A job file of the 2021 preview in today's dialect: where each value goes, and what had to be guessed.

One function for each key whose shape changed; the other keys keep their values. What is made here is data for
azure-ai-ml, and the plan that migrate/ writes into the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from joblens.job.convert_references import References
from joblens.job.convert_refresh import Refreshed
from joblens.job.detect import detect
from joblens.job.era import Era, mark
from joblens.job.expressions import expressions
from joblens.job.kinds import schema_address
from joblens.job.model import Dialect
from joblens.job.moved import Edit, Moved, Part, Place, Taken, paths, plain
from joblens.job.plain import Data, as_map, with_value
from joblens.job.read_preview import per_instance
from joblens.text.document import Document
from joblens.text.nodes import Path
from joblens.text.values import value_of

_READ_ONLY = frozenset(("id", "status", "log_files", "creation_context"))
_UNCHANGED = ("experiment_name", "description", "tags", "properties")
_JOB_TYPES = {"command_job": "command", "sweep_job": "sweep"}


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
    source = as_map(value_of(document.tree.root))
    for key, value in (overrides or {}).items():
        source = with_value(source, key.split("."), value)
    found = moved(document, source)
    return Converted(source) if found is None else Converted(plain(found[0]), found[1])


def moved(document: Document, source: Data) -> tuple[Part, tuple[str, ...]] | None:
    """Today's job made of the document's data, and the notes; None unless it is a job of a preview."""
    kind = detect(document.tree, document.text)
    if kind is None:
        return None
    notes: list[str] = []
    older = mark(document.tree, kind)
    if older is not None and older.era is Era.AFTER_PREVIEW:
        refreshed = Refreshed(document.path.parent if document.path else None, notes)
        return Part(refreshed.job(Place(source)), home=()), tuple(notes)
    if kind.dialect is not Dialect.PREVIEW or kind.name not in ("commandJob", "sweepJob"):
        return None
    writing = _Writing(References(document.path.parent if document.path else None, notes), notes)
    root = Place({key: value for key, value in source.items() if key not in _READ_ONLY})
    made = writing.sweep(root) if kind.name == "sweepJob" else writing.command_job(root)
    schema = Taken(schema_address(kind.name))
    job = Part({"$schema": schema, **root.keep("$schema"), **made}, home=())
    notes += [f"{path}: today's dialect has no place for it; left out." for path in _left_out(root, job)]
    return job, tuple(notes)


@dataclass(frozen=True, slots=True)
class _Writing:
    """Makes the parts of the new job, and notes on the way."""

    references: References
    notes: list[str]

    def command_job(self, source: Place) -> Moved:
        known = {*_UNCHANGED, "$schema", "type", "name", "environment_variables", "parameters"}
        return {
            "type": _type(source, "command"),
            **source.keep("name"),
            **self._work(source, source.below("inputs").data, {}),
            **source.keep("environment_variables", "parameters"),
            **self.references.inputs(source),
            **_compute(source),
            **({"limits": Part(source.renamed("timeout", "timeout"))} if "timeout" in source.data else {}),
            **_identity(source),
            **source.renamed("interaction_endpoints", "services"),
            **source.keep(*_UNCHANGED),
            **self._rest(source, known | _WORK | {"timeout", "identity", "interaction_endpoints", "output"}),
        }

    def sweep(self, source: Place) -> Moved:
        trial = source.below("trial")
        known = {*_UNCHANGED, "$schema", "type", "name", "trial", "search_space", "objective"}
        work = {
            **self._work(trial, trial.below("inputs").data, source.below("search_space").data),
            **self._rest(trial, _WORK | {"$schema"}),
        }
        return {
            "type": _type(source, "sweep"),
            **source.keep("name"),
            "trial": Part(work, trial.path),
            **self.references.inputs(trial),
            **_compute(trial),
            **source.renamed("algorithm", "sampling_algorithm"),
            **source.keep("search_space", "objective"),
            "limits": self._limits(source),
            **self._early_termination(source),
            **source.renamed("interaction_endpoints", "services"),
            **source.keep(*_UNCHANGED),
            **self._rest(source, known | _SWEEP),
        }

    def _work(self, source: Place, inputs: Data, space: Data) -> Moved:
        """What a command job and a trial have in common."""
        return {
            **_code(source),
            **self._command(source, inputs, space),
            **self.references.environment(source),
            **_resources(source.below("compute")),
            **self._distribution(source),
        }

    def _command(self, source: Place, inputs: Data, space: Data) -> Moved:
        command = source.data.get("command")
        if not isinstance(command, str):
            return source.keep("command")
        known = {("inputs", name) for name in inputs} | {("search_space", name) for name in space}
        edits: list[Edit] = []
        for found in expressions(command, Dialect.PREVIEW):
            if found.closed and (found.context, found.name) in known:
                edits += ((found.start, found.start + 1, "${{"), (found.end - 1, found.end, "}}"))
            else:
                self.notes.append(f"command: '{found.raw}' names nothing in the job; it stays plain text.")
        return {"command": source.edited("command", *edits)}

    def _distribution(self, source: Place) -> Moved:
        if not source.has_map("distribution"):
            return source.keep("distribution")
        distribution = source.below("distribution")
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
        limits = source.keep("max_total_trials", "max_concurrent_trials")
        minutes = source.data.get("timeout_minutes")
        if isinstance(minutes, int):
            limits["timeout"] = source.made("timeout_minutes", minutes * 60)
        if "max_total_trials" not in limits:
            # The preview's default; today's dialect wants a number.
            limits = {"max_total_trials": Taken(1000), **limits}
            self.notes.append("limits.max_total_trials: today's dialect requires it; 1000 is put in.")
        return Part(limits)

    def _early_termination(self, source: Place) -> Moved:
        if not source.has_map("early_termination"):
            return source.keep("early_termination")
        policy = source.below("early_termination")
        if "exclude_finished_jobs" in policy.data:
            self.notes.append("early_termination.exclude_finished_jobs: today's dialect has none; left out.")
        kept = policy.rest("policy_type", "exclude_finished_jobs")
        return {"early_termination": Part(policy.renamed("policy_type", "type") | kept, policy.path)}

    def _rest(self, source: Place, known: set[str]) -> Moved:
        """The keys that the preview did not have: left as they are, for azure-ai-ml to judge."""
        output = source.below("output").data
        if output:
            store = str(output.get("datastore_id", "NAME")).removeprefix("azureml:")
            place = f"azureml://datastores/{store}/paths/{output.get('path', '')}"
            self.notes.append(f"output: left out; name an output with 'path: {place}' instead.")
        return source.rest(*known)


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
_NOTED = frozenset(("output", "exclude_finished_jobs", "$schema"))
"""Keys that are left out with a note of their own, or without one."""


def _type(source: Place, word: str) -> Taken:
    written = source.data.get("type")
    if written is None:
        return Taken(word)
    known = isinstance(written, str) and written in _JOB_TYPES
    return source.word("type", _JOB_TYPES) if known else source.made("type", word)


def _code(source: Place) -> Moved:
    if source.has_map("code"):
        parts = source.below("code")
        key = "local_path" if "local_path" in parts.data else "path"
        return {"code": parts.without_file(key)} if parts.data.get(key) is not None else {}
    return {"code": source.without_file("code")} if source.data.get("code") is not None else {}


def _compute(source: Place) -> Moved:
    if isinstance(source.data.get("compute"), str):
        return source.keep("compute")
    return source.below("compute").renamed("target", "compute")


def _resources(compute: Place) -> Moved:
    resources = compute.keep("instance_count", "instance_type", "properties")
    if "location" in compute.data:
        resources["locations"] = compute.made("location", [compute.data["location"]])
    return {"resources": Part(resources)} if resources else {}


def _instances(source: Place) -> int:
    count = source.below("compute").data.get("instance_count")
    return count if isinstance(count, int) and count > 0 else 1


def _identity(source: Place) -> Moved:
    if not source.has_map("identity"):
        return source.keep("identity")
    identity = source.below("identity")
    kind: Moved = {}
    if "type" in identity.data:
        kind = {"type": identity.word("type", {"amltoken": "aml_token"})}
    return {"identity": Part(identity.rest("type") | kind, identity.path)}


def _left_out(source: Place, job: Part) -> Iterator[str]:
    """The dotted keys of the source that nothing was made of and nothing was said of."""
    taken = {path for path in paths(job) if path}
    above = {path[:length] for path in taken for length in range(1, len(path))}
    homes = {part.home for part in _parts(job) if part.home}
    yield from _not_taken(source.data, (), taken - homes, above | homes)


def _parts(part: Part) -> Iterator[Part]:
    for entry in part.entries.values():
        if isinstance(entry, Part):
            yield entry
            yield from _parts(entry)


def _not_taken(data: Data, path: Path, taken: set[Path], opened: set[Path]) -> Iterator[str]:
    for key, value in data.items():
        place = (*path, key)
        if place in taken or key in _NOTED:
            continue
        if place in opened and isinstance(value, Mapping):
            yield from _not_taken(as_map(value), place, taken, opened)
        elif place not in opened:
            yield ".".join(str(part) for part in place)
