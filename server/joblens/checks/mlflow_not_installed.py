"""JL805: the script imports mlflow, and the environment made for it has no mlflow: a hint.

Only where all that it gets is at hand: a conda specification, or a context on a plain Python image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.disk import Disk
from joblens.job.fields import Fields
from joblens.job.file_references import local_path
from joblens.job.launches import Launch
from joblens.job.model import At
from joblens.text.nodes import Scalar

CODE = "JL805"

# Packages of either name bring it along, or are made to.
_BRINGS_IT = re.compile(r"mlflow|azureml|databricks", re.IGNORECASE)
# Lines that install what stands in other files, or is not known by its name.
_UNSURE = re.compile(r"^\s*-?\s*(?:-r|--requirement|-e|--editable|\.|/|git\+|https?:)", re.MULTILINE)
_PLAIN_IMAGE = re.compile(r"^\s*FROM\s+(?:docker\.io/)?(?:library/)?python(?::\S*)?\s*$", re.MULTILINE)
_FROM = re.compile(r"^\s*FROM\b", re.MULTILINE | re.IGNORECASE)


def problems(subject: Subject) -> Iterator[Problem]:
    """The environment of every command whose script cannot import mlflow."""
    seen: set[int] = set()
    for launch in subject.launches:
        if id(launch.scope.body) in seen:
            continue
        seen.add(id(launch.scope.body))
        found = _without(subject, launch)
        script = _importing(launch) if found is not None else None
        if found is not None and script is not None:
            name, source = shortened(script, 30), shortened(found.value, 30)
            message = f"'{name}' imports mlflow, which '{source}' lacks. Add it."
            yield Problem(CODE, message, found.span, Severity.HINT)


def _without(subject: Subject, launch: Launch) -> At[str] | None:
    """What the environment is made from, if mlflow is not in it."""
    environment = Fields(launch.scope.body, subject.tree).below("environment")
    if environment is None:
        return None
    inline = environment.below("conda_file")
    if inline is not None:
        dependencies = inline.key("dependencies")
        text = subject.document.text[inline.span.start : inline.span.end]
        return dependencies if dependencies is not None and not _may_have_it(text) else None
    conda = environment.value("conda_file")
    if isinstance(conda, Scalar):
        return _of_file(launch.disk, At(conda.value.removeprefix("file:"), conda.span))
    build = environment.below("build")
    context = build.text("path") if build is not None else None
    return _of_context(launch.disk, context) if context is not None else None


def _of_file(disk: Disk, conda: At[str]) -> At[str] | None:
    if not local_path(conda.value):
        return None
    document = disk.document(disk.path(conda.value))
    if document is None or document.problems or "dependencies" not in document.text:
        return None
    return None if _may_have_it(document.text) else conda


def _of_context(disk: Disk, context: At[str]) -> At[str] | None:
    """The context, if its Dockerfile starts from a plain Python and installs its requirements alone."""
    if not local_path(context.value):
        return None
    folder = disk.path(context.value)
    dockerfile, requirements = disk.text(folder / "Dockerfile"), disk.text(folder / "requirements.txt")
    if dockerfile is None or requirements is None or "requirements.txt" not in dockerfile:
        return None
    plain = len(_FROM.findall(dockerfile)) == 1 and _PLAIN_IMAGE.search(dockerfile) is not None
    return context if plain and not _may_have_it(requirements) and not _BRINGS_IT.search(dockerfile) else None


def _may_have_it(text: str) -> bool:
    return _BRINGS_IT.search(text) is not None or _UNSURE.search(text) is not None


def _importing(launch: Launch) -> str | None:
    """The script of a command that imports mlflow."""
    from joblens.script.imports import imported

    for run in launch.reading.runs:
        file = launch.file(run)
        text = launch.disk.text(file) if file is not None else None
        if text is not None and "mlflow" in text and "mlflow" in (imported(text) or ()):
            return run.script.text
    return None
