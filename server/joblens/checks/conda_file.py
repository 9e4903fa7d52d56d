"""JL804: a conda specification that no environment can be built from, in the job or in the file it names.

Otherwise it is found when the image is built, minutes after the upload.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.disk import Disk
from joblens.job.fields import Fields
from joblens.job.file_references import FileReference
from joblens.schema.near import nearest
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Scalar, Sequence, Span
from joblens.text.tree import Tree
from joblens.text.values import scalar_value

CODE = "JL804"

_KEYS = ("name", "channels", "dependencies", "variables", "prefix", "platforms", "category")
_REQUIREMENTS_FILE = ("-r ", "--requirement", "-c ", "--constraint")


class _Fault(NamedTuple):
    span: Span
    message: str
    severity: Severity = Severity.ERROR


def problems(subject: Subject) -> Iterator[Problem]:
    """What is wrong with each conda specification, its first fault where it is a file."""
    for inline in _inline(subject):
        for fault in _faults(subject.tree, inline):
            yield Problem(CODE, f"{fault.message}.", fault.span, fault.severity)
    for reference in subject.file_references:
        if reference.key == "conda_file" and subject.disk is not None:
            yield from _of_file(subject.disk, reference)


def _of_file(disk: Disk, reference: FileReference) -> Iterator[Problem]:
    document = disk.document(disk.path(reference.path))
    first = _first(document) if document is not None else None
    if document is not None and first is not None:
        line = document.line_of(first.span.start) + 1
        message = f"{shortened(reference.written, 24)}, line {line}: {first.message}."
        yield Problem(CODE, message, reference.span, first.severity)


def _first(document: Document) -> _Fault | None:
    """The first fault of a file; an empty one is still to be written."""
    if not document.text.strip():
        return None
    if document.problems:
        return _Fault(document.problems[0].span, shortened(document.problems[0].message, 70))
    root = document.tree.resolved(document.tree.root)
    return next(_faults(document.tree, root), None) if root is not None else None


def _inline(subject: Subject) -> Iterator[Mapping]:
    """The specifications that stand in the job in place of a file's name."""
    root = subject.tree.resolved(subject.tree.root)
    if not isinstance(root, Mapping) or "conda_file" not in subject.document.text:
        return
    waiting = [Fields(root, subject.tree)]
    while waiting:
        fields = waiting.pop()
        environment = fields.below("environment")
        for holder in (fields, environment) if environment is not None else (fields,):
            node = holder.value("conda_file")
            if isinstance(node, Mapping):
                yield node
        waiting += [below for key in ("trial", "component") if (below := fields.below(key)) is not None]
        waiting += [
            step for entry in fields.below("jobs") or () if (step := fields.of(entry.value)) is not None
        ]


def _faults(tree: Tree, node: Node) -> Iterator[_Fault]:
    if not isinstance(node, Mapping):
        yield _Fault(node.span, "a conda specification is a mapping with 'dependencies'")
        return
    entries = tree.entries(node)
    listed = entries.get("dependencies")
    if listed is None:
        for name, pair in entries.items():
            if name not in _KEYS and nearest(name, _KEYS) == "dependencies":
                yield _Fault(pair.key.span, f"unknown key '{shortened(name, 20)}', 'dependencies' is meant")
                return
        yield _Fault(Span(node.span.start, node.span.start + 1), "there are no 'dependencies'")
        return
    items = tree.resolved(listed.value)
    if not isinstance(items, Sequence):
        yield _Fault(listed.key.span, "'dependencies' must be a list")
        return
    for item in items.items:
        yield from _of_item(tree, tree.resolved(item))


def _of_item(tree: Tree, item: Node | None) -> Iterator[_Fault]:
    if isinstance(item, Mapping):
        for name, pair in tree.entries(item).items():
            value = tree.resolved(pair.value)
            if name != "pip":
                written = f"{name}={value.value}" if isinstance(value, Scalar) and value.value else name
                shown = shortened(written, 24)
                yield _Fault(pair.key.span, f"only 'pip' may have a list below it. Write '- {shown}'")
            elif not isinstance(value, Sequence):
                yield _Fault(pair.key.span, "'pip' must have a list of requirements below it")
            else:
                yield from _of_pip(value)
    elif isinstance(item, Scalar) and not isinstance(scalar_value(item), str) and item.value:
        yield _Fault(item.span, f"{shortened(item.value, 20)} is no package")


def _of_pip(requirements: Sequence) -> Iterator[_Fault]:
    for item in requirements.items:
        if isinstance(item, Scalar) and item.value.startswith(_REQUIREMENTS_FILE):
            # The client sends the specification's text, and no file beside it.
            message = f"'{shortened(item.value, 28)}' is not sent along. List its lines here"
            yield _Fault(item.span, message, Severity.WARNING)
