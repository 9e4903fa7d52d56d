"""JL104: an address where the client takes none: code is a folder here, and data no run's.

It reads the job all the same, and stops once it sends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.not_allowed import CODE
from joblens.checks.problem import Problem, Severity, did_you_mean, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.disk import Entry
from joblens.job.model import At, Dialect

_ADDRESS = re.compile(r"git\+|https?:|azureml:(?!/)", re.IGNORECASE)
_OF_MLFLOW = re.compile(r"runs:(?:/+(?P<run>[^/]+)(?:/+(?P<path>.+))?)?", re.IGNORECASE)
_BARE_NAME = re.compile(r"(?!azureml:)[A-Za-z][\w-]*(:\w+|@latest)?")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every `code` and input of a job of today's at such an address, every component that is only a name."""
    kind = subject.kind
    if kind is None or kind.dialect is not Dialect.TODAY:
        return
    if kind.name == "pipelineJob":
        yield from _components(subject)
    for _, body in subject.bodies if kind.name in ("commandJob", "sweepJob") else ():
        code = body.text("code")
        if code is not None and _ADDRESS.match(code.value):
            registered = code.value.startswith("azureml:")  # So a migrated file may say.
            severity = Severity.WARNING if registered else Severity.ERROR
            yield _problem("code", code, "Name a folder or a file.", severity)
        for entry in body.below("inputs") or ():
            settings = body.of(entry.value)
            path = settings.text("path") if settings is not None else None
            if path is not None and (found := _OF_MLFLOW.match(path.value)):
                yield _of_run(path, found)


def _of_run(path: At[str], found: re.Match[str]) -> Problem:
    """MLflow's address of what a run has logged; the client knows another one for it."""
    if not found["path"]:
        return _problem("path", path, "Name a path, or an address of data.", Severity.ERROR)
    meant = f"azureml://jobs/{found['run']}/outputs/artifacts/paths/{found['path']}"
    message = did_you_mean(f"'path' cannot be '{shortened(path.value, 30)}'.", meant)
    return Problem(CODE, message, path.span, fix=replacement(meant, path.span))


def _components(subject: Subject) -> Iterator[Problem]:
    for path, step in subject.bodies:
        name = step.text("component") if path[:1] == ("jobs",) else None
        if name is None or not _BARE_NAME.fullmatch(name.value) or _is_a_file(subject, name.value):
            continue
        meant = f"azureml:{name.value}"
        message = did_you_mean(f"'component' cannot be '{shortened(name.value, 30)}'.", meant)
        yield Problem(CODE, message, name.span, fix=replacement(meant, name.span))


def _is_a_file(subject: Subject, name: str) -> bool:
    return subject.disk is None or subject.disk.entry(subject.disk.path(name)) is not Entry.MISSING


def _problem(key: str, written: At[str], way_out: str, severity: Severity) -> Problem:
    message = f"'{key}' cannot be '{shortened(written.value)}'. {way_out}"
    return Problem(CODE, message, written.span, severity)
