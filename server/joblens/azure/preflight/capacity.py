"""JL906-JL907: more instances than the cluster may have, or more trials at a time than it has room for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from joblens.azure.computes import shown
from joblens.checks.problem import Problem, Severity
from joblens.checks.subject import Subject
from joblens.job.asset_reference import PREFIX
from joblens.job.fields import Fields
from joblens.text.nodes import Mapping as Map
from joblens.text.nodes import Scalar, Span

INSTANCES, TRIALS = "JL906", "JL907"


def capacity(subject: Subject, computes: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """What each job, trial and step wants of its cluster, beyond what that may have."""
    outer = ""
    for path, fields in subject.bodies:
        settings = fields.below("settings")
        default = _text(settings, "default_compute") if settings is not None else ""
        compute = _compute(fields) or outer
        if not path:
            outer = compute or default
        most = _most(computes, compute or outer)
        if most is None:
            continue
        wanted = _instances(fields)
        if wanted is not None and wanted[0] > most:
            count, span = wanted
            said = f"{count} instances are wanted, but '{_bare(compute or outer)}' has at most {most}."
            yield Problem(INSTANCES, f"{said} The job would not start.", span, Severity.WARNING)
            continue
        yield from _trials(fields, _bare(compute or outer), most, wanted[0] if wanted else 1)


def _trials(fields: Fields, name: str, most: int, each: int) -> Iterator[Problem]:
    limits = fields.below("limits")
    if limits is None and fields.text("max_concurrent_trials") is not None:
        limits = fields  # as the preview has it
    found = _number(limits, "max_concurrent_trials")
    if found is None or found[0] * each <= most:
        return
    room = max(most // each, 1)
    said = f"'{name}' has at most {most} instances: {room} of these {found[0]} trials run at a time."
    yield Problem(TRIALS, said, found[1], Severity.HINT)


def _compute(fields: Fields) -> str:
    below = fields.below("compute")  # of the preview
    return _text(below, "target") if below is not None else _text(fields, "compute")


def _instances(fields: Fields) -> tuple[int, Span] | None:
    return _number(fields.below("resources"), "instance_count") or _number(
        fields.below("compute"), "instance_count"
    )


def _text(fields: Fields | None, key: str) -> str:
    found = fields.text(key) if fields is not None else None
    return found.value if found is not None else ""


def _number(fields: Fields | None, key: str) -> tuple[int, Span] | None:
    found = fields.value(key) if fields is not None else None
    if not isinstance(found, Scalar) or isinstance(found, Map) or not found.value.isdecimal():
        return None
    return int(found.value), found.span


def _bare(compute: str) -> str:
    return compute.removeprefix(PREFIX)


def _most(computes: Mapping[str, Mapping[str, Any]], compute: str) -> int | None:
    """The most instances that a compute may have; None where that is not known."""
    entry = next((one for name, one in computes.items() if name.lower() == _bare(compute).lower()), None)
    if entry is None:
        return None
    told = shown(entry)
    if told["type"] == "computeinstance":
        return 1
    most = told.get("max_instances")
    return most if isinstance(most, int) else None
