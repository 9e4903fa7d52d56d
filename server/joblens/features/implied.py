"""What a file leaves out, and what then holds: the defaults that have a say in what a run does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from joblens.checks.subject import Subject
from joblens.job.component import Component
from joblens.job.fields import Fields, plain
from joblens.job.model import Dialect
from joblens.job.pipeline import Step
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Pair, Scalar

_MOST = 60
_HOLDERS = ("commandJob", "sweepJob", "pipelineJob", "sparkJob")


class Implied(NamedTuple):
    """A text to show behind an offset."""

    text: str
    offset: int


def implied(subject: Subject) -> Iterator[Implied]:
    """The defaults of a job of today's, each behind the key whose value is left out or incomplete."""
    root, kind = subject.tree.resolved(subject.tree.root), subject.kind
    if kind is None or kind.dialect is not Dialect.TODAY or not isinstance(root, Mapping):
        return
    if kind.name in _HOLDERS:
        yield from _of_work(subject, root)
    for step in subject.pipeline.steps.values() if subject.pipeline is not None else ():
        body = subject.tree.resolved(step.pair.value)
        if isinstance(body, Mapping):
            yield from _of_work(subject, body)
        if step.component is not None:
            yield from _of_component(subject, step, step.component)


def _of_work(subject: Subject, body: Mapping) -> Iterator[Implied]:
    """The defaults of a job, a trial or a step."""
    entries = subject.tree.entries(body)
    for pair in _below(subject, entries.get("inputs")).values():
        settings = _mapping(subject, pair)
        if "path" in settings and "type" not in settings:
            yield from _behind(pair, "type: uri_folder")
    for pair in _below(subject, entries.get("outputs")).values():
        if pair.value is None:
            yield from _behind(pair, "type: uri_folder, mode: rw_mount")
    distribution = _below(subject, entries.get("distribution"))
    per_node = "process_count_per_instance"
    if _word(distribution.get("type")) in ("pytorch", "mpi") and per_node not in distribution:
        yield from _behind(entries["distribution"], f"{per_node}: 1")
    limits = _below(subject, entries.get("limits"))
    total = _word(limits.get("max_total_trials"))
    if total and "max_concurrent_trials" not in limits:
        yield from _behind(entries["limits"], f"max_concurrent_trials: {total}")
    trial = subject.tree.resolved(entries["trial"].value) if "trial" in entries else None
    if isinstance(trial, Mapping):
        yield from _of_work(subject, trial)


def _of_component(subject: Subject, step: Step, component: Component) -> Iterator[Implied]:
    body = subject.tree.resolved(step.pair.value)
    entries = subject.tree.entries(body) if isinstance(body, Mapping) else {}
    document = component.document
    key = entries.get("component")
    if document is not None and key is not None and key.value is not None:
        yield Implied(_named(document), key.value.span.end)
    left_out = [
        f"{name}: {value}"
        for name, one in component.inputs.items()
        if name not in step.inputs and (value := _default(subject, component, one.pair))
    ]
    if left_out and step.kind != "sweep":
        yield from _behind(entries.get("inputs") or step.pair, _shortened(", ".join(left_out)))


def _named(document: Document) -> str:
    """What the component in a file is called, with its version."""
    root = document.tree.resolved(document.tree.root)
    fields = Fields(root, document.tree) if isinstance(root, Mapping) else None
    words = [fields.label(key) for key in ("name", "version")] if fields is not None else []
    return " ".join(word.value for word in words if word is not None) or "component"


def _default(subject: Subject, component: Component, declared: Pair) -> str:
    tree = component.document.tree if component.document is not None else subject.tree
    node = tree.resolved(declared.value)
    fields = Fields(node, tree) if isinstance(node, Mapping) else None
    value = plain(fields.value("default"), tree) if fields is not None else None
    return "" if value is None or isinstance(value, dict | list) else _shortened(str(value), 20)


def _behind(pair: Pair, text: str) -> Iterator[Implied]:
    """Shown behind the colon of a key whose value stands below it, or is not there."""
    below = pair.value is None or (isinstance(pair.value, Mapping) and pair.value.indent >= 0)
    if pair.colon is not None and below:
        yield Implied(text, pair.colon + 1)


def _below(subject: Subject, pair: Pair | None) -> dict[str, Pair]:
    return _mapping(subject, pair) if pair is not None else {}


def _mapping(subject: Subject, pair: Pair) -> dict[str, Pair]:
    node = subject.tree.resolved(pair.value)
    return subject.tree.entries(node) if isinstance(node, Mapping) else {}


def _word(pair: Pair | None) -> str:
    return pair.value.value.strip().lower() if pair is not None and isinstance(pair.value, Scalar) else ""


def _shortened(text: str, most: int = _MOST) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
