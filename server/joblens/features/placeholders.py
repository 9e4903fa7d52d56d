"""The placeholder at a place in a command, and where names of each context are declared."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.job.expressions import expressions
from joblens.job.names import Scope
from joblens.text.nodes import Span
from joblens.text.offsets import source_offsets


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder in the text, with the scope that says what it stands for."""

    scope: Scope
    context: str
    name: str
    span: Span


def placeholder_at(subject: Subject, offset: int) -> Placeholder | None:
    """The placeholder that `offset` lies in, of those that a job's own names can fill."""
    scope = scope_at(subject, offset)
    if scope is None:
        return None
    offsets = source_offsets(scope.command, subject.document.text)
    for one in expressions(scope.command.value, scope.dialect):
        span = Span(offsets[one.start], offsets[one.end])
        if span.start <= offset <= span.end and one.context in ("inputs", "outputs", "search_space"):
            return Placeholder(scope, one.context, one.name, span)
    return None


def scope_at(subject: Subject, offset: int) -> Scope | None:
    """The scope of the command that `offset` lies in."""
    for scope in subject.scopes:
        if scope.command.span.start <= offset <= scope.command.span.end:
            return scope
    return None
