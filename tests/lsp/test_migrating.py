"""Migration over LSP: as the fix of what names a file's format, and as a command that any editor may run."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.conftest import Editor

Story = Callable[[Callable[[Editor], Awaitable[None]]], None]

URI = "file:///project/job.yml"
SECOND = "command: run\nenvironment: azureml:e:1\ncompute: azureml:c  # 🚀\ncode: # s\n  local_path: src\n"
SECOND_TODAY = "command: run\nenvironment: azureml:e:1\ncompute: azureml:c  # 🚀\n# s\ncode: src\n"
FIRST = "command: run\nenvironment: azureml:e:1\ncompute: {target: local}\ninputs: {d: {data: azureml:d:1}}\n"
GUESS = "inputs.d: 'azureml:d:1' is taken for a folder; change the type if it is not."


def at(line: int) -> types.Range:
    return types.Range(types.Position(line, 3), types.Position(line, 3))


async def actions(editor: Editor, place: types.Range, *only: str) -> list[types.CodeAction]:
    context = types.CodeActionContext([], list(only) or None)
    params = types.CodeActionParams(types.TextDocumentIdentifier(URI), place, context)
    found = await editor.client.text_document_code_action_async(params) or []
    return [one for one in found if isinstance(one, types.CodeAction)]


class Screen:
    """What the editor is told to show and to change."""

    def __init__(self, editor: Editor, *, takes: bool = True) -> None:
        self.editor = editor
        self.messages: asyncio.Queue[str] = asyncio.Queue()
        self.edits: list[types.WorkspaceEdit] = []

        @editor.client.feature(types.WINDOW_SHOW_MESSAGE)
        def _show(params: types.ShowMessageParams) -> None:
            self.messages.put_nowait(params.message)

        @editor.client.feature(types.WORKSPACE_APPLY_EDIT)
        def _apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.edits.append(params.edit)
            return types.ApplyWorkspaceEditResult(takes, None if takes else "it is read-only")

    async def migrate(self, uri: str) -> tuple[Any, str]:
        """The command's answer, and what was shown then."""
        call = types.ExecuteCommandParams("joblens.migrate", [uri])
        answer = await self.editor.client.workspace_execute_command_async(call)
        return answer, await asyncio.wait_for(self.messages.get(), 30)


def applied(text: str, edit: types.WorkspaceEdit, uri: str) -> str:
    """The text after whole lines of it changed."""
    lines = text.splitlines(keepends=True)
    for one in sorted((edit.changes or {})[uri], key=lambda one: one.range.start.line, reverse=True):
        assert one.range.start.character == 0
        lines[one.range.start.line : one.range.end.line] = [one.new_text]
    return "".join(lines)


def test_the_fix_of_an_older_format_is_its_migration(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, SECOND)
        (problem,) = await editor.diagnostics(1)
        assert (problem.code, problem.severity) == ("JL601", types.DiagnosticSeverity.Warning)
        fix, refactoring = await actions(editor, problem.range)
        assert (fix.kind, fix.title) == (types.CodeActionKind.QuickFix, "Migrate to today's format")
        assert list(fix.diagnostics or []) == [problem]
        assert fix.edit is not None
        assert applied(SECOND, fix.edit, URI) == SECOND_TODAY
        assert refactoring.kind == types.CodeActionKind.RefactorRewrite
        assert [one.kind for one in await actions(editor, problem.range, "quickfix")] == [fix.kind]
        assert [one.kind for one in await actions(editor, problem.range, "refactor")] == [refactoring.kind]
        assert [one.kind for one in await actions(editor, at(0))] == [refactoring.kind]

    with_editor(story)


def test_a_valid_file_of_the_preview_has_no_problem_to_fix(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, FIRST.partition("inputs")[0])
        assert await editor.diagnostics(1) == []
        (offer,) = await actions(editor, at(2))
        assert (offer.kind, offer.diagnostics) == (types.CodeActionKind.RefactorRewrite, None)

    with_editor(story)


def test_the_command_has_the_editor_change_the_open_file(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        screen = Screen(editor)
        editor.open(URI, SECOND)
        assert await screen.migrate(URI) == (True, "Migrated. Nothing had to be guessed.")
        assert applied(SECOND, screen.edits[0], URI) == SECOND_TODAY

    with_editor(story)


def test_the_command_reads_a_file_that_is_not_open_and_tells_its_guesses(
    with_editor: Story, tmp_path: Path
) -> None:
    file = tmp_path / "job.yml"
    file.write_text(FIRST, encoding="utf-8")

    async def story(editor: Editor) -> None:
        screen = Screen(editor)
        answer, told = await screen.migrate(file.as_uri())
        assert answer is True
        assert told == f"Migrated. See whether this is right: {GUESS}"
        assert "path: azureml:d:1" in applied(FIRST, screen.edits[0], file.as_uri())
        assert file.read_text(encoding="utf-8") == FIRST

    with_editor(story)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SECOND_TODAY, "Nothing to migrate: the file is in today's format."),
        ("services: {}\n", "Nothing to migrate: this is no file of Azure ML."),
        (FIRST + "tags: [\n", "Nothing was migrated: the file is not valid YAML, line 5: "),
        (
            "$schema: https://x/managedOnlineEndpoint.schema.json\nname: e\ndeployments: [{name: blue}]\n",
            "Nothing was migrated: what this managedOnlineEndpoint says takes more than one file today.",
        ),
    ],
)
def test_the_command_says_why_nothing_is_changed(with_editor: Story, text: str, said: str) -> None:
    async def story(editor: Editor) -> None:
        screen = Screen(editor)
        editor.open(URI, text)
        answer, told = await screen.migrate(URI)
        assert (answer, screen.edits) == (False, [])
        assert told.startswith(said)

    with_editor(story)


def test_a_file_that_is_not_there_and_an_editor_that_refuses_are_told(with_editor: Story) -> None:
    async def story(editor: Editor) -> None:
        screen = Screen(editor, takes=False)
        gone = await screen.migrate("file:///project/gone.yml")
        assert gone == (False, "Nothing was migrated: the file cannot be read.")
        editor.open(URI, SECOND)
        refused = await screen.migrate(URI)
        assert refused[1] == "Nothing was migrated: the editor did not take the change (it is read-only)."
        assert refused[0] is False

    with_editor(story)
