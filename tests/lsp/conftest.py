"""A client of the real server, over stdio."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient


@dataclass
class Editor:
    """What an editor does with the server, in the words of a test."""

    client: LanguageClient
    encoding: types.PositionEncodingKind | str | None = None
    published: "asyncio.Queue[types.PublishDiagnosticsParams]" = field(default_factory=asyncio.Queue)
    events: "asyncio.Queue[Any]" = field(default_factory=asyncio.Queue)

    def open(self, uri: str, text: str) -> None:
        item = types.TextDocumentItem(uri, "yaml", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, uri: str, version: int, line: int, start: int, end: int, text: str) -> None:
        place = types.Range(types.Position(line, start), types.Position(line, end))
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri),
                [types.TextDocumentContentChangePartial(place, text)],
            )
        )

    async def diagnostics(self, version: int) -> list[types.Diagnostic]:
        """What is published for a version of the document."""
        while True:
            found = await asyncio.wait_for(self.published.get(), 30)
            if found.version == version:
                return list(found.diagnostics)


@asynccontextmanager
async def editing(*encodings: types.PositionEncodingKind) -> AsyncIterator[Editor]:
    """An editor whose server is up; it counts in one of `encodings`, if it says so."""
    client = LanguageClient("test", "1")
    editor = Editor(client)

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _published(params: types.PublishDiagnosticsParams) -> None:
        editor.published.put_nowait(params)

    @client.feature("joblens/runEvent")
    def _event(params: Any) -> None:
        editor.events.put_nowait(params)

    await client.start_io(sys.executable, "-m", "joblens", "lsp")
    general = types.GeneralClientCapabilities(position_encodings=encodings) if encodings else None
    capabilities = types.ClientCapabilities(general=general)
    answer = await client.initialize_async(types.InitializeParams(capabilities=capabilities))
    editor.encoding = answer.capabilities.position_encoding
    client.initialized(types.InitializedParams())
    try:
        yield editor
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()


@pytest.fixture
def with_editor() -> Callable[[Callable[[Editor], Awaitable[None]]], None]:
    """Runs a coroutine with an editor whose server is up."""

    def run(story: Callable[[Editor], Awaitable[None]]) -> None:
        async def told() -> None:
            async with editing() as editor:
                await story(editor)

        asyncio.run(told())

    return run
