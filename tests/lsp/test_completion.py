"""Completion over stdio: what an editor can do decides what it gets; names come from its folders."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from joblens.lsp.protocol import OWN_EXTENSION

Story: TypeAlias = Callable[[LanguageClient], Awaitable[None]]
JOB = "command: a\nenvironment: azureml:e:1\ncompute: azureml:c\n"
SWEEP = "type: sweep\nsearch_space: {}\n"


def told(
    story: Story,
    *,
    folder: Path | None = None,
    snippets: bool = False,
    options: Any = None,
    watches: bool = False,
) -> None:
    """A story with an editor that can do so much and has this folder open."""
    item = types.ClientCompletionItemOptions(snippet_support=snippets)
    completion = types.CompletionClientCapabilities(completion_item=item)
    files = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watches)
    capabilities = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(completion=completion),
        workspace=types.WorkspaceClientCapabilities(workspace_folders=True, did_change_watched_files=files),
    )
    folders = [types.WorkspaceFolder(folder.as_uri(), folder.name)] if folder is not None else None
    wanted = types.InitializeParams(
        capabilities=capabilities, workspace_folders=folders, initialization_options=options
    )

    async def run() -> None:
        client = LanguageClient("test", "1")
        registered: asyncio.Queue[str] = asyncio.Queue()

        @client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def _register(params: types.RegistrationParams) -> None:
            registered.put_nowait(params.registrations[0].method)

        await client.start_io(sys.executable, "-m", "joblens", "lsp")
        await client.initialize_async(wanted)
        client.initialized(types.InitializedParams())
        try:
            if watches:
                method = await asyncio.wait_for(registered.get(), 30)
                assert method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            await story(client)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    asyncio.run(run())


async def items(client: LanguageClient, uri: str, text: str) -> dict[str, types.CompletionItem]:
    """What is offered at the end of a text."""
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, text))
    )
    lines = text.split("\n")
    place = types.Position(len(lines) - 1, len(lines[-1]))
    params = types.CompletionParams(types.TextDocumentIdentifier(uri), place)
    found = await client.text_document_completion_async(params)
    assert isinstance(found, types.CompletionList)
    return {one.label: one for one in found.items}


async def compute_names(client: LanguageClient, uri: str, wanted: set[str]) -> None:
    """Wait until the names of computes are these."""

    async def come() -> None:
        while {"local"} | wanted != set(await items(client, uri, JOB + "compute: ")):
            await asyncio.sleep(0.05)

    await asyncio.wait_for(come(), 30)


def test_an_editor_without_snippets_gets_plain_text() -> None:
    async def story(client: LanguageClient) -> None:
        one = (await items(client, "untitled:a", SWEEP))["objective"]
        assert one.insert_text_format is None
        assert one.command is None
        assert isinstance(one.text_edit, types.TextEdit)
        assert one.text_edit.new_text == "objective:\n  goal:\n  primary_metric:"

    told(story)


def test_an_editor_with_snippets_gets_places_for_the_cursor() -> None:
    async def story(client: LanguageClient) -> None:
        found = await items(client, "untitled:a", SWEEP)
        assert found["objective"].insert_text_format == types.InsertTextFormat.Snippet
        assert isinstance(found["objective"].text_edit, types.TextEdit)
        assert "$0" in found["objective"].text_edit.new_text
        assert found["sampling_algorithm"].command is None

    told(story, snippets=True)


def test_only_our_extension_is_told_to_open_the_list_again() -> None:
    async def story(client: LanguageClient) -> None:
        command = (await items(client, "untitled:a", SWEEP))["sampling_algorithm"].command
        assert command is not None
        assert command.command == "editor.action.triggerSuggest"

    told(story, snippets=True, options={OWN_EXTENSION: True})


def test_our_extension_lists_the_addresses_of_schemas_by_what_they_are_for() -> None:
    async def story(client: LanguageClient) -> None:
        found = await items(client, "untitled:a", "$schema: ")
        assert list(found)[:3] == ["commandJob", "sweepJob", "pipelineJob"]
        one = found["sweepJob"]
        assert isinstance(one.text_edit, types.TextEdit)
        assert one.text_edit.new_text == one.filter_text == one.detail
        assert one.text_edit.new_text.endswith("/sweepJob.schema.json")

    told(story, options={OWN_EXTENSION: True})


def test_names_come_from_the_files_of_the_folder_and_follow_them(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("compute: azureml:first\n")

    async def story(client: LanguageClient) -> None:
        uri = (tmp_path / "job.yml").as_uri()
        await compute_names(client, uri, {"first"})
        (tmp_path / "a.yml").write_text("compute: azureml:other\n")
        saved = types.TextDocumentIdentifier((tmp_path / "a.yml").as_uri())
        client.text_document_did_save(types.DidSaveTextDocumentParams(saved))
        await compute_names(client, uri, {"other"})
        (tmp_path / "b.yml").write_text("compute: azureml:new\n")
        change = types.FileEvent((tmp_path / "b.yml").as_uri(), types.FileChangeType.Created)
        client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        await compute_names(client, uri, {"other", "new"})

    told(story, folder=tmp_path, watches=True)


def test_a_folder_with_many_files_is_asked_again_as_the_user_types(tmp_path: Path) -> None:
    for at in range(600):
        (tmp_path / f"f{at:03}").mkdir()

    async def story(client: LanguageClient) -> None:
        uri = (tmp_path / "job.yml").as_uri()
        text = JOB + "code: "
        found = await items(client, uri, text)
        assert len(found) == 500
        place = types.Position(3, len("code: "))
        params = types.CompletionParams(types.TextDocumentIdentifier(uri), place)
        answer = await client.text_document_completion_async(params)
        assert isinstance(answer, types.CompletionList)
        assert answer.is_incomplete
        narrowed = await items(client, uri, JOB + "code: f59")
        assert set(narrowed) == {f"f59{at}/" for at in range(10)}

    told(story, folder=tmp_path)
