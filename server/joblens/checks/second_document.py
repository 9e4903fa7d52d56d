"""JL003: a second YAML document in the file; the client takes a file with one, and refuses it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.text.nodes import Span

CODE = "JL003"

_MESSAGE = "A second document begins here; a job's file has one. Remove it, or move it to a file of its own."
# At the beginning of a line nothing else can be meant: the texts of scalars that go on there are indented.
_MARK = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_BEFORE_THE_FIRST = re.compile(r"\ufeff?(?:[ \t]*(?:#.*)?\r?\n|%.*\r?\n)*\Z")
"""Comments, empty lines and directives."""


def problems(subject: Subject) -> Iterator[Problem]:
    """The first mark that ends one document and begins the next."""
    text = subject.document.text
    for mark in _MARK.finditer(text):
        if not _BEFORE_THE_FIRST.match(text[: mark.start()]):
            yield Problem(CODE, _MESSAGE, Span(*mark.span()))
            return
