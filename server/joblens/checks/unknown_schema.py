"""JL105: the `$schema` is the address of no schema, or of another kind; it is what other tools go by."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, replacement
from joblens.checks.subject import Subject
from joblens.job.kinds import kind_meant_by_schema, kind_of_schema, schema_address
from joblens.text.nodes import Scalar

CODE = "JL105"

_JOBS = ("commandJob", "sweepJob", "pipelineJob")


def problems(subject: Subject) -> Iterator[Problem]:
    """The address in the file, where it is one of Azure ML's but for a slip, or not that of its kind."""
    pair = subject.tree.pair_at(("$schema",))
    if pair is None or not isinstance(pair.value, Scalar):
        return
    meant = kind_meant_by_schema(pair.value.value)
    if meant is not None:
        message = f"There is no schema at this address. Did you mean '{meant}.schema.json'?"
        fix = replacement(schema_address(meant), pair.value.span)
        yield Problem(CODE, message, pair.value.span, Severity.WARNING, fix)
    named = kind_of_schema(pair.value.value)
    if (
        named in _JOBS
        and subject.kind is not None
        and subject.kind.name in _JOBS
        and named != subject.kind.name
    ):
        is_ = subject.kind.name
        message = f"This is a '{is_}' by its 'type' and keys. Did you mean '{is_}.schema.json'?"
        fix = replacement(schema_address(is_), pair.value.span)
        yield Problem(CODE, message, pair.value.span, Severity.WARNING, fix)
