"""JL206: `$[[ ]]` and the optional inputs of a component that do not go together.

What stands in the brackets is left out where the input has no value; outside of them nothing would be.
"""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.expressions import Expression, expressions
from joblens.job.fields import Fields
from joblens.job.model import Dialect
from joblens.job.names import Scope
from joblens.text.nodes import Mapping, Pair, Span
from joblens.text.offsets import source_offsets

CODE = "JL206"

_TRUE = ("true", "yes", "on", "1")


def problems(subject: Subject) -> Iterator[Problem]:
    """Every optional input outside of the brackets, every required one inside, and brackets left open."""
    if subject.kind is None or subject.kind.dialect is not Dialect.TODAY:
        return
    if "optional" not in subject.document.text and "$[[" not in subject.document.text:
        return
    for scope in subject.scopes:
        if subject.kind.name == "commandComponent" or "component" in _place(subject, scope):
            yield from _in_command(subject, scope)


def _place(subject: Subject, scope: Scope) -> tuple[object, ...]:
    return tuple(subject.tree.path_at(scope.command.span.start))


def _in_command(subject: Subject, scope: Scope) -> Iterator[Problem]:
    text = scope.command.value
    found = [one for one in expressions(text, Dialect.TODAY) if one.context == "inputs" and one.closed]
    if not found:
        return
    offsets = source_offsets(scope.command, subject.document.text)
    for one in found:
        pair = scope.inputs.get(one.name)
        problem = _problem(subject, one, pair, text) if pair is not None else None
        if problem is not None:
            message, severity = problem
            yield Problem(CODE, message, Span(offsets[one.start], offsets[one.end]), severity)


def _problem(subject: Subject, one: Expression, pair: Pair, text: str) -> tuple[str, Severity] | None:
    shown = shortened(one.raw)
    settings = subject.tree.resolved(pair.value)
    if not isinstance(settings, Mapping):
        return None
    fields = Fields(settings, subject.tree)
    if _is_optional(fields) and not one.optional and "default" not in fields:
        if text.rfind("$[[", 0, one.start) > text.rfind("]]", 0, one.start):
            return f"The '$[[' before '{shown}' is not closed. Add ']]'.", Severity.ERROR
        return (
            f"'{shown}' is optional, but stands outside of '$[[ ]]'. Put it in, with its flag.",
            Severity.WARNING,
        )
    if not _is_optional(fields) and one.optional:
        return (
            f"'{shown}' is not optional, so '$[[ ]]' does nothing. Remove it, or set 'optional: true'.",
            Severity.HINT,
        )
    return None


def _is_optional(fields: Fields) -> bool:
    word = fields.label("optional")
    return word is not None and word.value.lower() in _TRUE
