"""JL401-JL403, JL410: a binding of a pipeline's step that leads to nothing.

The client notices where the step is a command of its own, and the service, after the upload, where it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from joblens.checks import placeholder
from joblens.checks.problem import Fix, Problem, did_you_mean, listed, one_of, shortened
from joblens.checks.subject import Subject
from joblens.job.pipeline import Binding, Pipeline, Place, Step
from joblens.schema.near import nearest
from joblens.text.nodes import Mapping, Pair, Scalar, Span

UNKNOWN_STEP = "JL401"
UNKNOWN_OF_STEP = "JL402"
UNKNOWN_OF_PIPELINE = "JL403"
MALFORMED = "JL410"

_ROOTS = ("parent", "inputs", "jobs", "outputs")
# Steps whose arguments are filled like a command, without being one.
_WITH_ARGUMENTS = ("spark", "parallel")
_NOT_FOR_OUTPUTS = ("parent.inputs",)
_BELOW_PARENT = ("inputs", "outputs", "jobs")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every binding whose step, input or output is not there."""
    pipeline = subject.pipeline
    if pipeline is None:
        return
    seen: set[Span] = set()
    for step, binding in pipeline.bindings:
        if binding.span in seen:  # Two steps may share an anchor.
            continue
        seen.add(binding.span)
        found = _problem(pipeline, step, binding)
        if found is not None and not (
            found.code in (UNKNOWN_OF_PIPELINE, UNKNOWN_OF_STEP)
            and _side(binding) in subject.unclear_sections
        ):
            yield found


def _side(binding: Binding) -> str:
    return binding.expression.context.rpartition(".")[2]


def _problem(pipeline: Pipeline, step: Step, binding: Binding) -> Problem | None:
    expression = binding.expression
    if not expression.closed:
        return placeholder.unclosed(expression.raw, binding.span, "}}")
    joins = binding.whole and binding.place is not Place.OTHER
    if joins and binding.place is Place.OUTPUT and expression.context in _NOT_FOR_OUTPUTS:
        message = (
            f"An output cannot be '{shortened(expression.raw)}'. Bind it to '${{{{parent.outputs.NAME}}}}'."
        )
        return Problem(MALFORMED, message, binding.span)
    match expression.context.split("."):
        case ["parent", "inputs"]:
            return _of_pipeline(binding, "input", pipeline.inputs)
        case ["parent", "outputs"]:
            return _of_pipeline(binding, "output", pipeline.outputs)
        case ["parent", "jobs", source, ("inputs" | "outputs") as side]:
            if source not in pipeline.steps:
                return _unknown_step(binding, source, pipeline)
            return None if binds_itself(step, binding) else _of_step(binding, pipeline.steps[source], side)
        case ["parent", "jobs"] if binding.place is Place.OTHER:
            known = expression.name in pipeline.steps
            return None if known else _unknown_step(binding, expression.name, pipeline)
        case [("inputs" | "outputs") as side] if (
            binding.place is Place.OTHER and step.kind in _WITH_ARGUMENTS
        ):
            return _of_own_step(step, binding, side)
        case ["parent", *_]:
            return _malformed(binding, pipeline)
        case [root, *_] if joins:
            return _unknown_root(binding, root or expression.name)
    return None


def _is_part_of_a_name(step: str, pipeline: Pipeline) -> bool:
    """Whether a step's name has a dot in it, which is the mistake then."""
    return any(one.startswith(f"{step}.") for one in pipeline.steps)


def binds_itself(step: Step, binding: Binding) -> bool:
    """Whether an input takes its own value, or one that its own step has yet to make."""
    expression = binding.expression
    if binding.place is not Place.INPUT or expression.step != step.name:
        return False
    side = expression.context.rpartition(".")[2]
    return side == "outputs" or (side == "inputs" and expression.name == binding.entry)


def _of_pipeline(binding: Binding, noun: str, declared: Collection[str]) -> Problem | None:
    name = binding.expression.name
    if _is_among(name, declared):
        return None
    if not name:
        message = f"'{shortened(binding.expression.raw)}' names no {noun}. Write 'parent.{noun}s.NAME'."
        return Problem(MALFORMED, message, binding.span)
    subject = f"The pipeline has no {noun} '{shortened(name, 30)}'."
    return _unknown(UNKNOWN_OF_PIPELINE, binding, subject, name, declared, f"its '{noun}s'")


def _of_step(binding: Binding, source: Step, side: str) -> Problem | None:
    name = binding.expression.name
    known = source.known_inputs if side == "inputs" else source.known_outputs
    if known is None or _is_among(name, known) or _is_used(source, side, name):
        return None
    subject = f"Step '{shortened(source.name, 20)}' has no {side[:-1]} '{shortened(name, 30)}'."
    return _unknown(UNKNOWN_OF_STEP, binding, subject, name, sorted(known), f"its '{side}'")


def _is_used(step: Step, side: str, name: str) -> bool:
    """Whether the step's own command uses a name that is not declared: that is said there."""
    body = step.pair.value
    command = (
        next((one.value for one in body.pairs if _is_command(one)), None)
        if isinstance(body, Mapping)
        else None
    )
    return isinstance(command, Scalar) and f"{side}.{name}" in command.value


def _is_command(pair: Pair) -> bool:
    return isinstance(pair.key, Scalar) and pair.key.value == "command"


def _of_own_step(step: Step, binding: Binding, side: str) -> Problem | None:
    name = binding.expression.name
    known = step.known_inputs if side == "inputs" else step.known_outputs
    if known is None or _is_among(name, known):
        return None
    subject = f"There is no {side[:-1]} '{shortened(name, 30)}'."
    return _unknown(placeholder.UNDECLARED, binding, subject, name, sorted(known), f"'{side}'")


def _is_among(name: str, declared: Collection[str]) -> bool:
    """Whether a name is declared, or is part of a declared group, or is the group of declared ones."""
    group = name.partition(".")[0]
    return name in declared or group in declared or any(one.startswith(f"{name}.") for one in declared)


def _unknown(
    code: str, binding: Binding, subject: str, name: str, declared: Collection[str], where: str
) -> Problem:
    meant = nearest(name, declared)
    if meant is not None:
        fix = _rewritten(binding, f"{binding.expression.context}.{meant}", meant)
        return Problem(code, did_you_mean(subject, meant), binding.span, fix=fix)
    there_is = one_of(f"{subject} There is:", list(declared), 40)
    message = there_is if declared else f"{subject} Declare it under {where}."
    return Problem(code, message, binding.span)


def _unknown_step(binding: Binding, name: str, pipeline: Pipeline) -> Problem:
    subject = f"There is no step '{shortened(name, 30)}'."
    meant = nearest(name, pipeline.steps)
    if meant is None:
        return Problem(UNKNOWN_STEP, one_of(f"{subject} Steps:", list(pipeline.steps)), binding.span)
    expression = binding.expression
    side = expression.context.rpartition(".")[2]
    end = f".{side}.{expression.name}" if expression.step is not None else ""
    fix = _rewritten(binding, f"parent.jobs.{meant}{end}", meant)
    return Problem(UNKNOWN_STEP, did_you_mean(subject, meant), binding.span, fix=fix)


def _malformed(binding: Binding, pipeline: Pipeline) -> Problem | None:
    expression = binding.expression
    shown = shortened(expression.raw)
    _, below, *rest = [*expression.context.split("."), *expression.name.split(".")]
    if below in ("inputs", "outputs"):
        message = f"'{shown}' names no {below[:-1]}. Write 'parent.{below}.NAME'."
        return Problem(MALFORMED, message, binding.span)
    if below != "jobs":
        meant = nearest(below, _BELOW_PARENT)
        said = f"'{shown}' refers to nothing."
        known = f"{said} Known: {listed(list(_BELOW_PARENT))}."
        message = did_you_mean(said, f"parent.{meant}") if meant else known
        return Problem(MALFORMED, message, binding.span)
    if rest and rest[0] not in pipeline.steps:
        if _is_part_of_a_name(rest[0], pipeline):
            return None
        return _unknown_step(binding, rest[0], pipeline)
    step = shortened(rest[0], 20) if rest else "STEP"
    message = f"'{shown}' names no output. Write 'parent.jobs.{step}.outputs.NAME'."
    return Problem(MALFORMED, message, binding.span)


def _unknown_root(binding: Binding, root: str) -> Problem | None:
    """A word that joins nothing; what the service fills by itself is left alone."""
    if root in placeholder.FILLED_BY_SERVICE or (root in _ROOTS and root != "parent"):
        return None
    said = f"'{shortened(binding.expression.raw, 32)}' refers to nothing."
    if root == "parent":
        return Problem(MALFORMED, f"{said} Write 'parent.inputs.NAME' or the like.", binding.span)
    meant = nearest(root, _ROOTS) if root else None
    way_out = "Write 'parent.inputs.NAME' or 'parent.jobs.STEP.outputs.NAME'."
    return Problem(MALFORMED, did_you_mean(said, meant) if meant else f"{said} {way_out}", binding.span)


def _rewritten(binding: Binding, body: str, meant: str) -> Fix:
    return Fix(f"Change to '{meant}'", binding.span, f"${{{{{body}}}}}")
