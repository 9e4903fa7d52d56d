"""Two refactorings of a step's component: out of the pipeline into a file of its own, and back in.

The text moves as it is written, comments and quoting kept; paths in it are rewritten for its new folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path, PurePath

from joblens.checks.subject import Subject
from joblens.job.component import component_path
from joblens.job.disk import Entry
from joblens.job.file_references import file_references
from joblens.job.kinds import schema_address
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Pair, Scalar, Span
from joblens.text.values import value_of

_KINDS = {
    "command": "commandComponent",
    "pipeline": "pipelineComponent",
    "parallel": "parallelComponent",
    "spark": "sparkComponent",
}
_EDITORS_COMMENT = re.compile(r"#\s*yaml-language-server\s*:")


@dataclass(frozen=True, slots=True)
class Move:
    """An edit of the document, and the file that it makes."""

    title: str
    span: Span
    text: str
    path: Path | None = None
    """The new file; None where none is made."""
    content: str = ""


def extraction(subject: Subject, offset: int) -> Move | None:
    """The component that is written in the step at `offset`, moved to a file beside the pipeline."""
    found = _step_at(subject, offset)
    if found is None or subject.disk is None or subject.syntax or subject.tree.anchors is not None:
        return None
    step, pair = found
    body = pair.value
    if not isinstance(body, Mapping) or body.indent < 0 or pair.colon is None:
        return None
    kind = _component_kind(subject, body, step)
    path = subject.disk.path(f"{step}.yml")
    if subject.disk.entry(path) is not Entry.MISSING:
        path = subject.disk.path(f"{step}_component.yml")
    if kind is None or subject.disk.entry(path) is not Entry.MISSING:
        return None
    document = subject.document
    text = _moved_out(document, pair.colon, body, step, kind)
    number = document.line_of(pair.colon)
    # A comment behind the key stays behind it.
    rest = document.line_text(number)[pair.colon + 1 - document.line_starts[number] :]
    span = Span(pair.colon + 1, _trimmed(document.text, body.span))
    return Move(f"Extract component to {path.name}", span, f" ./{path.name}{rest.rstrip()}", path, text)


def inlining(subject: Subject, offset: int) -> Move | None:
    """The component in the file that the step at `offset` names, written into the step."""
    found = _step_at(subject, offset)
    if found is None or subject.disk is None or subject.syntax:
        return None
    _, pair = found
    value = pair.value
    path = component_path(subject.disk, value.value) if isinstance(value, Scalar) else None
    document = subject.disk.document(path) if path is not None else None
    if document is None or path is None or not isinstance(value, Scalar) or not _may_be_moved_in(document):
        return None
    column = subject.document.position(pair.key.span.start)[1]
    lines = list(_moved_in(subject, document, path.parent, column + 2))
    newline = "\r\n" if "\r\n" in subject.document.text else "\n"
    made = Move(f"Inline component {path.name}", value.span, newline + newline.join(lines))
    return made if _says_the_same(subject, made) else None


def _step_at(subject: Subject, offset: int) -> tuple[str, Pair] | None:
    """The step of a pipeline at an offset, and its `component` entry."""
    if subject.pipeline is None:
        return None
    path = subject.tree.path_at(offset)
    if len(path) < 2 or path[0] != "jobs":
        return None
    pair = subject.tree.pair_at((*path[:2], "component"))
    return (str(path[1]), pair) if pair is not None else None


def _component_kind(subject: Subject, body: Mapping, step: str) -> str | None:
    word = next(
        (one for path in (("component", "type"), ("type",)) if (one := _word(subject, step, path))), ""
    )
    if not word and "command" in subject.tree.entries(body):
        word = "command"
    return _KINDS.get(word.removesuffix("_component"))


def _word(subject: Subject, step: str, path: tuple[str, ...]) -> str:
    node = subject.tree.resolved(subject.tree.node_at(("jobs", step, *path)))
    return node.value.strip().lower() if isinstance(node, Scalar) else ""


def _moved_out(document: Document, colon: int, body: Mapping, step: str, kind: str) -> str:
    """The component's own text, at the margin, with what a file of its own must say."""
    entries = document.tree.entries(body)
    first = document.line_of(colon) + 1
    last = document.line_of(_trimmed(document.text, body.span) - 1)
    lines = [document.line_text(number) for number in range(first, last + 1)]
    head = [f"$schema: {schema_address(kind)}"]
    head += [f"name: {step}"] if "name" not in entries else []
    head += [f"type: {kind.removesuffix('Component')}"] if "type" not in entries else []
    newline = "\r\n" if "\r\n" in document.text else "\n"
    return newline.join((*head, *(line[min(body.indent, _margin(line)) :] for line in lines), ""))


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _trimmed(text: str, span: Span) -> int:
    """Where a node's text ends, without the blank lines below it."""
    return span.start + len(text[span.start : span.end].rstrip())


def _may_be_moved_in(document: Document) -> bool:
    root = document.tree.root
    plain = (
        isinstance(root, Mapping) and root.indent == 0 and bool(root.pairs) and document.tree.anchors is None
    )
    return plain and not document.problems and len(document.tree.roots) == 1 and "\t" not in document.text


def _moved_in(subject: Subject, document: Document, home: Path, indent: int) -> Iterator[str]:
    """The lines of a component's file below its `$schema`, for another folder and another column."""
    kind = subject.neighbour(document).kind
    text = document.text.removeprefix("\ufeff")
    shift = len(document.text) - len(text)
    references = list(file_references(document.tree, kind)) if kind is not None else []
    for one in sorted(references, key=lambda reference: -reference.span.start):
        if one.base or subject.document.path is None:
            continue  # A Dockerfile is found from its context, wherever that lies.
        path = _seen_from(subject.document.path.parent, home / one.written)
        text = text[: one.span.start - shift] + path + text[one.span.end - shift :]
    skipped = _schema_lines(document)
    for number, line in enumerate(re.split("\r\n|\n|\r", text.rstrip())):
        if number not in skipped and not _EDITORS_COMMENT.match(line) and line.rstrip() != "---":
            yield " " * indent + line if line.strip() else ""


def _schema_lines(document: Document) -> range:
    pair = document.tree.pair_at(("$schema",))
    if pair is None or pair.value is None:
        return range(0)
    return range(document.line_of(pair.key.span.start), document.line_of(pair.value.span.end) + 1)


def _seen_from(folder: Path, target: Path) -> str:
    path = PurePath(relpath(target, folder)).as_posix()
    return path if path.startswith("..") else f"./{path}"


def _says_the_same(subject: Subject, made: Move) -> bool:
    """Whether the pipeline is still YAML with the component in it, and nothing around it has changed."""
    text = subject.document.text
    after = Document(text[: made.span.start] + made.text + text[made.span.end :], subject.document.path)
    if after.problems:
        return False
    before, now = value_of(subject.tree.root), value_of(after.tree.root)
    return isinstance(before, dict) and isinstance(now, dict) and before.keys() == now.keys()
