"""JL106-JL107, JL109: a reference that says too little, or too much: no version, no `azureml:`, a `file:`.

The client takes an environment without a version as it reads the file, and stops at it when it submits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.problem import Fix, Problem, Severity, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import Fields
from joblens.job.model import At, Dialect
from joblens.text.nodes import Mapping, Scalar, Style

NO_VERSION = "JL106"
NO_PREFIX = "JL107"
FILE_PREFIX = "JL109"

_JOBS = ("commandJob", "sweepJob", "pipelineJob", "sparkJob", "commandComponent", "pipelineComponent")
# Curated environments are completed by the service; what has slashes is a full id, or a registry's.
_WITHOUT_VERSION = re.compile(r"azureml:(?!AzureML-)[^:@/\s]+")
_COMPUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9\-]*")
_COMPUTE_WORDS = frozenset(("local", "serverless"))


def problems(subject: Subject) -> Iterator[Problem]:
    """Every reference of a job of today's that lacks its version or its prefix, once."""
    root, kind = subject.tree.resolved(subject.tree.root), subject.kind
    if kind is None or kind.name not in _JOBS or kind.dialect is not Dialect.TODAY:
        return
    if isinstance(root, Mapping):
        found = _of(Fields(root, subject.tree))
        yield from {one.span: one for one in found}.values()


def _of(fields: Fields) -> Iterator[Problem]:
    """Those of a job or step, and of what is written out in it."""
    yield from _versioned("environment", _plain(fields, "environment"))
    yield from _without_file("code", _plain(fields, "code"))
    environment = fields.below("environment")
    if environment is not None:
        yield from _without_file("conda_file", _plain(environment, "conda_file"))
        build = environment.below("build")
        if build is not None:
            yield from _without_file("path", _plain(build, "path"))
    for entry in fields.below("inputs") or ():
        settings = fields.of(entry.value)
        if settings is not None:
            yield from _versioned("path", _plain(settings, "path"))
            yield from _without_file("path", _plain(settings, "path"))
    yield from _compute(_plain(fields, "compute"))
    settings = fields.below("settings")
    if settings is not None:
        yield from _compute(_plain(settings, "default_compute"))
    for key in ("trial", "component"):
        below = fields.below(key)
        if below is not None:
            yield from _of(below)
    for entry in fields.below("jobs") or ():
        step = fields.of(entry.value)
        if step is not None:
            yield from _of(step)


def _plain(fields: Fields, key: str) -> At[str] | None:
    """A text in one piece, so that what is written is what it says."""
    node = fields.value(key)
    if not isinstance(node, Scalar) or node.indent >= 0:
        return None
    quoted = node.style is not Style.PLAIN
    return At(node.value, node.span._replace(start=node.span.start + quoted, end=node.span.end - quoted))


def _versioned(key: str, reference: At[str] | None) -> Iterator[Problem]:
    if reference is not None and _WITHOUT_VERSION.fullmatch(reference.value):
        shown = shortened(reference.value)
        message = f"'{key}': '{shown}' has no version. Write ':VERSION' or '@latest' behind it."
        fix = replacement(f"{reference.value}@latest", reference.span)
        yield Problem(NO_VERSION, message, reference.span, fix=fix)


def _without_file(key: str, path: At[str] | None) -> Iterator[Problem]:
    """The preview's way to name a file, which today is for environments and components alone."""
    if path is None or not path.value.startswith("file:") or path.value.startswith("file:/"):
        return
    span = path.span._replace(end=path.span.start + len("file:"))
    alone = path.value.removeprefix("file:")
    message = f"'{key}' takes a path without 'file:'. Write '{shortened(alone)}'."
    yield Problem(FILE_PREFIX, message, path.span, fix=Fix("Remove 'file:'", span, ""))


def _compute(name: At[str] | None) -> Iterator[Problem]:
    if name is None or name.value in _COMPUTE_WORDS or not _COMPUTE_NAME.fullmatch(name.value):
        return
    shown = shortened(name.value, 30)
    message = f"'{shown}' is taken for a compute of that name; usually: 'azureml:{shown}'."
    fix = replacement(f"azureml:{name.value}", name.span)
    yield Problem(NO_PREFIX, message, name.span, Severity.HINT, fix)
