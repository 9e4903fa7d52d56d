"""Reports for an editor that asks for problems: in full, or that nothing has changed since it last asked."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from lsprotocol import types

from joblens.lsp import progress
from joblens.lsp.diagnostics import diagnostics
from joblens.lsp.workspace_check import CheckedFile, checked_files

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer
    from joblens.lsp.workspace import OpenDocument

_AT_A_TIME = 50
"""Reports of files that are sent together."""

_Report = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


def document_report(opened: OpenDocument | None, known: str | None) -> types.DocumentDiagnosticReport:
    """The problems of a document, unless the editor has them; none of one that is not there."""
    problems = list(diagnostics(opened).diagnostics) if opened is not None else []
    name = _name(problems)
    if name == known:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=name)
    return types.RelatedFullDocumentDiagnosticReport(items=problems, result_id=name)


async def workspace_report(
    server: JoblensServer, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """The problems of every file of the workspace, in pieces if the editor takes them so."""
    known = {one.uri: one.value for one in params.previous_result_ids}
    sender = _Sender(server, params.partial_result_token)
    async with progress.shown(server, params.work_done_token, "Checking job files") as shown:
        async for checked in checked_files(server, shown):
            sender.add(_report(checked, known.pop(checked.uri, None)))
    for uri in known:  # Files that are gone.
        sender.add(types.WorkspaceFullDocumentDiagnosticReport(uri, [], result_id=None))
    return types.WorkspaceDiagnosticReport(sender.rest())


class _Sender:
    """Gathers reports; sends them on where the editor takes an answer in pieces."""

    def __init__(self, server: JoblensServer, token: int | str | None) -> None:
        self._server = server
        self._token = token
        self._gathered: list[_Report] = []

    def add(self, report: _Report) -> None:
        self._gathered.append(report)
        if self._token is not None and len(self._gathered) >= _AT_A_TIME:
            self._send(self._token)

    def rest(self) -> list[_Report]:
        """What the answer itself has to hold: nothing, once a piece was sent."""
        if self._token is not None:
            self._send(self._token)
        return self._gathered

    def _send(self, token: int | str) -> None:
        piece = types.WorkspaceDiagnosticReportPartialResult(self._gathered)
        self._gathered = []
        self._server.protocol.notify(types.PROGRESS, types.ProgressParams(token, piece))


def _report(checked: CheckedFile, known: str | None) -> _Report:
    name = _name(checked.problems)
    if name == known:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(checked.uri, name, checked.version)
    return types.WorkspaceFullDocumentDiagnosticReport(
        checked.uri, checked.problems, version=checked.version, result_id=name
    )


def _name(problems: list[types.Diagnostic]) -> str:
    """A name that only these problems have."""
    told = blake2b(digest_size=12)
    for one in problems:
        start, end = one.range.start, one.range.end
        place = (start.line, start.character, end.line, end.character)
        told.update(repr((place, one.severity, one.code, one.message)).encode("utf-8", "surrogatepass"))
    return told.hexdigest()
