"""JL102: what the client lets be absent as it reads a job, and asks for as it sends it."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.missing_key import CODE
from joblens.checks.problem import Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import Fields
from joblens.job.model import Dialect
from joblens.schema.match import Fault, Mismatch
from joblens.text.nodes import Mapping, Path

_OF_SWEEP = ("sampling_algorithm", "search_space")
_DATA = (None, "uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every sweep without a space or an algorithm, step without an environment, data without a path."""
    root, kind = subject.tree.resolved(subject.tree.root), subject.kind
    if kind is None or kind.dialect is not Dialect.TODAY or subject.syntax or not isinstance(root, Mapping):
        return
    if kind.name == "sweepJob":
        yield from _of_sweep(subject, Fields(root, subject.tree))
    if kind.name == "pipelineJob":
        yield from _of_type(subject, Fields(root, subject.tree))
        yield from _of_steps(subject)
    if kind.name in ("commandJob", "sweepJob"):  # A pipeline may be given its data as it is started.
        yield from _of_inputs(subject, Fields(root, subject.tree))


def _of_sweep(subject: Subject, root: Fields) -> Iterator[Problem]:
    first = next(iter(root)).key.span
    for key in _OF_SWEEP:
        if key not in root and not _is_misspelt(subject, (), key):
            yield Problem(CODE, f"Required key '{key}' is missing.", first)


def _of_type(subject: Subject, root: Fields) -> Iterator[Problem]:
    if "type" not in root and not _is_misspelt(subject, (), "type"):
        message = (
            "Required key 'type' is missing: without 'type: pipeline' the client takes this for a command."
        )
        yield Problem(CODE, message, next(iter(root)).key.span)


def _of_steps(subject: Subject) -> Iterator[Problem]:
    for path, step in subject.bodies:
        pair = subject.tree.pair_at(path) if path[:1] == ("jobs",) and len(path) == 2 else None
        if pair is not None and _lacks_environment(step) and not _has_stranger(subject, path):
            message = f"Required key 'environment' is missing in '{shortened(str(path[1]), 30)}'."
            yield Problem(CODE, message, pair.key.span)


def _lacks_environment(step: Fields) -> bool:
    kind = step.text("type")
    is_command = "command" in step and "component" not in step
    return is_command and "environment" not in step and (kind is None or kind.value.lower() == "command")


def _of_inputs(subject: Subject, root: Fields) -> Iterator[Problem]:
    for entry in root.below("inputs") or ():
        settings = root.of(entry.value)
        given = settings.text("path") if settings is not None else None
        if given is not None and not given.value.strip():
            yield Problem(
                CODE, f"The 'path' of input '{shortened(entry.key.value, 30)}' is empty.", given.span
            )
        if settings is None or "path" in settings or not ("type" in settings or "mode" in settings):
            continue
        kind = settings.text("type")
        path = ("inputs", entry.key.value)
        if (kind.value.strip().lower() if kind else None) in _DATA and not _has_stranger(subject, path):
            message = f"Input '{shortened(entry.key.value, 30)}' has no data. Give it a 'path'."
            yield Problem(CODE, message, entry.key.span)


def _is_misspelt(subject: Subject, path: Path, key: str) -> bool:
    return any(one.path[:-1] == path and one.meant == key for one in _unknown(subject))


def _has_stranger(subject: Subject, path: Path) -> bool:
    return any(one.path[:-1] == path for one in _unknown(subject))


def _unknown(subject: Subject) -> list[Mismatch]:
    return [one for one in subject.mismatches if one.fault is Fault.UNKNOWN_KEY]
