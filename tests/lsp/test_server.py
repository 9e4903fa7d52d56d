"""The server over stdio: it starts, answers, counts in UTF-16, and survives whatever is typed."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from joblens.features.tokens import KINDS
from joblens.lsp import language
from tests.lsp.conftest import Editor, editing

Story = Callable[[Callable[[Editor], Awaitable[None]]], None]

URI = "file:///project/job.yml"
JOB = "command: python train.py\nenvironment: azureml:e:1\ncompute: azureml:cpu-cluster\n"


def at(line: int, character: int) -> dict[str, object]:
    return {"text_document": types.TextDocumentIdentifier(URI), "position": types.Position(line, character)}


def test_a_mistake_is_published_and_goes_when_it_is_mended(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, JOB + "cod: src\n")
        (found,) = await editor.diagnostics(1)
        assert (found.code, found.range.start, found.range.end) == (
            "JL101",
            types.Position(3, 0),
            types.Position(3, 3),
        )
        editor.change(URI, 2, 3, 3, 3, "e")
        assert await editor.diagnostics(2) == []

    with_editor(story)


def test_positions_count_utf16_units_and_lines_end_only_where_lsp_says(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, JOB + "description: 'a 🚀\u2028b'\ntags: {'🚀': a, b: 1}\n")
        (found,) = await editor.diagnostics(1)
        assert found.range == types.Range(types.Position(4, 19), types.Position(4, 20))
        editor.change(URI, 2, 4, 19, 20, "'1'")
        assert await editor.diagnostics(2) == []

    with_editor(story)


@pytest.mark.parametrize(
    ("encoding", "character"),
    [
        (types.PositionEncodingKind.Utf8, 21),
        (types.PositionEncodingKind.Utf16, 19),
        (types.PositionEncodingKind.Utf32, 18),
    ],
)
def test_positions_count_what_the_editor_asked_for(
    encoding: types.PositionEncodingKind, character: int
) -> None:
    async def story() -> None:
        async with editing(encoding) as editor:
            assert editor.encoding == encoding
            editor.open(URI, JOB + "tags: {'🚀': a, b: 1}\n")
            (found,) = await editor.diagnostics(1)
            assert found.range.start == types.Position(3, character)
            editor.change(URI, 2, 3, character, character + 1, "'1'")
            assert await editor.diagnostics(2) == []

    asyncio.run(story())


def test_a_broken_document_is_answered_and_the_next_one_too(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, JOB + "inputs: {a: [\n\t'\n${{")
        assert await editor.diagnostics(1)
        await editor.client.text_document_hover_async(types.HoverParams(**at(4, 1)))
        await editor.client.text_document_completion_async(types.CompletionParams(**at(5, 3)))
        editor.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(2, URI),
                [types.TextDocumentContentChangeWholeDocument(JOB)],
            )
        )
        assert await editor.diagnostics(2) == []

    with_editor(story)


def test_hover_completion_lenses_outline_and_fix_answer(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, JOB + "cod: src\n\n")
        diagnostics = await editor.diagnostics(1)
        client, document = editor.client, types.TextDocumentIdentifier(URI)
        hover = await client.text_document_hover_async(types.HoverParams(**at(2, 2)))
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert "compute" in hover.contents.value
        offered = await client.text_document_completion_async(types.CompletionParams(**at(4, 0)))
        assert isinstance(offered, types.CompletionList)
        assert "inputs" in [item.label for item in offered.items]
        lenses = await client.text_document_code_lens_async(types.CodeLensParams(document))
        commands = [lens.command.command for lens in lenses or [] if lens.command is not None]
        assert commands == ["joblens.runLocally", "joblens.dryRun", "joblens.submit"]
        outline = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
        assert [one.name for one in outline or []] == ["command", "environment", "compute", "cod"]
        context = types.CodeActionContext(diagnostics)
        params = types.CodeActionParams(document, diagnostics[0].range, context)
        (action,) = await client.text_document_code_action_async(params) or []
        assert isinstance(action, types.CodeAction)
        assert action.title == "Change to 'code'"

    with_editor(story)


def test_a_preview_file_is_migrated(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        job = "command: '🚀'\nenvironment: azureml:e:1\ncompute: {target: local}  # 🚀\n"
        editor.open(URI, job + "code:\n  local_path: src\n")
        assert await editor.diagnostics(1) == []
        here = types.Range(types.Position(0, 0), types.Position(0, 0))
        params = types.CodeActionParams(types.TextDocumentIdentifier(URI), here, types.CodeActionContext([]))
        (action,) = await editor.client.text_document_code_action_async(params) or []
        assert isinstance(action, types.CodeAction)
        assert action.title == "Migrate to today's format"
        assert action.edit is not None
        edits = (action.edit.changes or {})[URI]
        assert [(edit.range.start.line, edit.range.end.line) for edit in edits] == [(0, 0), (2, 5)]
        assert edits[1].new_text == "# 🚀\ncompute: local\ncode: src\n"
        params.context.only = [types.CodeActionKind.QuickFix]
        assert not await editor.client.text_document_code_action_async(params)

    with_editor(story)


def test_what_a_migration_guessed_is_told(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        told: asyncio.Queue[str] = asyncio.Queue()
        editor.client.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: told.put_nowait(params.message))
        call = types.ExecuteCommandParams("joblens.tellGuesses", [["One guess.", "Another."]])
        await editor.client.workspace_execute_command_async(call)
        message = "Migrated. See whether this is right: One guess. Another."
        assert await asyncio.wait_for(told.get(), 30) == message

    with_editor(story)


def test_a_name_is_defined_referred_to_marked_and_renamed(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, JOB.replace("train.py", "🚀 ${{inputs.x}}") + "inputs: {x: 1, y: ''}\n")
        client, here = editor.client, at(0, 29)
        used = types.Range(types.Position(0, 29), types.Position(0, 30))
        declared = types.Range(types.Position(3, 9), types.Position(3, 10))
        (definition,) = await client.text_document_definition_async(types.DefinitionParams(**here)) or []
        assert definition == types.Location(URI, declared)
        context = types.ReferenceContext(include_declaration=True)
        found = await client.text_document_references_async(types.ReferenceParams(context=context, **here))
        assert [one.range for one in found or []] == [used, declared]
        marks = await client.text_document_document_highlight_async(types.DocumentHighlightParams(**here))
        kinds = types.DocumentHighlightKind
        assert [one.kind for one in marks or []] == [kinds.Read, kinds.Write]
        name = await client.text_document_prepare_rename_async(types.PrepareRenameParams(**here))
        assert name == types.PrepareRenamePlaceholder(used, "x")
        edit = await client.text_document_rename_async(types.RenameParams(new_name="rows", **here))
        assert edit is not None
        assert edit.changes == {URI: (types.TextEdit(used, "rows"), types.TextEdit(declared, "rows"))}
        with pytest.raises(JsonRpcException, match=r"another input 'y'\. Choose another name\."):
            await client.text_document_rename_async(types.RenameParams(new_name="y", **here))

    with_editor(story)


def test_folds_selections_links_hints_and_colours_answer(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        text = JOB.replace("train.py", "🚀${{inputs.x}} ${{inputs.x}}")
        text += "type: sweep\nsampling_algorithm: grid\nsearch_space:\n  a: {type: choice, values: [1, 2]}\n"
        text = "trial: {code: src}\n" + text + "inputs: {x: 1}\n"
        editor.open(URI, text)
        client, document = editor.client, types.TextDocumentIdentifier(URI)
        folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document))
        assert [(one.start_line, one.end_line) for one in folds or []] == [(6, 7)]
        params = types.SelectionRangeParams(document, [types.Position(1, 29)])
        (grown,) = await client.text_document_selection_range_async(params) or []
        assert grown.range == types.Range(types.Position(1, 28), types.Position(1, 29))
        assert grown.parent is not None
        (link,) = await client.text_document_document_link_async(types.DocumentLinkParams(document)) or []
        assert link.target == "file:///project/src"
        whole = types.Range(types.Position(0, 0), types.Position(20, 0))
        hints = await client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
        assert [one.label for one in hints or []] == ["2 combinations"]
        params = types.SemanticTokensParams(document)
        colours = await client.text_document_semantic_tokens_full_async(params)
        assert colours is not None
        # Braces, `inputs`, `x`, braces; then the same again, counted from there.
        assert [tuple(colours.data[at : at + 2]) for at in range(0, 40, 5)] == [
            *((1, 18), (0, 3), (0, 7), (0, 1)),
            *((0, 3), (0, 3), (0, 7), (0, 1)),
        ]

    with_editor(story)


def test_colours_are_told_by_the_names_that_the_server_announced() -> None:
    assert tuple(language._TOKENS) == KINDS


def test_a_closed_document_leaves_no_problems(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, JOB + "cod: src\n")
        assert await editor.diagnostics(1)
        editor.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(URI))
        )
        cleared = await editor.published.get()
        assert not cleared.diagnostics

    with_editor(story)


def test_nothing_heavy_is_imported_at_start() -> None:
    heavy = ("azure", "docker", "jsonschema", "mlflow", "optuna", "pandas")
    code = f"import joblens.lsp.server, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
