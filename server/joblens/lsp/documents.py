"""The documents that the editor has open, and when it is told what is wrong with them."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from joblens.lsp.diagnostics import diagnostics
from joblens.lsp.uris import path_of
from joblens.lsp.workspace import OpenDocument

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer
    from joblens.text.document import Document

_BREATH = 0.001
"""Seconds between a change and the telling of what is wrong: an editor that completes asks at once."""


class Documents:
    """Open documents by URI; each change is followed by what is wrong now."""

    def __init__(self, server: JoblensServer) -> None:
        self._server = server
        self._open: dict[str, OpenDocument] = {}
        self._uris: dict[Path, str] = {}
        self._due: dict[str, asyncio.Handle] = {}
        self._refresh_due: asyncio.Handle | None = None
        self._is_warm = False
        self.told: set[str] = set()
        """Files with problems that a check of the workspace has found: they are told while not open, too."""

    def __iter__(self) -> Iterator[OpenDocument]:
        return iter(list(self._open.values()))

    def get(self, uri: str) -> OpenDocument | None:
        """The document that is open under a URI."""
        return self._open.get(uri)

    def at(self, path: Path) -> Document | None:
        """The document that is open at a path: what others see there before it is saved."""
        opened = self._open.get(self._uris.get(path, ""))
        return opened.document if opened is not None else None

    def open(self, item: types.TextDocumentItem) -> None:
        """Keep a document and say what is wrong with it."""
        opened = self._made(item.uri, item.version, item.text)
        self._open[item.uri] = opened
        if opened.path is not None:
            self._uris[opened.path] = item.uri
        if item.uri in self.told and self._server.client.pulls:
            self._publish(item.uri, [])  # The editor asks for its problems from now on.
        self._tell_soon(item.uri)
        self._tell_neighbours(opened)
        if self._server.check_settings.refresh():
            self.tell_all()

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Follow a change and say what is wrong now."""
        opened = self._open.get(params.text_document.uri)
        if opened is not None:
            opened.change(params.text_document.version, list(params.content_changes))
            self._tell_soon(opened.uri)
            self._tell_neighbours(opened)

    def close(self, uri: str) -> None:
        """Forget a document; its problems leave the editor."""
        closed = self._open.pop(uri, None)
        if closed is None:
            return
        if closed.path is not None:
            self._uris.pop(closed.path, None)
        self._cancel(uri)
        if uri in self.told:
            self.tell_from_disk(uri)
        elif not self._server.client.pulls:
            self._publish(uri, [])
        self._tell_neighbours(closed)

    def from_disk(self, uri: str) -> OpenDocument | None:
        """A file that is not open, as if it were; None where there is no text."""
        from joblens.job.disk import Disk

        path = path_of(uri)
        text = Disk(path.parent).text(path) if path is not None else None
        return self._made(uri, None, text) if text is not None else None

    def check_again(self) -> None:
        """Say anew what is wrong with every document: files beside them have changed."""
        for opened in self._open.values():
            self._renew(opened)

    def names_changed(self) -> None:
        """Say anew what is wrong with every document: more, or other, names are known."""
        for opened in self._open.values():
            opened.forget_problems()
        self.tell_all()

    def tell_all(self) -> None:
        """Say of all documents what is wrong with them, by the settings of now."""
        for uri in self._open:
            self._tell_soon(uri)
        if self._open:
            self._refresh_soon()

    def tell_again(self, opened: OpenDocument) -> None:
        """Say anew what is wrong with a document, or with a file that is not open."""
        if opened.uri in self._open:
            self._tell_soon(opened.uri)
            self._refresh_soon()
        else:
            self.tell_file(opened.uri, list(diagnostics(opened).diagnostics))

    def look_at_settings(self) -> None:
        """See whether the files of the settings are as they were, where the editor does not tell."""
        settings = self._server.check_settings
        if not settings.files_are_watched and settings.refresh():
            self.tell_all()

    def tell_file(self, uri: str, problems: list[types.Diagnostic]) -> None:
        """Say what a check of the workspace has found in a file, unless that is told as an open document."""
        (self.told.add if problems else self.told.discard)(uri)
        if uri not in self._open:
            self._publish(uri, problems)

    def tell_from_disk(self, uri: str) -> None:
        """Say anew what is wrong with a file; nothing, where it is gone."""
        found = self.from_disk(uri)
        self.tell_file(uri, list(diagnostics(found).diagnostics) if found is not None else [])

    def _publish(self, uri: str, problems: list[types.Diagnostic]) -> None:
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, problems))

    def _made(self, uri: str, version: int | None, text: str) -> OpenDocument:
        encoding = self._server.workspace.position_encoding or types.PositionEncodingKind.Utf16
        settings, names = self._server.check_settings.of, self._server.names
        return OpenDocument(uri, version, text, encoding, self.at, settings, names)

    def _tell_neighbours(self, changed: OpenDocument) -> None:
        """Say anew what is wrong with the documents that have looked at this one."""
        for opened in self._open.values():
            if opened is not changed and changed.path in opened.looked_at:
                self._renew(opened)

    def _renew(self, opened: OpenDocument) -> None:
        opened.renew()
        self._tell_soon(opened.uri)
        self._refresh_soon()

    def _tell_soon(self, uri: str) -> None:
        """Tell once for changes that came together, and after a question that came right behind them."""
        if not self._server.client.pulls:
            self._cancel(uri)
            self._due[uri] = asyncio.get_running_loop().call_later(_BREATH, self._tell, uri)

    def _cancel(self, uri: str) -> None:
        due = self._due.pop(uri, None)
        if due is not None:
            due.cancel()

    def _tell(self, uri: str) -> None:
        self._due.pop(uri, None)
        opened = self._open.get(uri)
        if opened is not None:
            self.look_at_settings()
            self._server.text_document_publish_diagnostics(diagnostics(opened))
            if opened.shows_outline:
                asyncio.get_running_loop().call_soon(_foresee, opened)
        self._warm_soon()

    def _warm_soon(self) -> None:
        if not self._is_warm:
            self._is_warm = True
            asyncio.get_running_loop().call_soon(_warm)

    def _refresh_soon(self) -> None:
        """Let the editor ask again for what it asks for by itself."""
        if self._refresh_due is None:
            self._refresh_due = asyncio.get_running_loop().call_soon(self._refresh)

    def _refresh(self) -> None:
        self._refresh_due = None
        client = self._server.client
        if client.pulls and client.refreshes_diagnostics:
            self._server.workspace_diagnostic_refresh(None)
        if client.refreshes_hints:
            self._server.workspace_inlay_hint_refresh(None)


def _foresee(opened: OpenDocument) -> None:
    """Make the outline ready: an editor that shows it asks as soon as it has the problems."""
    from joblens.lsp import answers

    answers.outline(opened)


def _warm() -> None:
    """The user sees what is wrong with the first document: time to make the answers to questions ready."""
    from joblens.lsp import answers as answers

    gc.freeze()
