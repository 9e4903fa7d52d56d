"""Semantic tokens: the parts of the placeholders in commands, bindings and paths, each in its own colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.job.expressions import Expression, expressions
from joblens.text.nodes import Span
from joblens.text.offsets import source_offsets

KINDS = ("operator", "keyword", "parameter", "variable", "function")
"""Braces; contexts; inputs; outputs, hyperparameters and what the service fills; steps."""

_WORD = re.compile(r"[^.\s${}]+")


@dataclass(frozen=True, slots=True)
class Token:
    """One coloured piece of text, never across lines."""

    span: Span
    kind: str


def tokens(subject: Subject) -> list[Token]:
    """The pieces of every placeholder, in the order of the text."""
    if subject.kind is None:
        return []
    found = []
    for filled in subject.filled:
        text = filled.scalar.value
        offsets = source_offsets(filled.scalar, subject.document.text)
        for expression in expressions(text, subject.kind.dialect):
            for start, end, kind in _pieces(text, expression):
                span = Span(offsets[start], offsets[start] + end - start)
                # An escape or a line break inside makes the source longer: better no colour than a wrong one.
                if subject.document.text[span.start : span.end] == text[start:end]:
                    found.append(Token(span, kind))
    return found


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
