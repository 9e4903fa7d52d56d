"""The inputs and outputs of the component that a step runs, as keys of the step."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.features.key_names import present_keys
from joblens.features.placeholder_names import told
from joblens.features.proposal import Completion
from joblens.job.component import Component, Declared, component_file, written_component
from joblens.job.fields import Fields
from joblens.text.locate import Place
from joblens.text.nodes import Mapping, Path, Scalar
from joblens.text.tree import Tree

_BODIES = ("component", "trial")


def step_names(subject: Subject, place: Place) -> list[Completion]:
    """What the component under the cursor's step declares, required inputs first, but for what is there."""
    if place.kind != "key" or place.path[-1:] not in (("inputs",), ("outputs",)):
        return []
    component = component_of(subject, place.path[:-1])
    if component is None:
        return []
    declared = component.inputs if place.path[-1] == "inputs" else component.outputs
    present = present_keys(subject, place)
    tree = component.document.tree if component.document is not None else subject.tree
    missing = [one for one in declared.values() if one.name not in present]
    missing.sort(key=lambda one: not one.required)
    return [_proposal(place, one, tree, is_input=place.path[-1] == "inputs") for one in missing]


def component_of(subject: Subject, step: Path) -> Component | None:
    """What the job or step at `step` runs, where that is written in it or lies in a file beside it."""
    for key in _BODIES:
        node = subject.tree.resolved(subject.tree.node_at((*step, key)))
        if isinstance(node, Mapping):
            return written_component(subject.tree, node)
        if isinstance(node, Scalar) and subject.disk is not None:
            return component_file(subject.disk, node.value)
    return None


def _proposal(place: Place, one: Declared, tree: Tree, *, is_input: bool) -> Completion:
    needed = ("required" if one.required else "optional") if is_input else ""
    detail = " · ".join(part for part in (told(tree, one.pair), needed) if part)
    text = one.name if place.has_colon else f"{one.name}: $0"
    return Completion(one.name, text, "key", place.span, documentation=_about(tree, one), detail=detail)


def _about(tree: Tree, one: Declared) -> str:
    node = tree.resolved(one.pair.value)
    description = Fields(node, tree).text("description") if isinstance(node, Mapping) else None
    return description.value if description is not None else ""
