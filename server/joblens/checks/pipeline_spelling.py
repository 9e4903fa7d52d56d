"""JL406, JL407: bindings that the client takes for plain text, or refuses, for the way they are written.

Whoever writes one so writes all so: each is one problem, and its fix mends every place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks import pipeline_binding
from joblens.checks.problem import Fix, Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import label
from joblens.job.model import At
from joblens.job.pipeline import Binding, Pipeline, Place
from joblens.text.nodes import Mapping, Node

_OTHER_FORM = re.compile(
    r"(?!\$\{\{)\$?(?:\{\{?|\(|\[\[?)?\s*(parent\.(?:inputs|outputs|jobs)\.[\w.]+)\s*(?:\}\}?|\)|\]\]?)?"
)
BLANKS = "JL406"
WITHOUT_PARENT = "JL407"


def problems(subject: Subject) -> Iterator[Problem]:
    """The binding with blanks inside its braces, and the one that lacks `parent.`."""
    if subject.pipeline is None:
        return
    joining = _joining(subject.pipeline)
    blanks = [one for one in joining if one.expression.spaced and _root(one) == "parent"]
    # A blank in the name of a step is a mistake of the step's.
    blanks = [one for one in blanks if " " not in (one.expression.step or "").strip()]
    if blanks:
        blamed = {one.span for one in pipeline_binding.problems(subject)}
        blanks = [one for one in blanks if one.span not in blamed]
    if blanks:
        yield _blanks(subject, blanks)
    yield from _other_forms(subject)
    bare = [one for one in joining if _root(one) in ("inputs", "outputs", "jobs") and one.expression.name]
    if bare:
        yield _without_parent(subject, bare)


def _other_forms(subject: Subject) -> Iterator[Problem]:
    """What begins and ends like a binding of another tool: the client takes it for plain text."""
    for _, body in subject.bodies:
        for entry in (*(body.below("inputs") or ()), *(body.below("outputs") or ())):
            text = label(entry.value) or _as_written(subject, entry.value)
            match = _OTHER_FORM.fullmatch(text.value) if text is not None else None
            if text is not None and match is not None:
                written = f"${{{{{match[1]}}}}}"
                message = (
                    f"'{shortened(text.value, 36)}' is no binding, but plain text. "
                    f"Write '{shortened(written, 36)}'."
                )
                fix = Fix("Write it as a binding", text.span, written)
                yield Problem(pipeline_binding.MALFORMED, message, text.span, fix=fix)


def _as_written(subject: Subject, value: Node | None) -> At[str] | None:
    """Braces without quotes, in which YAML sees a mapping."""
    if not isinstance(value, Mapping):
        return None
    return At(subject.document.text[slice(*value.span)], value.span)


def _joining(pipeline: Pipeline) -> list[Binding]:
    """The closed bindings that are all of an input or output, each once, in the order of the text."""
    found = {
        binding.span: binding
        for _, binding in pipeline.bindings
        if binding.whole and binding.place is not Place.OTHER and binding.expression.closed
    }
    return [found[span] for span in sorted(found)]


def _root(binding: Binding) -> str:
    return binding.expression.context.partition(".")[0].strip()


def _blanks(subject: Subject, bindings: list[Binding]) -> Problem:
    # Lost is above all that a step waits for another.
    worst = next((one for one in bindings if one.expression.step is not None), bindings[0])
    shown = f"'{shortened(worst.expression.raw)}'{_more(bindings)}"
    message = f"The client takes {shown} for text. Remove the blanks."
    return Problem(BLANKS, message, worst.span, fix=_fix(subject, "Remove the blanks", bindings))


def _without_parent(subject: Subject, bindings: list[Binding]) -> Problem:
    first = bindings[0]
    message = (
        f"'{shortened(first.expression.raw)}'{_more(bindings)} is no binding since 2022. "
        "Begin with 'parent.' inside the braces."
    )
    return Problem(WITHOUT_PARENT, message, first.span, fix=_fix(subject, "Add 'parent.'", bindings))


def _more(bindings: list[Binding]) -> str:
    return f" (and {len(bindings) - 1} more)" if len(bindings) > 1 else ""


def _fix(subject: Subject, title: str, bindings: list[Binding]) -> Fix:
    """One edit from the first place to the last."""
    text = subject.document.text
    parts: list[str] = []
    done = bindings[0].span.start
    for one in bindings:
        parts += (text[done : one.span.start], _as_today(one))
        done = one.span.end
    whole = bindings[0].span._replace(end=done)
    return Fix(title if len(bindings) == 1 else f"{title} everywhere", whole, "".join(parts))


def _as_today(binding: Binding) -> str:
    body = "".join(binding.expression.raw.removeprefix("${{").removesuffix("}}").split())
    return f"${{{{{body}}}}}" if body.startswith("parent.") else f"${{{{parent.{body}}}}}"
