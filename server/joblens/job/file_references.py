"""The files and folders that a document names beside itself: code, data, conda files, contexts, components.

Alone knows under which keys a path may stand, and what is wanted there. Addresses, placeholders and absolute
paths (of another machine, most likely) are none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from joblens.job.detect import Kind
from joblens.job.disk import Entry
from joblens.job.fields import Fields
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Node, Scalar, Span, Style
from joblens.text.tree import Tree

_FILE = "file:"
_ADDRESS = re.compile(r"[A-Za-z][\w+.\-]*:")
_ABSOLUTE = re.compile(r"[/\\~]")
_NOT_A_PATH = re.compile(r"[$<>{}*?|\"\n]")
_COMPONENT_FILE = re.compile(r"\.{1,2}/|.*\.ya?ml$", re.IGNORECASE | re.DOTALL)
_WANTED = {
    "uri_file": Entry.FILE,
    "uri_folder": Entry.FOLDER,
    "mltable": Entry.FOLDER,
    "mlflow_model": Entry.FOLDER,
    "triton_model": Entry.FOLDER,
}
_JOBS = ("commandJob", "sweepJob", "pipelineJob", "sparkJob", "parallelJob")
_COMPONENTS = ("commandComponent", "pipelineComponent", "sparkComponent", "parallelComponent")
_DEPLOYMENTS = ("managedOnlineDeployment", "kubernetesOnlineDeployment", "modelBatchDeployment")
_AUTOML_DATA = ("training_data", "validation_data", "test_data")


@dataclass(frozen=True, slots=True)
class FileReference:
    """One path in the text."""

    key: str
    """The key that it stands under: `code`, `conda_file`, `path`, ..."""
    owner: str
    """The input or step that it belongs to; empty for the job's own."""
    written: str
    """Relative to the folder `base`, with slashes, without a `file:` before it."""
    span: Span
    """The path's text, without quotes and prefix."""
    wants: Entry | None
    """FILE or FOLDER; None where either will do."""
    type: str = ""
    """The type of the input or asset, where it decides what is wanted."""
    type_span: Span | None = None
    """Where that type is written; None where it is the default."""
    is_work: bool = True
    """Whether the client needs it to read the file; data and models are often fetched first."""
    base: str = ""
    """The folder that the path is relative to, seen from the file's; a Dockerfile stands in its context."""

    @property
    def path(self) -> str:
        """The path relative to the file's folder."""
        return str(PurePosixPath(self.base) / self.written)


def file_references(tree: Tree, kind: Kind) -> Iterator[FileReference]:
    """Every path in a document that means a file or folder beside it."""
    root = tree.resolved(tree.root)
    if not isinstance(root, Mapping):
        return
    fields = Fields(root, tree)
    if kind.dialect is Dialect.PREVIEW:
        yield from _preview(fields, kind)
    elif kind.name in (*_JOBS, *_COMPONENTS):
        yield from _work(fields, "")
    elif kind.name == "environment":
        yield from _environment_parts(fields, "")
    elif kind.name in ("data", "model"):
        yield from _data("path", "", fields)
    elif kind.name == "autoMLJob":
        for key in _AUTOML_DATA:
            yield from _input(key, fields.below(key))
    elif kind.name in _DEPLOYMENTS:
        yield from _deployment(fields)


def local_path(written: str) -> bool:
    """Whether a text is a path relative to the file, and not an address, a pattern or something to fill."""
    if not written.strip() or _ABSOLUTE.match(written) or _ADDRESS.match(written):
        return False
    return _NOT_A_PATH.search(written) is None


def names_a_file(written: str) -> bool:
    """Whether what may name a registered component or a file of one means the file."""
    path = written.removeprefix(_FILE)
    return local_path(path) and (path != written or _COMPONENT_FILE.match(path) is not None)


def _work(fields: Fields, owner: str) -> Iterator[FileReference]:
    """A job, a component, a trial or a step, and what is written out in it."""
    yield from _scalar("code", owner, fields.value("code"))
    yield from _environment(fields, owner)
    for entry in fields.below("inputs") or ():
        yield from _input(entry.key.value, fields.of(entry.value))
    for key in ("component", "trial"):
        below = fields.below(key)
        if below is not None:
            yield from _work(below, owner)
        else:
            yield from _object(key, owner, fields.value(key))
    task = fields.below("task")
    if task is not None:
        yield from _scalar("code", owner, task.value("code"))
        yield from _environment(task, owner)
    for entry in fields.below("jobs") or ():
        step = fields.of(entry.value)
        if step is not None:
            yield from _work(step, entry.key.value)


def _environment(fields: Fields, owner: str) -> Iterator[FileReference]:
    parts = fields.below("environment")
    if parts is not None:
        yield from _environment_parts(parts, owner)
        return
    node = fields.value("environment")
    if isinstance(node, Scalar) and node.value.startswith(_FILE):
        yield from _scalar("environment", owner, node, Entry.FILE, prefix=_FILE)


def _environment_parts(parts: Fields, owner: str) -> Iterator[FileReference]:
    yield from _scalar("conda_file", owner, parts.value("conda_file"), Entry.FILE)
    build = parts.below("build")
    context = build.text("path") if build is not None else None
    if build is None or context is None or not local_path(context.value):
        return
    yield from _scalar("path", owner, build.value("path"), Entry.FOLDER)
    yield from _scalar(
        "dockerfile_path", owner, build.value("dockerfile_path"), Entry.FILE, base=context.value
    )


def _input(name: str, settings: Fields | None) -> Iterator[FileReference]:
    if settings is not None:
        yield from _data("path", name, settings)


def _data(key: str, owner: str, settings: Fields) -> Iterator[FileReference]:
    kind = settings.text("type")
    word = kind.value.lower() if kind is not None else "uri_folder"
    wants = _WANTED.get(word) if kind is not None else None
    for found in _scalar(key, owner, settings.value(key), wants):
        type_span = kind.span if kind is not None else None
        yield replace(found, type=word, type_span=type_span, is_work=False)


def _deployment(fields: Fields) -> Iterator[FileReference]:
    configuration = fields.below("code_configuration")
    if configuration is not None:
        code = configuration.text("code")
        yield from _scalar("code", "", configuration.value("code"), Entry.FOLDER)
        if code is not None and local_path(code.value):
            script = configuration.value("scoring_script")
            yield from _scalar("scoring_script", "", script, Entry.FILE, base=code.value)
    yield from _environment(fields, "")
    model = fields.below("model")
    if model is not None:
        yield from _data("path", "model", model)


def _object(key: str, owner: str, node: Node | None) -> Iterator[FileReference]:
    if isinstance(node, Scalar) and names_a_file(node.value):
        prefix = _FILE if node.value.startswith(_FILE) else ""
        yield from _scalar(key, owner, node, Entry.FILE, prefix=prefix)


def _preview(fields: Fields, kind: Kind) -> Iterator[FileReference]:
    holder = fields.below("trial") if kind.name == "sweepJob" else fields
    if holder is None or kind.name not in ("commandJob", "sweepJob"):
        return
    code = holder.below("code")
    yield from _scalar("local_path", "", code.value("local_path") if code else None)
    environment = holder.below("environment")
    if environment is not None:
        yield from _with_file(environment, "conda_file")
        docker = environment.below("docker")
        build = docker.below("build") if docker is not None else None
        if build is not None:
            yield from _with_file(build, "dockerfile")
    for entry in holder.below("inputs") or ():
        settings = holder.of(entry.value)
        data = settings.below("data") if settings is not None else None
        if data is not None:
            for found in _scalar("local_path", entry.key.value, data.value("local_path")):
                yield replace(found, is_work=False)


def _with_file(fields: Fields, key: str) -> Iterator[FileReference]:
    node = fields.value(key)
    if isinstance(node, Scalar) and node.value.startswith(_FILE):
        yield from _scalar(key, "", node, Entry.FILE, prefix=_FILE)


def _scalar(
    key: str, owner: str, node: Node | None, wants: Entry | None = None, *, prefix: str = "", base: str = ""
) -> Iterator[FileReference]:
    if not isinstance(node, Scalar) or node.indent >= 0:
        return
    written = node.value.removeprefix(prefix)
    if local_path(written):
        quoted = node.style is not Style.PLAIN
        span = Span(node.span.start + quoted + len(prefix), node.span.end - quoted)
        yield FileReference(key, owner, written, span, wants, base=base)
