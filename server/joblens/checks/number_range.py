"""JL104: a number or size of the right type that no machine can honour: no nodes, a negative time, `2gb`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.not_allowed import CODE
from joblens.checks.problem import Problem, Severity, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import Fields

_SIZE = re.compile(r"[1-9]\d*[bkmgBKMG]")
_SIZE_WITH_MORE = re.compile(r"([1-9]\d*)\s*([bkmgBKMG])i?[bB]?")
_JOBS = ("commandJob", "sweepJob", "pipelineJob", "commandComponent", "pipelineComponent")
_LEAST = {
    "": {"timeout": 0, "timeout_minutes": 0},
    "compute": {"instance_count": 1},
    "resources": {"instance_count": 1},
    "limits": {"timeout": 0, "trial_timeout": 0},
    "distribution": {
        "process_count_per_instance": 0,
        "process_count": 0,
        "worker_count": 0,
        "parameter_server_count": 0,
    },
}
"""The least that a number may be, by the mapping that it stands in; the empty name is the job's own."""


def problems(subject: Subject) -> Iterator[Problem]:
    """Every count below 1, every negative time, and every size that is none."""
    if subject.kind is None or subject.kind.name not in _JOBS:
        return
    for _, body in subject.bodies:
        for holder, numbers in _LEAST.items():
            fields = body.below(holder) if holder else body
            if fields is not None:
                yield from (found for key, least in numbers.items() for found in _below(fields, key, least))
        yield from _size(body.below("resources"))


def _below(fields: Fields, key: str, least: int) -> Iterator[Problem]:
    number = fields.number(key)
    if number is not None and number.value < least:
        message = f"'{key}' cannot be {number.value:.10g}: at least {least} is expected."
        yield Problem(CODE, message, number.span)


def _size(resources: Fields | None) -> Iterator[Problem]:
    size = resources.text("shm_size") if resources is not None else None
    if size is None or "$" in size.value or _SIZE.fullmatch(size.value):
        return
    said = f"'shm_size' cannot be '{shortened(size.value, 30)}':"
    message = f"{said} a number and b, k, m or g is expected, such as 2g."
    meant = _SIZE_WITH_MORE.fullmatch(size.value)
    # Docker itself understands more forms than Azure ML's pages name.
    severity = Severity.WARNING if size.value[:1].isdigit() else Severity.ERROR
    fix = replacement(f"{meant[1]}{meant[2].lower()}", size.span) if meant else None
    yield Problem(CODE, message, size.span, severity, fix)
