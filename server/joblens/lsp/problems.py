"""The handlers of an editor that asks for problems: of one document, or of the whole workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer


def register(server: JoblensServer) -> None:
    """Put the handlers in place."""

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True),
    )
    def _diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        from joblens.lsp import reports

        uri = params.text_document.uri
        server.documents.look_at_settings()
        opened = server.documents.get(uri) or server.documents.from_disk(uri)
        return reports.document_report(opened, params.previous_result_id)

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def _workspace_diagnostic(
        params: types.WorkspaceDiagnosticParams,
    ) -> types.WorkspaceDiagnosticReport:
        from joblens.lsp import reports

        return await reports.workspace_report(server, params)
