"""JL210: a declared name written in the style of another tool; the command gets it as plain text.

`$(inputs.x)` is a substitution to the shell, `$inputs.x` a variable, `{{inputs.x}}` nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from joblens.checks.placeholder import UNDECLARED
from joblens.checks.problem import Problem, Severity, did_you_mean, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.model import Dialect
from joblens.job.names import Scope
from joblens.schema.near import nearest
from joblens.text.nodes import Span
from joblens.text.offsets import source_offsets

CODE = "JL210"

_REFERENCE = r"(?P<{0}context>inputs|outputs|search_space)\.(?P<{0}name>[A-Za-z_]\w*)"
_SHELL = "|".join(
    (
        r"\$\(\s*" + _REFERENCE.format("a") + r"\s*\)",
        r"\$" + _REFERENCE.format("b"),
    )
)
_BRACES = "|".join(
    (
        r"\$\{\s*" + _REFERENCE.format("c") + r"\s*\}",
        r"(?<!\$)\{\{\s*" + _REFERENCE.format("d") + r"\s*\}\}",
        r"(?<![${])\{\s*" + _REFERENCE.format("e") + r"\s*\}(?!\})",
        r"\$\[\[?\s*" + _REFERENCE.format("f") + r"\s*\]\]?",
    )
)
_JOBS = ("commandJob", "sweepJob")
_FILLED_YET = re.compile(r"\{\w+\.\w+\}")
"""What the client takes for today's form, with a warning, in a job that is no step."""
_STYLES = {
    Dialect.TODAY: re.compile(f"{_SHELL}|{_BRACES}"),
    # Here the braces of one pair are filled, whatever stands around them.
    Dialect.PREVIEW: re.compile(_SHELL + r"|(?<![${])\{\s+" + _REFERENCE.format("c") + r"\s*\}"),
}


def problems(subject: Subject) -> Iterator[Problem]:
    """Every declared name of a command in a style that nothing fills."""
    for scope in subject.scopes:
        text = scope.command.value
        if "inputs." in text or "outputs." in text or "search_space." in text:
            yield from _in_command(subject, scope, text)


def _in_command(subject: Subject, scope: Scope, text: str) -> Iterator[Problem]:
    offsets: Sequence[int] = []
    is_job = subject.kind is not None and subject.kind.name in _JOBS and scope.dialect is Dialect.TODAY
    for match in _STYLES[scope.dialect].finditer(text):
        groups = {key[1:]: value for key, value in match.groupdict().items() if value is not None}
        context, name = groups["context"], groups["name"]
        is_filled = is_job and _FILLED_YET.fullmatch(match[0]) is not None
        declared = scope.declared(context) or {}
        if _is_variable(context, text) or (name not in declared and not (is_filled and declared)):
            continue
        offsets = offsets or source_offsets(scope.command, subject.document.text)
        span = Span(offsets[match.start()], offsets[match.end()])
        body = f"{context}.{name}"
        written = f"{{{body}}}" if scope.dialect is Dialect.PREVIEW else f"${{{{{body}}}}}"
        if is_filled:
            yield _still_filled(match[0], context, name, list(declared), span)
            continue
        message = f"'{shortened(match[0])}' stays as it is in the command. Write '{shortened(written)}'."
        yield Problem(CODE, message, span, Severity.WARNING, replacement(written, span))


def _still_filled(raw: str, context: str, name: str, declared: list[str], span: Span) -> Problem:
    """The form of 2021 in a job of its own: the client writes today's in its place, and checks the name."""
    said = shortened(raw)
    if name in declared:
        written = f"${{{{{context}.{name}}}}}"
        message = f"'{said}' is the form of 2021, which is going away. Write '{shortened(written)}'."
        return Problem(CODE, message, span, Severity.WARNING, replacement(written, span))
    meant = nearest(name, declared)
    subject = f"'{said}' is the form of 2021, and there is no '{shortened(name, 30)}'."
    if meant is None:
        return Problem(UNDECLARED, f"{subject} Declare it.", span)
    written = f"${{{{{context}.{meant}}}}}"
    return Problem(UNDECLARED, did_you_mean(subject, written), span, fix=replacement(written, span))


def _is_variable(context: str, text: str) -> bool:
    """Whether the command sets a shell variable of that name, or loops over one."""
    return re.search(rf"(?:^|[\s;&|(]){context}=|\b(?:for|read|local|export)\s+{context}\b", text) is not None
