"""JL601: a file of a format between the known ones; said once, in place of an error for each of its keys."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.era import Era

CODE = "JL601"


def problems(subject: Subject) -> Iterator[Problem]:
    """What tells that the file is of such a format."""
    mark = subject.older
    if mark is not None:
        said = shortened(mark.said, 30)
        out = "Migrate the file." if mark.era is Era.AFTER_PREVIEW else "Write it anew in today's format."
        yield Problem(CODE, f"'{said}' is of {mark.era.value}. {out}", mark.span)
