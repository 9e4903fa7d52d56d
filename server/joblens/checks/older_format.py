"""JL601: a file of a format between the known ones; said once, in place of an error for each of its keys.

A warning: the file was right when it was written, and what it says is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, shortened
from joblens.checks.subject import Subject

CODE = "JL601"


def problems(subject: Subject) -> Iterator[Problem]:
    """What tells that the file is of such a format."""
    mark = subject.older
    if mark is not None and not subject.syntax:  # Broken text is to be mended first.
        said = shortened(mark.said, 30)
        message = f"'{said}' is of {mark.era.value}. Migrate the file."
        yield Problem(CODE, message, mark.span, Severity.WARNING)
