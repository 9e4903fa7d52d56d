"""What is wrong with an open document, as the editor marks it: all that opening one needs, and no more."""

from __future__ import annotations

from lsprotocol import types

from joblens.checks import is_idle
from joblens.checks.problem import Problem, Severity
from joblens.lsp.positions import Positions
from joblens.lsp.workspace import OpenDocument

SOURCE = "joblens"

_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}


def diagnostics(opened: OpenDocument) -> types.PublishDiagnosticsParams:
    """What is wrong with the document's version."""
    found = [diagnostic(opened.positions, problem) for problem in opened.problems]
    return types.PublishDiagnosticsParams(opened.uri, found, opened.version)


def diagnostic(positions: Positions, problem: Problem) -> types.Diagnostic:
    """A problem as the editor shows it."""
    return types.Diagnostic(
        range=positions.range_of(problem.span),
        message=problem.message,
        severity=_SEVERITY[problem.severity],
        code=problem.code,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if is_idle(problem) else None,
    )
