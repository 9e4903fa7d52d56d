"""JL409, JL413-JL414: what a pipeline has for nothing: inputs that no step takes, outputs that no step gives,
steps whose results go nowhere, in a pipeline that names its results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks import pipeline_binding, pipeline_cycle
from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.pipeline import Pipeline, Place, Step
from joblens.text.nodes import Mapping
from joblens.text.tree import Tree

CODE = "JL409"
OUTPUT = "JL413"
STEP = "JL414"

_MENTION = re.compile(r"parent\.inputs\.([\w\-]+)")


def problems(subject: Subject) -> Iterator[Problem]:
    """Everything that nothing mentions, once all bindings lead somewhere."""
    pipeline = subject.pipeline
    if pipeline is None or not pipeline.steps or subject.syntax:
        return
    found = [*_inputs(subject, pipeline), *_outputs(pipeline), *_steps(subject.tree, pipeline)]
    # A binding that is wrong may be the one that was to take it, and so may the one that closes a circle.
    if found and not _is_unsure(subject):
        yield from found


def _inputs(subject: Subject, pipeline: Pipeline) -> Iterator[Problem]:
    mentioned = set(_MENTION.findall(subject.document.text))
    mentioned |= {
        binding.expression.name.partition(".")[0]
        for _, binding in pipeline.bindings
        if binding.expression.context in ("inputs", "parent.inputs")
    }
    unused = [name for name in pipeline.inputs if name.partition(".")[0] not in mentioned]
    for name in unused:
        shown = shortened(name, 30)
        message = f"No step takes the pipeline's input '{shown}'. Bind a step's input to it, or remove it."
        yield Problem(CODE, message, pipeline.inputs[name].key.span, Severity.HINT)


def _outputs(pipeline: Pipeline) -> Iterator[Problem]:
    given = {
        binding.expression.name.partition(".")[0]
        for _, binding in pipeline.bindings
        if binding.expression.context in ("outputs", "parent.outputs")
    }
    for name, pair in pipeline.outputs.items():
        if name.partition(".")[0] not in given:
            message = (
                f"No step gives the pipeline's output '{shortened(name, 30)}'. Bind a step's output to it."
            )
            yield Problem(OUTPUT, message, pair.key.span, Severity.HINT)


def _steps(tree: Tree, pipeline: Pipeline) -> Iterator[Problem]:
    """Steps that end the pipeline without being a result, where others are said to be its results."""
    if not pipeline.outputs:
        return
    taken = {binding.expression.step for _, binding in pipeline.bindings}
    for step in pipeline.steps.values():
        bound = any(one.place is Place.OUTPUT for one in step.bindings)
        if step.known_outputs and step.name not in taken and not bound and not _has_a_place(tree, step):
            name = shortened(step.name, 30)
            message = f"Nothing takes what step '{name}' gives. Bind its output to a step or to the pipeline."
            yield Problem(STEP, message, step.pair.key.span, Severity.HINT)


def _has_a_place(tree: Tree, step: Step) -> bool:
    """Whether an output goes to a path or a name of its own."""
    values = [tree.resolved(pair.value) for pair in step.outputs.values()]
    entries = [tree.entries(value) for value in values if isinstance(value, Mapping)]
    return any("path" in one or "name" in one for one in entries)


def _is_unsure(subject: Subject) -> bool:
    return any(True for check in (pipeline_binding.problems, pipeline_cycle.problems) for _ in check(subject))
