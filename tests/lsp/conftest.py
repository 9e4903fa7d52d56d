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

_ASKABLE = types.WorkspaceClientCapabilities(
    configuration=True,
    did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=True),
    did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
)


@dataclass
class Editor:
    """What an editor does with the server, in the words of a test."""

    client: LanguageClient
    encoding: types.PositionEncodingKind | str | None = None
    published: "asyncio.Queue[types.PublishDiagnosticsParams]" = field(default_factory=asyncio.Queue)
    events: "asyncio.Queue[Any]" = field(default_factory=asyncio.Queue)
    registered: "asyncio.Queue[list[str]]" = field(default_factory=asyncio.Queue)

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
            found = await asyncio.wait_for(self.published.get(), 120)
            if found.version == version:
                return list(found.diagnostics)


@asynccontextmanager
async def editing(
    *encodings: types.PositionEncodingKind, settings: dict[str, Any] | None = None
) -> AsyncIterator[Editor]:
    """An editor whose server is up; it counts in one of `encodings`, if it says so.

    With `settings` (each by its full name) it can be asked for them, and tells of changes on request.
    """
    client = LanguageClient("test", "1")
    editor = Editor(client)

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _published(params: types.PublishDiagnosticsParams) -> None:
        editor.published.put_nowait(params)

    @client.feature("joblens/runEvent")
    def _event(params: Any) -> None:
        editor.events.put_nowait(params)

    @client.feature(types.WORKSPACE_CONFIGURATION)
    def _configuration(params: types.ConfigurationParams) -> list[Any]:
        return [(settings or {}).get(item.section or "") for item in params.items]

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _register(params: types.RegistrationParams) -> None:
        editor.registered.put_nowait([one.method for one in params.registrations])

    await client.start_io(sys.executable, "-m", "joblens", "lsp")
    general = types.GeneralClientCapabilities(position_encodings=encodings) if encodings else None
    capabilities = types.ClientCapabilities(
        general=general, workspace=_ASKABLE if settings is not None else None
    )
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

        asyncio.run(asyncio.wait_for(told(), 300))  # a server that has died answers nothing

    return run
