"""The names that the opened folders know, read beside everything else: nothing the user waits for."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lsprotocol import types

from joblens.job.known_names import AllNames, NoNames
from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from joblens.azure.workspace_names import WorkspaceNames
    from joblens.features.folder_names import FolderNames
    from joblens.job.known_names import Asset, KnownName, KnownNames
    from joblens.lsp.server import JoblensServer

_FIRST_PAUSE = 0.5
"""Seconds until the folders are read: the first document goes first."""
_AGAIN = 2.0
"""Seconds that what is missed counts as missing, whoever saves again and again."""
_PATIENCE = 1.0
"""Seconds that one answer waits for the workspace; the rest of the editor goes on meanwhile."""


class Names(NoNames):
    """The names of the server's folders, kept up to date by a thread of its own, and of the workspace."""

    def __init__(self) -> None:
        self.known: FolderNames | None = None
        self.cloud: WorkspaceNames | None = None
        """What the workspace has that the user has chosen."""
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """What is known by now."""
        return self._all.names(asset)

    def name(self, asset: Asset, name: str, registry: str = "") -> KnownName | None:
        """What is known of one name by now."""
        return self._all.name(asset, name, registry)

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:
        """Whether the workspace has said that it has no such thing."""
        return self.cloud is not None and self.cloud.lacks(asset, name, version)

    @property
    def _all(self) -> KnownNames:
        # What the workspace says of a name comes before what files say.
        both = [one for one in (self.cloud, self.known) if one is not None]
        return both[0] if len(both) == 1 else AllNames(*both)

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


class Asking(NoNames):
    """Asks on the user's behalf: what the workspace has not told yet is fetched, and may be waited for."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.waiting: list[Future[None]] = []
        """What will be known soon."""
        self.incomplete = False
        """Whether something is not known yet."""

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """What is known by now."""
        self._want(asset)
        return self._names.names(asset)

    def name(self, asset: Asset, name: str, registry: str = "") -> KnownName | None:
        """What is known of one name by now."""
        self._want(asset)
        known = self._names.name(asset, name, registry)
        if known is not None and known.in_cloud:
            self._want(asset, name, registry)
        return known

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:
        """Whether the workspace has said that it has no such thing."""
        return self._names.lacks(asset, name, version)

    async def wait(self) -> None:
        """Until something of it is known, or it takes too long: the editor asks again."""
        await asyncio.wait([asyncio.wrap_future(one) for one in self.waiting], timeout=_PATIENCE)

    def _want(self, asset: Asset, name: str = "", registry: str = "") -> None:
        cloud = self._names.cloud
        if cloud is None:
            return
        waiting = cloud.wanted(asset, name, registry)
        if waiting is not None:
            self.waiting.append(waiting)
        self.incomplete |= cloud.is_awaited(asset, name, registry)


def register(server: JoblensServer) -> None:
    """Put the handlers in place that tell of folders and files."""

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _saved(params: types.DidSaveTextDocumentParams) -> None:
        server.names.changed([params.text_document.uri])
        _look_again(server, params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def _folders(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.names.open(_folder_uris(server))


def _look_again(server: JoblensServer, uri: str) -> None:
    """What a saved file misses in the workspace may have been made there just now."""
    cloud, opened = server.names.cloud, server.documents.get(uri)
    if cloud is not None and opened is not None:
        from joblens.checks import unknown_asset

        if any(one.code == unknown_asset.CODE for one in opened.problems):
            cloud.renew(_AGAIN)


def start(server: JoblensServer) -> None:
    """Read the folders that the editor has open; watch.py tells of changes in them."""
    server.names.open(_folder_uris(server))


def _folder_uris(server: JoblensServer) -> list[str]:
    folders = list(server.workspace.folders)
    root = server.workspace.root_uri
    return folders or ([root] if root else [])
