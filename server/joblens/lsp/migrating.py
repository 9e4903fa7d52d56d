"""The server's own command that migrates a file: any editor may run it, its argument the file's URI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from joblens.features.migration import TITLE, Migration, migration, why_not
from joblens.lsp import convert

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer
    from joblens.lsp.workspace import OpenDocument


async def migrate(server: JoblensServer, uri: str) -> bool:
    """Have the editor change the file, and tell what was guessed; or tell why there is nothing to change."""
    opened = server.documents.get(uri) or server.documents.from_disk(uri)
    if opened is None:
        _tell(server, "Nothing was migrated: the file cannot be read.", types.MessageType.Error)
        return False
    found = migration(opened.subject)
    if found is None:
        _tell(server, why_not(opened.subject))
        return False
    params = types.ApplyWorkspaceEditParams(_edit(server, opened, found), TITLE)
    answer = await server.workspace_apply_edit_async(params)
    if not answer.applied:
        reason = answer.failure_reason or "it gave no reason"
        message = f"Nothing was migrated: the editor did not take the change ({reason})."
        _tell(server, message, types.MessageType.Error)
        return False
    tell_guesses(server, found.notes)
    return True


def tell_guesses(server: JoblensServer, notes: tuple[str, ...] | list[str]) -> None:
    """Show what a migration guessed, and keep it in the log, a line for each."""
    if not notes:
        _tell(server, "Migrated. Nothing had to be guessed.")
        return
    for note in notes:
        server.window_log_message(types.LogMessageParams(types.MessageType.Info, note))
    _tell(server, "Migrated. See whether this is right: " + " ".join(notes))


def _edit(server: JoblensServer, opened: OpenDocument, found: Migration) -> types.WorkspaceEdit:
    """The edit; of one version of the document, if the editor counts them: of a later one it refuses it."""
    edits = convert.migration_edits(opened.positions, found)
    workspace = server.client_capabilities.workspace
    known = workspace.workspace_edit if workspace is not None else None
    if known is None or not known.document_changes:
        return types.WorkspaceEdit(changes={opened.uri: edits})
    document = types.OptionalVersionedTextDocumentIdentifier(opened.uri, opened.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(edits))])


def _tell(server: JoblensServer, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
    server.window_show_message(types.ShowMessageParams(kind, text))
