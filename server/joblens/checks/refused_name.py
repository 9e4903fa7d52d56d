"""JL104: a name that the client refuses only as it sends the job: an input, an output, a hyperparameter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.not_allowed import CODE
from joblens.checks.problem import Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import Fields
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping

_BLANK = re.compile(r"\s")
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_WITH_GROUPS = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*")
_SECTIONS = {
    "commandJob": ("inputs", "outputs"),
    "sweepJob": ("inputs", "outputs", "search_space"),
    "pipelineJob": ("inputs", "outputs"),
}


def problems(subject: Subject) -> Iterator[Problem]:
    """Every name of a job of today's that holds what it may not hold."""
    root, kind = subject.tree.resolved(subject.tree.root), subject.kind
    if kind is None or kind.dialect is not Dialect.TODAY or not isinstance(root, Mapping):
        return
    fields = Fields(root, subject.tree)
    yield from _of_job(fields) if kind.name in _SECTIONS else ()
    for section in _SECTIONS.get(kind.name, ()):
        # The inputs of a pipeline may stand in groups.
        allowed = _WITH_GROUPS if (kind.name, section) == ("pipelineJob", "inputs") else _NAME
        for entry in fields.below(section) or ():
            if not allowed.fullmatch(entry.key.value):
                name = shortened(entry.key.value)
                message = f"'{name}' cannot be a name here: use letters, digits and underscores."
                yield Problem(CODE, message, entry.key.span)


def _of_job(fields: Fields) -> Iterator[Problem]:
    name = fields.text("name")
    if name is not None and _BLANK.search(name.value.strip()):
        message = f"'name' cannot be '{shortened(name.value)}': it has no blanks. 'display_name' may."
        yield Problem(CODE, message, name.span)
