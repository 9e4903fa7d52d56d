"""JL110: an environment that says no image to start from, or two; the client refuses it as it sends it."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity
from joblens.checks.subject import Subject
from joblens.job.fields import Fields
from joblens.job.model import Dialect
from joblens.schema.match import Fault
from joblens.text.nodes import Path, Span

CODE = "JL110"

_JOBS = ("commandJob", "sweepJob", "pipelineJob", "commandComponent")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every environment of today's that has neither `image` nor `build`, or both."""
    kind = subject.kind
    if kind is None or kind.dialect is not Dialect.TODAY or subject.syntax:
        return
    for path, body in subject.bodies:
        if kind.name == "environment" and not path:
            yield from _problems(subject, path, body, None)
        elif kind.name in _JOBS:
            written, key = body.below("environment"), body.key("environment")
            if written is not None and key is not None:
                yield from _problems(subject, (*path, "environment"), written, key.span)


def _problems(subject: Subject, path: Path, fields: Fields, owner: Span | None) -> Iterator[Problem]:
    image, build, conda_file = fields.key("image"), fields.key("build"), fields.key("conda_file")
    if image is not None and build is not None:
        message = "An environment has an 'image' or a 'build', not both. Remove one."
        yield Problem(CODE, message, max(image.span, build.span))
    elif build is not None and conda_file is not None:
        message = "A 'conda_file' goes with an 'image'. Install it in the Dockerfile, or remove it."
        yield Problem(CODE, message, conda_file.span, Severity.WARNING)
    elif build is not None and (context := fields.below("build")) is not None:
        if "path" not in context and not _is_misspelt(subject, (*path, "build")):
            yield Problem(CODE, "A 'build' needs the folder to build from. Add its 'path'.", build.span)
    elif image is None and build is None and conda_file is not None and not _is_misspelt(subject, path):
        first = next(iter(fields)).key.span
        yield Problem(CODE, "A 'conda_file' needs an image to build on. Add 'image'.", owner or first)


def _is_misspelt(subject: Subject, path: Path) -> bool:
    unknown = (one for one in subject.mismatches if one.fault is Fault.UNKNOWN_KEY)
    return any(one.path[:-1] == path for one in unknown)
