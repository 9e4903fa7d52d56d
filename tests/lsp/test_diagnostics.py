"""A problem is shown as bad as it is; what is merely unused is marked so that an editor may fade it."""

import pytest
from lsprotocol import types

from joblens.lsp.diagnostics import diagnostics
from joblens.lsp.workspace import OpenDocument

_JOB = "command: ls{}\nenvironment: azureml:e:1\ninputs: {{a: 1}}\n"


@pytest.mark.parametrize(
    ("command", "severity", "tags"),
    [
        ("", types.DiagnosticSeverity.Hint, [types.DiagnosticTag.Unnecessary]),
        (" ${{inputs.b}}", types.DiagnosticSeverity.Error, None),
    ],
)
def test_what_is_unused_may_be_faded(
    command: str, severity: types.DiagnosticSeverity, tags: list[types.DiagnosticTag] | None
) -> None:
    (found,) = diagnostics(OpenDocument("file:///job.yml", 1, _JOB.format(command))).diagnostics
    assert (found.severity, found.tags) == (severity, tags)
