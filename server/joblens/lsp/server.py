"""The language server: one thin handler per request; everything it answers is worked out elsewhere."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from joblens import __version__
from joblens.features import lenses as lens_feature
from joblens.features.completion import completions
from joblens.features.hover import hover
from joblens.features.symbols import symbols
from joblens.lsp import convert, runs
from joblens.lsp.workspace import OpenDocument

log = logging.getLogger(__name__)


class _Protocol(LanguageServerProtocol):
    """pygls without its own copy of each document: JoblensServer keeps the only one."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take over a document."""
        item = params.text_document
        self._joblens.open(OpenDocument(item.uri, item.version, item.text))

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
        self._due: dict[str, asyncio.Handle] = {}

    def open(self, document: OpenDocument) -> None:
        """Keep a document and say what is wrong with it."""
        self.documents[document.uri] = document
        self._publish_soon(document.uri)

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Follow a change and say what is wrong now."""
        document = self.documents.get(params.text_document.uri)
        if document is not None:
            document.change(params.text_document.version, list(params.content_changes))
            self._publish_soon(document.uri)

    def close(self, uri: str) -> None:
        """Forget a document; its problems leave the editor."""
        self.documents.pop(uri, None)
        self._cancel_due(uri)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

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
        document = self.documents.get(uri)
        if document is None:
            return
        found = [convert.diagnostic(document.document, problem) for problem in document.problems]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, document.version))


def create() -> JoblensServer:
    """A server with every handler in place."""
    server = JoblensServer()

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(params: types.HoverParams) -> types.Hover | None:
        if (open_document := server.documents.get(params.text_document.uri)) is None:
            return None
        document = open_document.document
        found = hover(open_document.subject, convert.offset_at(document, params.position))
        return convert.hover(document, found) if found is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=["$", "{", ".", " ", ":"]),
    )
    def _completion(params: types.CompletionParams) -> types.CompletionList | None:
        if (open_document := server.documents.get(params.text_document.uri)) is None:
            return None
        document = open_document.document
        found = completions(open_document.subject, convert.offset_at(document, params.position))
        items = [convert.completion_item(document, one) for one in found]
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def _code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        if (open_document := server.documents.get(params.text_document.uri)) is None:
            return []
        found = lens_feature.lenses(open_document.subject)
        return [convert.code_lens(open_document.document, open_document.uri, lens) for lens in found]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def _document_symbol(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        open_document = server.documents.get(params.text_document.uri)
        if open_document is None or open_document.subject.kind is None:
            return []
        found = symbols(open_document.subject.tree)
        return [convert.symbol(open_document.document, symbol) for symbol in found]

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    )
    def _code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        if (open_document := server.documents.get(params.text_document.uri)) is None:
            return []
        document = open_document.document
        start = convert.offset_at(document, params.range.start)
        end = convert.offset_at(document, params.range.end)
        touched = [p for p in open_document.problems if p.span.start <= end and start <= p.span.end]
        fixes = [convert.quick_fix(document, open_document.uri, problem) for problem in touched]
        return [fix for fix in fixes if fix is not None]

    runs.register(server)
    return server


def main() -> None:
    """Serve on stdin and stdout until the editor goes."""
    logging.basicConfig(level=os.environ.get("JOBLENS_LOG", "WARNING").upper(), stream=sys.stderr)
    server = create()
    # What the imports made lives as long as the server: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    server.start_io()
