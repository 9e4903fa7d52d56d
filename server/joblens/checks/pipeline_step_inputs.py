"""JL408: a step that gives the component written in it too few inputs, or one that it does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Dict

from joblens.checks.problem import Problem, Severity, listed, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.pipeline import Step
from joblens.schema.near import nearest
from joblens.text.nodes import Mapping, Node, Pair, Scalar
from joblens.text.tree import Tree
from joblens.text.values import scalar_value

CODE = "JL408"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every input that is missing, and every one whose value the client drops."""
    if subject.pipeline is None or subject.syntax:
        return
    for step in subject.pipeline.steps.values():
        if step.component_inputs is not None:
            yield from _problems(subject.tree, step, step.component_inputs)


def _problems(tree: Tree, step: Step, declared: Dict[str, Pair]) -> Iterator[Problem]:
    missing = [
        name
        for name, pair in declared.items()
        if not _is_given(name, step.inputs) and _is_required(tree, pair.value)
    ]
    unknown = [name for name in step.inputs if declared.keys().isdisjoint((name, name.partition(".")[0]))]
    for name in unknown:
        yield _unknown(step, name, [one for one in declared if one not in step.inputs], missing)
    for name in missing:
        if nearest(name, unknown) is None:
            message = f"Step '{shortened(step.name, 30)}' gives its component no '{shortened(name, 30)}'."
            yield Problem(CODE, f"{message} Add it under 'inputs'.", step.pair.key.span)


def _is_given(name: str, inputs: Collection[str]) -> bool:
    return name in inputs or any(one.startswith(f"{name}.") for one in inputs)


def _is_required(tree: Tree, declaration: Node | None) -> bool:
    node = tree.resolved(declaration)
    if not isinstance(node, Mapping):
        return False
    keys = tree.entries(node)
    optional = tree.resolved(keys["optional"].value) if "optional" in keys else None
    is_optional = isinstance(optional, Scalar) and scalar_value(optional) is not False
    kind = tree.resolved(keys["type"].value) if "type" in keys else None
    return isinstance(kind, Scalar) and kind.value != "group" and "default" not in keys and not is_optional


def _unknown(step: Step, name: str, free: list[str], missing: list[str]) -> Problem:
    span = step.inputs[name].key.span
    subject = f"The component of '{shortened(step.name, 20)}' has no input '{shortened(name, 30)}'."
    meant = nearest(name, free)
    if meant is not None:
        severity = Severity.ERROR if meant in missing else Severity.WARNING
        fix = replacement(meant, span)
        return Problem(CODE, f"{subject} Did you mean '{meant}'?", span, severity, fix)
    way_out = f"It could take: {listed(free, 30)}." if free else "Its value is dropped."
    return Problem(CODE, f"{subject} {way_out}", span, Severity.WARNING)
