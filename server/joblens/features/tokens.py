"""Semantic tokens: the parts of placeholders, the scripts and flags of commands, each in its own colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.job.command.read import read
from joblens.job.expressions import Expression, expressions
from joblens.text.nodes import Span
from joblens.text.offsets import source_offsets

KINDS = ("operator", "keyword", "parameter", "variable", "function", "namespace", "property")
"""Braces; contexts; inputs; outputs, hyperparameters and what the service fills; steps; scripts; flags."""

_FLAG = re.compile(r"--?[A-Za-z][\w\-]*")
_WORD = re.compile(r"[^.\s${}]+")


@dataclass(frozen=True, slots=True)
class Token:
    """One coloured piece of text, never across lines."""

    span: Span
    kind: str


def tokens(subject: Subject) -> list[Token]:
    """The pieces of every placeholder and every command, in the order of the text."""
    if subject.kind is None:
        return []
    text = subject.document.text
    # An escape or a line break inside makes the source longer: better no colour than a wrong one.
    found = {
        span: Token(span, kind)
        for start, piece, kind in (*_of_placeholders(subject), *_of_commands(subject))
        if text[(span := Span(start, start + len(piece))).start : span.end] == piece
    }
    return [found[span] for span in sorted(found)]


def _of_placeholders(subject: Subject) -> Iterator[tuple[int, str, str]]:
    assert subject.kind is not None
    for filled in subject.filled:
        text = filled.scalar.value
        offsets = source_offsets(filled.scalar, subject.document.text)
        for expression in expressions(text, subject.kind.dialect):
            for start, end, kind in _pieces(text, expression):
                yield offsets[start], text[start:end], kind


def _of_commands(subject: Subject) -> Iterator[tuple[int, str, str]]:
    for scope in subject.scopes:
        runs = read(scope.command.value, scope.dialect, frozenset(scope.inputs)).runs
        if not runs:
            continue
        offsets = source_offsets(scope.command, subject.document.text)
        for run in runs:
            if run.script.known:
                yield offsets[run.script.start], run.script.text, "namespace"
            for word in run.arguments:
                flag = _FLAG.match(word.text)
                if flag is not None:
                    yield offsets[word.start], flag[0], "property"


def _pieces(text: str, expression: Expression) -> Iterator[tuple[int, int, str]]:
    start, end = expression.start, expression.end
    words = list(_WORD.finditer(text, start, end))
    opening = 3 if text.startswith("${{", start) else 1
    yield start, start + opening, "operator"
    for match in words:
        yield match.start(), match.end(), _kind(expression, match.start())
    if expression.closed:
        yield end - (2 if opening == 3 else 1), end, "operator"


def _kind(expression: Expression, start: int) -> str:
    if start >= expression.name_start:
        return "parameter" if expression.context.endswith("inputs") else "variable"
    in_step = expression.step is not None and expression.step_start <= start < expression.step_end
    return "function" if in_step else "keyword"
