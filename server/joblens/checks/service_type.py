"""JL104: a service of a job whose type is nearly one of those that Azure ML has: a warning."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.not_allowed import CODE
from joblens.checks.problem import Problem, Severity, did_you_mean, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.model import Dialect
from joblens.schema.near import nearest
from joblens.schema.values import plain

_TYPES = ("ssh", "tensor_board", "vs_code", "jupyter_lab", "custom")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every misspelt type; the client takes any word, and the service knows but these."""
    if subject.kind is None or subject.kind.dialect is not Dialect.TODAY:
        return
    if "services" not in subject.document.text:
        return
    known = {plain(one) for one in _TYPES}
    for _, body in subject.bodies:
        for entry in body.below("services") or ():
            settings = body.of(entry.value)
            kind = settings.text("type") if settings is not None else None
            if kind is None or plain(kind.value) in known:
                continue
            meant = nearest(kind.value, _TYPES)
            if meant is not None:
                message = did_you_mean(f"'type' cannot be '{shortened(kind.value, 30)}'.", meant)
                yield Problem(CODE, message, kind.span, Severity.WARNING, replacement(meant, kind.span))
