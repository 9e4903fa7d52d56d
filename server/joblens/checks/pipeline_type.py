"""JL411: an input of a step's component gets what its type cannot be: a folder for a number.

Only types that no cast joins are spoken of; of a registered component nothing is known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.pipeline import Binding, Pipeline, Place, Step
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Span
from joblens.text.tree import Tree
from joblens.text.values import scalar_value

CODE = "JL411"

_DATA = frozenset(("uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model"))
_VALUES = {"integer": "an integer", "number": "a number", "boolean": "true or false"}
_FRACTION = "a fraction"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every input whose value, or the source it is bound to, is of another kind than it takes."""
    pipeline = subject.pipeline
    if pipeline is None or subject.syntax:
        return
    for step in pipeline.steps.values():
        if step.component is None or step.kind == "sweep":
            continue
        for name, declared in step.component.inputs.items():
            if name in step.inputs and declared.type is not None:
                found = _problem(subject.tree, pipeline, step, name, declared.type)
                if found is not None:
                    yield found


def _problem(tree: Tree, pipeline: Pipeline, step: Step, name: str, wanted: str) -> Problem | None:
    value = tree.resolved(step.inputs[name].value)
    bindings = [one for one in step.bindings if one.place is Place.INPUT and one.entry == name]
    if not bindings:
        given = _given(tree, value)
        # The client asks for a path before it sends anything.
        refused = isinstance(value, Scalar) and not _is_near(wanted, given)
        span = value.span if value is not None else Span(0, 0)
        return _mismatch(name, wanted, given, span, Severity.ERROR if refused else Severity.WARNING)
    if len(bindings) > 1 or not bindings[0].whole:
        return None
    given = _given_by_source(tree, pipeline, bindings[0])
    # A word of the pipeline's may be given another value as it is started; data stay data.
    severity = Severity.ERROR if given in _DATA else Severity.WARNING
    return _mismatch(name, wanted, given, bindings[0].span, severity)


def _given_by_source(tree: Tree, pipeline: Pipeline, binding: Binding) -> str | None:
    expression = binding.expression
    if expression.context == "parent.inputs" and expression.name in pipeline.inputs:
        return _given(tree, tree.resolved(pipeline.inputs[expression.name].value))
    source = pipeline.steps.get(expression.step or "")
    if source is None or expression.context != f"parent.jobs.{source.name}.outputs":
        return None
    pair: Pair | None = source.outputs.get(expression.name)
    own = _word(tree, pair.value, "type") if pair is not None else None
    declared = source.component.outputs.get(expression.name) if source.component is not None else None
    return own or (declared.type if declared is not None else None)


def _given(tree: Tree, value: Node | None) -> str | None:
    """The type of a value; a text that no number or truth value is written as is itself in quotes."""
    if isinstance(value, Mapping):
        return _word(tree, value, "type")
    if not isinstance(value, Scalar):
        return None
    match scalar_value(value):
        case bool():
            return "boolean"
        case int():
            return "number"
        case float() as number:
            return "number" if number.is_integer() else _FRACTION
        case str() as text if not _may_be_cast(text):
            return f"'{shortened(text, 30)}'"
    return None


def _may_be_cast(text: str) -> bool:
    if "$" in text or text.strip().lower() in ("true", "false", ""):
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def _mismatch(name: str, wanted: str, given: str | None, span: Span, severity: Severity) -> Problem | None:
    shown = shortened(name, 30)
    if wanted in _DATA and (given in _VALUES or given == _FRACTION):
        message = (
            f"Input '{shown}' takes data ({wanted}), but gets {_VALUES.get(given, given)}. Bind it to data."
        )
        return Problem(CODE, message, span, severity)
    if _is_near(wanted, given):
        message = f"Input '{shown}' takes {_VALUES[wanted]}, but gets {_VALUES.get(given or '', given)}."
        return Problem(CODE, message, span, severity)
    if wanted in _VALUES and given is not None and (given in _DATA or given.startswith("'")):
        message = f"Input '{shown}' takes {_VALUES[wanted]}, but gets {given}."
        return Problem(CODE, message, span, severity)
    return None


def _is_near(wanted: str, given: str | None) -> bool:
    """Whether a value is none of those wanted, but might be cast to one."""
    return (wanted, given) in (("integer", _FRACTION), ("integer", "boolean"), ("number", "boolean"))


def _word(tree: Tree, node: Node | None, key: str) -> str | None:
    """The word under a key of a mapping."""
    node = tree.resolved(node)
    pair = tree.entries(node).get(key) if isinstance(node, Mapping) else None
    value = tree.resolved(pair.value) if pair is not None else None
    return value.value.strip().lower() if isinstance(value, Scalar) else None
