"""The language server: one thin handler per request; everything it answers is worked out elsewhere."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from joblens import __version__
from joblens.lsp import check_settings, runs
from joblens.lsp.diagnostics import diagnostics
from joblens.lsp.workspace import OpenDocument

if TYPE_CHECKING:
    from pathlib import Path

    from joblens.text.document import Document

# As in features/tokens.py, which is not imported at the start.
_TOKENS = ["operator", "keyword", "parameter", "variable", "function"]


class _Protocol(LanguageServerProtocol):
    """pygls without its own copy of each document: JoblensServer keeps the only one."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take over a document."""
        self._joblens.open(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Follow the editor's changes."""
        self._joblens.change(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forget a document and what was said of it."""
        self._joblens.close(params.text_document.uri)

    @property
    def _joblens(self) -> JoblensServer:
        assert isinstance(self._server, JoblensServer)
        return self._server


class JoblensServer(LanguageServer):
    """The server and the documents that the editor has open."""

    def __init__(self) -> None:
        super().__init__("joblens", __version__, protocol_cls=_Protocol)
        self.documents: dict[str, OpenDocument] = {}
        self._uris: dict[Path, str] = {}
        self._due: dict[str, asyncio.Handle] = {}
        self._is_warm = False
        self.check_settings = check_settings.CheckSettings(self._log)

    def open(self, item: types.TextDocumentItem) -> None:
        """Keep a document and say what is wrong with it."""
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        settings = self.check_settings.of
        opened = OpenDocument(item.uri, item.version, item.text, encoding, self._document_at, settings)
        self.documents[item.uri] = opened
        if opened.path is not None:
            self._uris[opened.path] = item.uri
        self._publish_soon(item.uri)
        if self.check_settings.refresh():
            self.recheck()

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Follow a change and say what is wrong now."""
        opened = self.documents.get(params.text_document.uri)
        if opened is not None:
            opened.change(params.text_document.version, list(params.content_changes))
            self._publish_soon(opened.uri)

    def close(self, uri: str) -> None:
        """Forget a document; its problems leave the editor."""
        closed = self.documents.pop(uri, None)
        if closed is not None and closed.path is not None:
            self._uris.pop(closed.path, None)
        self._cancel_due(uri)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def recheck(self) -> None:
        """Say of all documents what is wrong with them, by the settings of now."""
        for uri in self.documents:
            self._publish_soon(uri)

    def _log(self, what: str) -> None:
        self.window_log_message(types.LogMessageParams(types.MessageType.Warning, what))

    def _document_at(self, path: Path) -> Document | None:
        """The document that the editor has open at a path: what others see there before it is saved."""
        opened = self.documents.get(self._uris.get(path, ""))
        return opened.document if opened is not None else None

    def _publish_soon(self, uri: str) -> None:
        """Publish in the next turn of the loop: without a delay, and once for changes that came together."""
        self._cancel_due(uri)
        self._due[uri] = asyncio.get_running_loop().call_soon(self._publish, uri)

    def _cancel_due(self, uri: str) -> None:
        due = self._due.pop(uri, None)
        if due is not None:
            due.cancel()

    def _publish(self, uri: str) -> None:
        self._due.pop(uri, None)
        opened = self.documents.get(uri)
        if opened is None:
            return
        if not self.check_settings.files_are_watched and self.check_settings.refresh():
            self.recheck()
        self.text_document_publish_diagnostics(diagnostics(opened))
        if not self._is_warm:
            self._is_warm = True
            asyncio.get_running_loop().call_soon(_warm)


def create() -> JoblensServer:
    """A server with every handler in place."""
    server = JoblensServer()

    @server.feature(types.INITIALIZED)
    async def _initialized(_params: types.InitializedParams) -> None:
        # What was imported lives as long as the server: the collector need not look at it again.
        gc.freeze()
        gc.enable()
        await check_settings.follow(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        await check_settings.ask(server, params.settings)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _did_change_watched_files(_params: types.DidChangeWatchedFilesParams) -> None:
        server.check_settings.refresh()
        server.recheck()

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(params: types.HoverParams) -> types.Hover | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.hover(opened, params.position) if opened is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=["$", "{", ".", " ", ":"]),
    )
    def _completion(params: types.CompletionParams) -> types.CompletionList | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.completion(opened, params.position) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def _definition(params: types.DefinitionParams) -> list[types.Location]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.definition(opened, params.position) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def _references(params: types.ReferenceParams) -> list[types.Location]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        if opened is None:
            return []
        declarations = params.context.include_declaration
        return answers.references(opened, params.position, declarations=declarations)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def _document_highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.highlights(opened, params.position) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def _prepare_rename(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.renamable(opened, params.position) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def _rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.rename(opened, params.position, params.new_name) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def _code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.code_lenses(opened) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def _document_symbol(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.outline(opened) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def _folding_range(params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.folds(opened) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)
    def _selection_range(params: types.SelectionRangeParams) -> list[types.SelectionRange] | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.selections(opened, params.positions) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def _document_link(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.links(opened) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def _inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.hints(opened, params.range) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, types.SemanticTokensLegend(_TOKENS, []))
    def _semantic_tokens(params: types.SemanticTokensParams) -> types.SemanticTokens | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.tokens(opened) if opened is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite]
        ),
    )
    def _code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        if opened is None:
            return []
        return answers.quick_fixes(opened, params.range) + answers.migrations(opened, params.context.only)

    @server.command("joblens.tellGuesses")
    def _tell_guesses(notes: list[str]) -> None:
        told = "Migrated. See whether this is right: " + " ".join(notes)
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, told))

    runs.register(server)
    return server


def _warm() -> None:
    """The user sees what is wrong with the first document: time to make the answers to questions ready."""
    from joblens.lsp import answers as answers

    gc.freeze()


def main() -> None:
    """Serve on stdin and stdout until the editor goes."""
    logging.basicConfig(level=os.environ.get("JOBLENS_LOG", "WARNING").upper(), stream=sys.stderr)
    create().start_io()
