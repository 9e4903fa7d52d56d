"""The names that the opened folders know, read beside everything else: nothing the user waits for."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lsprotocol import types

from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from joblens.features.folder_names import FolderNames
    from joblens.job.known_names import Asset, KnownName
    from joblens.lsp.server import JoblensServer

_FIRST_PAUSE = 0.5
"""Seconds until the folders are read: the first document goes first."""


class Names:
    """The names of the server's folders, kept up to date by a thread of its own."""

    def __init__(self) -> None:
        self.known: FolderNames | None = None
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """What is known by now."""
        return self.known.names(asset) if self.known is not None else ()

    def open(self, uris: list[str]) -> None:
        """Read these folders, and no others any more."""
        from joblens.features.folder_names import FolderNames

        folders = [path for uri in uris if (path := path_of(uri)) is not None]
        self.known = known = FolderNames(folders)
        if folders:
            self._soon(known.read)

    def changed(self, uris: list[str]) -> None:
        """Look again at files that were saved, made or deleted."""
        known = self.known
        for path in filter(None, map(path_of, uris)):
            if known is not None and known.holds(path):
                self._soon(lambda known=known, path=path: known.read_file(path))  # type: ignore[misc]

    def _soon(self, work: Callable[[], None]) -> None:
        self._work.put(work)
        if self._thread is None:
            # It holds nothing that must be put in order when the server ends.
            self._thread = threading.Thread(target=self._run, name="names", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        time.sleep(_FIRST_PAUSE)
        while True:
            self._work.get()()


def register(server: JoblensServer) -> None:
    """Put the handlers in place that tell of folders and files."""

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _saved(params: types.DidSaveTextDocumentParams) -> None:
        server.names.changed([params.text_document.uri])

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def _folders(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.names.open(_folder_uris(server))


def start(server: JoblensServer) -> None:
    """Read the folders that the editor has open; watch.py tells of changes in them."""
    server.names.open(_folder_uris(server))


def _folder_uris(server: JoblensServer) -> list[str]:
    folders = list(server.workspace.folders)
    root = server.workspace.root_uri
    return folders or ([root] if root else [])
