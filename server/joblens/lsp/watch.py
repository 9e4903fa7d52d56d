"""The files on the disk: when one changes, what is said of the documents that are open may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer


def register(server: JoblensServer) -> None:
    """Put the handler in place."""

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _changed(params: types.DidChangeWatchedFilesParams) -> None:
        server.check_settings.refresh()
        for uri in {one.uri for one in params.changes} & server.documents.told:
            server.documents.tell_from_disk(uri)
        server.documents.check_again()
        server.names.changed([one.uri for one in params.changes])
