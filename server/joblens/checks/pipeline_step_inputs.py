"""JL408: a step that gives its component too few inputs, or an input or hyperparameter that it does not have.

Only components that are written in the step or lie in a file beside are known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from joblens.checks.problem import Problem, Severity, did_you_mean, one_of, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.component import Component
from joblens.job.pipeline import Step
from joblens.schema.near import nearest
from joblens.text.nodes import Mapping, Scalar, Span

CODE = "JL408"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every input that is missing, and every one whose value the client drops."""
    if subject.pipeline is None or subject.syntax:
        return
    for step in subject.pipeline.steps.values():
        # The inputs of a sweep are its own; its trial takes what it needs of them.
        if step.component is not None and step.kind != "sweep":
            yield from _problems(step, step.component)
            yield from _outputs(step, step.component)
        elif step.component is not None:
            yield from _hyperparameters(subject, step, step.component)


def _problems(step: Step, component: Component) -> Iterator[Problem]:
    declared = component.inputs
    missing = [name for name, one in declared.items() if one.required and not _is_given(name, step.inputs)]
    unknown = [name for name in step.inputs if declared.keys().isdisjoint((name, name.partition(".")[0]))]
    for name in unknown:
        yield _unknown(step, name, [one for one in declared if one not in step.inputs], missing)
    for name in missing:
        if nearest(name, unknown) is None:
            message = f"Step '{shortened(step.name, 30)}' gives its component no '{shortened(name, 30)}'."
            yield Problem(CODE, f"{message} Add it under 'inputs'.", step.pair.key.span)


def _outputs(step: Step, component: Component) -> Iterator[Problem]:
    free = [one for one in component.outputs if one not in step.outputs]
    for name in step.outputs:
        if name not in component.outputs:
            span = step.outputs[name].key.span
            subject = f"The component of '{shortened(step.name, 20)}' has no output '{shortened(name, 30)}'."
            meant = nearest(name, free)
            message = did_you_mean(subject, meant) if meant else f"{subject} Nothing will be there."
            fix = replacement(meant, span) if meant else None
            yield Problem(CODE, message, span, Severity.WARNING, fix)


def _hyperparameters(subject: Subject, step: Step, component: Component) -> Iterator[Problem]:
    """What a sweep draws and the component in a file, its trial, has no input for."""
    place = ("jobs", step.name)
    space = subject.tree.resolved(subject.tree.node_at((*place, "search_space")))
    if not isinstance(space, Mapping) or not isinstance(subject.tree.node_at((*place, "trial")), Scalar):
        return
    drawn = subject.tree.entries(space)
    free = [name for name in component.inputs if name not in drawn and name not in step.inputs]
    for name, pair in drawn.items():
        if name not in component.inputs:
            yield _no_input(step, name, pair.key.span, free)


def _is_given(name: str, inputs: Collection[str]) -> bool:
    return name in inputs or any(one.startswith(f"{name}.") for one in inputs)


def _unknown(step: Step, name: str, free: list[str], missing: list[str]) -> Problem:
    return _no_input(step, name, step.inputs[name].key.span, free, missing)


def _no_input(step: Step, name: str, span: Span, free: list[str], missing: Collection[str] = ()) -> Problem:
    subject = f"The component of '{shortened(step.name, 20)}' has no input '{shortened(name, 30)}'."
    meant = nearest(name, free)
    if meant is not None:
        severity = Severity.ERROR if meant in missing else Severity.WARNING
        fix = replacement(meant, span)
        return Problem(CODE, did_you_mean(subject, meant), span, severity, fix)
    could = one_of(f"{subject} It could take:", free, 30) if free else f"{subject} Its value is dropped."
    return Problem(CODE, could, span, Severity.WARNING)
