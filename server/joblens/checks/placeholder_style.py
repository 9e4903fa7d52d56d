"""JL210: a declared name written in the style of another tool; the command gets it as plain text.

`$(inputs.x)` is a substitution to the shell, `$inputs.x` a variable, `{{inputs.x}}` nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from joblens.checks.problem import Problem, Severity, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.model import Dialect
from joblens.job.names import Scope
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
        r"\$\{" + _REFERENCE.format("c") + r"\}",
        r"(?<!\$)\{\{\s*" + _REFERENCE.format("d") + r"\s*\}\}",
        r"(?<![${])\{" + _REFERENCE.format("e") + r"\}(?!\})",
    )
)
_STYLES = {
    Dialect.TODAY: re.compile(f"{_SHELL}|{_BRACES}"),
    # Here the braces of one pair are filled, whatever stands around them.
    Dialect.PREVIEW: re.compile(_SHELL),
}


def problems(subject: Subject) -> Iterator[Problem]:
    """Every declared name of a command in a style that nothing fills."""
    for scope in subject.scopes:
        text = scope.command.value
        if "inputs." in text or "outputs." in text or "search_space." in text:
            yield from _in_command(subject, scope, text)


def _in_command(subject: Subject, scope: Scope, text: str) -> Iterator[Problem]:
    offsets: Sequence[int] = []
    for match in _STYLES[scope.dialect].finditer(text):
        groups = {key[1:]: value for key, value in match.groupdict().items() if value is not None}
        context, name = groups["context"], groups["name"]
        if name not in (scope.declared(context) or ()) or _is_variable(context, text):
            continue
        offsets = offsets or source_offsets(scope.command, subject.document.text)
        span = Span(offsets[match.start()], offsets[match.end()])
        body = f"{context}.{name}"
        written = f"{{{body}}}" if scope.dialect is Dialect.PREVIEW else f"${{{{{body}}}}}"
        message = f"'{shortened(match[0])}' stays as it is in the command. Write '{shortened(written)}'."
        yield Problem(CODE, message, span, Severity.WARNING, replacement(written, span))


def _is_variable(context: str, text: str) -> bool:
    """Whether the command sets a shell variable of that name, or loops over one."""
    return re.search(rf"(?:^|[\s;&|(]){context}=|\b(?:for|read|local|export)\s+{context}\b", text) is not None
