"""The steps of a pipeline: what each takes and gives, and the bindings that join them, with their places.

Alone knows where in a step a binding may stand; `expressions.py` knows how one is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from enum import Enum

from joblens.job.component import Component, component_file, written_component
from joblens.job.detect import Kind
from joblens.job.disk import Disk
from joblens.job.expressions import Expression, expressions
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence, Span
from joblens.text.offsets import source_offsets
from joblens.text.tree import Tree

_KINDS = ("pipelineJob", "pipelineComponent")
# Inside these, expressions speak of the step's own inputs: `names.py` has them.
_OWN_SCOPE = frozenset(("component", "trial", "command"))
# Keys that say what an inline step runs; such a step's outputs are those that it lists.
_BODIES = {"command": "command", "parallel": "task", "spark": "entry", "sweep": "trial"}
_DEEPEST = 20


class Place(Enum):
    """Where in its step a binding stands."""

    INPUT = "input"
    OUTPUT = "output"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Binding:
    """One `${{...}}` of a step."""

    expression: Expression
    place: Place
    entry: str
    """The input, the output or the key of the step that it stands under."""
    span: Span
    step_span: Span
    name_span: Span
    whole: bool
    """Nothing stands beside it: only such a value joins steps, all else is text with values put in."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; each name leads to the entry that gives it."""

    name: str
    pair: Pair
    kind: str | None
    """The word of its `type`, lower-case; None where it has none."""
    inputs: Dict[str, Pair]
    outputs: Dict[str, Pair]
    component: Component | None
    """What it runs, where that is written in the step or lies in a file; None for a registered one."""
    known_inputs: frozenset[str] | None
    """All names of inputs; None where a component elsewhere may declare more."""
    known_outputs: frozenset[str] | None
    """All names of outputs; None where a component elsewhere may declare more."""
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline job or component whose steps stand in the file."""

    inputs: Dict[str, Pair]
    outputs: Dict[str, Pair]
    steps: Dict[str, Step]

    @property
    def bindings(self) -> Iterator[tuple[Step, Binding]]:
        """Each binding with its step, in the order of the steps."""
        return ((step, binding) for step in self.steps.values() for binding in step.bindings)


def pipeline(tree: Tree, kind: Kind, text: str, disk: Disk | None = None) -> Pipeline | None:
    """The pipeline of a document; None where there is none, or its steps stand elsewhere.

    `disk` lets it read the components that lie in files of their own.
    """
    root = tree.resolved(tree.root)
    if kind.name not in _KINDS or kind.dialect is not Dialect.TODAY or not isinstance(root, Mapping):
        return None
    return _Reading(tree, text, disk).pipeline(root)


@dataclass(frozen=True, slots=True)
class _Reading:
    tree: Tree
    text: str
    disk: Disk | None

    def pipeline(self, root: Mapping) -> Pipeline | None:
        jobs = self._below(root, "jobs")
        if jobs is None:
            return None
        steps = {name: self._step(name, pair) for name, pair in self.tree.entries(jobs).items()}
        return Pipeline(self._entries(root, "inputs"), self._entries(root, "outputs"), steps)

    def _step(self, name: str, pair: Pair) -> Step:
        body = self.tree.resolved(pair.value)
        if not isinstance(body, Mapping):
            return Step(name, pair, None, {}, {}, None, None, None, ())
        keys = self.tree.entries(body)
        kind = self._word(keys.get("type"))
        inputs, outputs = self._entries(body, "inputs"), self._entries(body, "outputs")
        component = self._component(keys, kind)
        known = component is not None or _is_inline(keys, kind)
        return Step(
            name=name,
            pair=pair,
            kind=kind,
            inputs=inputs,
            outputs=outputs,
            component=component,
            known_inputs=frozenset((*inputs, *(component.inputs if component else ()))) if known else None,
            known_outputs=_known_outputs(outputs, component) if known else None,
            bindings=tuple(self._bindings(keys)),
        )

    def _component(self, keys: Dict[str, Pair], kind: str | None) -> Component | None:
        pair = keys.get("trial" if kind == "sweep" else "component")
        value = self.tree.resolved(pair.value) if pair is not None else None
        if isinstance(value, Mapping):
            return written_component(self.tree, value)
        if isinstance(value, Scalar) and self.disk is not None:
            return component_file(self.disk, value.value)
        return None

    def _bindings(self, keys: Dict[str, Pair]) -> Iterator[Binding]:
        for key, pair in keys.items():
            if key in _OWN_SCOPE:
                continue
            value = self.tree.resolved(pair.value)
            if key in ("inputs", "outputs") and isinstance(value, Mapping):
                place = Place.INPUT if key == "inputs" else Place.OUTPUT
                for name, entry in self.tree.entries(value).items():
                    yield from self._within(entry.value, place, name)
            else:
                yield from self._within(value, Place.OTHER, key)

    def _within(self, node: Node | None, place: Place, entry: str, depth: int = 0) -> Iterator[Binding]:
        node = self.tree.resolved(node)
        if isinstance(node, Scalar):
            yield from self._of_scalar(node, place, entry)
        elif depth < _DEEPEST and isinstance(node, Sequence):
            for item in node.items:
                yield from self._within(item, place, entry, depth + 1)
        elif depth < _DEEPEST and isinstance(node, Mapping):
            for pair in self.tree.entries(node).values():
                yield from self._within(pair.value, place, entry, depth + 1)

    def _of_scalar(self, scalar: Scalar, place: Place, entry: str) -> Iterator[Binding]:
        if self.text.find("${{", scalar.span.start, scalar.span.end) < 0:
            return
        offsets = source_offsets(scalar, self.text)
        for found in expressions(scalar.value, Dialect.TODAY):
            yield Binding(
                expression=found,
                place=place,
                entry=entry,
                span=Span(offsets[found.start], offsets[found.end]),
                step_span=Span(offsets[found.step_start], offsets[found.step_end]),
                name_span=Span(offsets[found.name_start], offsets[found.name_end]),
                whole=found.raw == scalar.value.strip(),
            )

    def _below(self, holder: Mapping, key: str) -> Mapping | None:
        pair = self.tree.entries(holder).get(key)
        value = self.tree.resolved(pair.value) if pair is not None else None
        return value if isinstance(value, Mapping) else None

    def _entries(self, holder: Mapping, key: str) -> Dict[str, Pair]:
        value = self._below(holder, key)
        return self.tree.entries(value) if value is not None else {}

    def _word(self, pair: Pair | None) -> str | None:
        value = self.tree.resolved(pair.value) if pair is not None else None
        return value.value.strip().lower() if isinstance(value, Scalar) else None


def _known_outputs(outputs: Dict[str, Pair], component: Component | None) -> frozenset[str]:
    """The outputs that a step gives: those of a component in a file are all that there are."""
    if component is not None and component.document is not None:
        return frozenset(component.outputs)
    return frozenset((*outputs, *(component.outputs if component else ())))


def _is_inline(keys: Dict[str, Pair], kind: str | None) -> bool:
    """Whether a step says itself what it runs, and so lists all that it gives."""
    if "component" in keys or kind == "sweep":
        return False
    return _BODIES.get(kind or "command", "") in keys
