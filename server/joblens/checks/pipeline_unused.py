"""JL409: an input of a pipeline that no step takes: a value given for nothing, or a binding forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks import pipeline_binding, pipeline_cycle
from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject

CODE = "JL409"

_MENTION = re.compile(r"parent\.inputs\.([\w\-]+)")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every input that nothing mentions, once all bindings lead somewhere."""
    pipeline = subject.pipeline
    if pipeline is None or not pipeline.inputs or not pipeline.steps or subject.syntax:
        return
    mentioned = set(_MENTION.findall(subject.document.text))
    mentioned |= {
        binding.expression.name.partition(".")[0]
        for _, binding in pipeline.bindings
        if binding.expression.context in ("inputs", "parent.inputs")
    }
    unused = [name for name in pipeline.inputs if name.partition(".")[0] not in mentioned]
    # A binding that is wrong may be the one that was to take it, and so may the one that closes a circle.
    if not unused or _is_unsure(subject):
        return
    for name in unused:
        shown = shortened(name, 30)
        message = f"No step takes the pipeline's input '{shown}'. Bind a step's input to it, or remove it."
        yield Problem(CODE, message, pipeline.inputs[name].key.span, Severity.HINT)


def _is_unsure(subject: Subject) -> bool:
    return any(True for check in (pipeline_binding.problems, pipeline_cycle.problems) for _ in check(subject))
