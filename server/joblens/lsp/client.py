"""What the editor at the other end can do, as it says when it starts the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lsprotocol import types

from joblens.lsp.protocol import OWN_EXTENSION


@dataclass(frozen=True, slots=True)
class Client:
    """The editor's abilities that change what the server says."""

    own_extension: bool = False
    """Joblens's own extension: it has the commands itself, and is told problems without asking."""
    pulls: bool = False
    """It asks for the problems of the documents that it shows."""
    refreshes_diagnostics: bool = False
    refreshes_hints: bool = False
    shows_progress: bool = False
    snippets: bool = False
    """It takes texts with places for the cursor in them."""
    creates_files: bool = False
    """It carries out an edit that makes a file."""

    @staticmethod
    def of(params: types.InitializeParams) -> Client:
        """Read from the parameters of `initialize`."""
        options = params.initialization_options
        own = isinstance(options, Mapping) and options.get(OWN_EXTENSION) is True
        document = params.capabilities.text_document
        workspace = params.capabilities.workspace or types.WorkspaceClientCapabilities()
        window = params.capabilities.window
        return Client(
            own_extension=own,
            pulls=not own and document is not None and document.diagnostic is not None,
            refreshes_diagnostics=bool(workspace.diagnostics and workspace.diagnostics.refresh_support),
            refreshes_hints=bool(workspace.inlay_hint and workspace.inlay_hint.refresh_support),
            shows_progress=bool(window and window.work_done_progress),
            snippets=_takes_snippets(document.completion if document is not None else None),
            creates_files=_creates_files(workspace.workspace_edit),
        )


def _takes_snippets(completion: types.CompletionClientCapabilities | None) -> bool:
    item = completion.completion_item if completion is not None else None
    return bool(item and item.snippet_support)


def _creates_files(edits: types.WorkspaceEditClientCapabilities | None) -> bool:
    kinds = edits.resource_operations if edits is not None else None
    return bool(edits and edits.document_changes and types.ResourceOperationKind.Create in (kinds or ()))
