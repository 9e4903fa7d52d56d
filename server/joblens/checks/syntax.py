"""JL001: the text is not YAML, so nothing can read it: neither the client nor Joblens."""

from collections.abc import Iterator

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject

CODE = "JL001"


def problems(subject: Subject) -> Iterator[Problem]:
    """Each place where the text stops being YAML."""
    for found in subject.syntax:
        yield Problem(CODE, found.message, found.span)
