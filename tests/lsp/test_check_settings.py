"""The configuration beside a file counts in the editor, and the editor's setting more."""

import asyncio
from pathlib import Path
from typing import Any

from lsprotocol import types

from tests.lsp.conftest import Editor, editing

JOB = "command: echo $(inputs.n)\nenvironment: azureml:e:1\ninputs: {n: 1}\n"
SETTING = "joblens.check.severity"


async def severity(editor: Editor) -> types.DiagnosticSeverity | None:
    """How bad the only problem of what is published next is; None when there is none."""
    found = await editor.diagnostics(1)
    return found[0].severity if found else None


def put(folder: Path, severity: str) -> None:
    (folder / "joblens.toml").write_text(
        f"[check.severity]\nJL210 = '{severity}'\nJL7 = 'off'\n", encoding="utf-8"
    )


def changed(file: Path) -> types.DidChangeWatchedFilesParams:
    return types.DidChangeWatchedFilesParams([types.FileEvent(file.as_uri(), types.FileChangeType.Changed)])


def test_the_file_counts_and_counts_anew_when_it_has_changed(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(settings={}) as editor:
            assert set(await editor.registered.get()) == {
                types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            }
            put(tmp_path, "error")
            editor.open((tmp_path / "job.yml").as_uri(), JOB)
            assert await severity(editor) == types.DiagnosticSeverity.Error
            put(tmp_path, "off")
            editor.client.workspace_did_change_watched_files(changed(tmp_path / "joblens.toml"))
            while await severity(editor) is not None:  # what was on its way is published first
                pass

    asyncio.run(asyncio.wait_for(story(), 60))


def test_a_change_that_the_editor_does_not_tell_of_counts_at_the_next_edit(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing() as editor:
            uri = (tmp_path / "job.yml").as_uri()
            editor.open(uri, JOB)
            assert await severity(editor) == types.DiagnosticSeverity.Warning
            put(tmp_path, "error")
            editor.change(uri, 2, 2, 0, 0, "# x\n")
            (found,) = await editor.diagnostics(2)
            assert found.severity == types.DiagnosticSeverity.Error

    asyncio.run(asyncio.wait_for(story(), 60))


def test_the_editors_setting_wins_over_the_file(tmp_path: Path) -> None:
    async def story() -> None:
        settings: dict[str, Any] = {SETTING: {"JL2": "hint"}}
        async with editing(settings=settings) as editor:
            put(tmp_path, "error")
            editor.open((tmp_path / "job.yml").as_uri(), JOB)
            while await severity(editor) != types.DiagnosticSeverity.Hint:
                pass
            settings[SETTING] = None
            editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
            while await severity(editor) != types.DiagnosticSeverity.Error:
                pass

    asyncio.run(asyncio.wait_for(story(), 60))


def test_an_editor_that_cannot_be_asked_may_send_its_settings(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing() as editor:
            editor.open((tmp_path / "job.yml").as_uri(), JOB)
            settings = {"joblens": {"check": {"severity": {"JL210": "error"}}}}
            editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
            while await severity(editor) != types.DiagnosticSeverity.Error:
                pass

    asyncio.run(asyncio.wait_for(story(), 60))


def test_what_cannot_be_set_is_logged_and_sets_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing() as editor:
            logged: asyncio.Queue[str] = asyncio.Queue()
            editor.client.feature(types.WINDOW_LOG_MESSAGE)(lambda params: logged.put_nowait(params.message))
            put(tmp_path, "eror")
            editor.open((tmp_path / "job.yml").as_uri(), JOB)
            assert await severity(editor) == types.DiagnosticSeverity.Warning
            assert "'eror' is no severity for JL210. Did you mean 'error'?" in await logged.get()

    asyncio.run(asyncio.wait_for(story(), 60))


def test_nothing_is_said_of_an_excluded_file(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing() as editor:
            (tmp_path / "joblens.toml").write_text("[check]\nexclude = ['job.*']\n", encoding="utf-8")
            editor.open((tmp_path / "job.yml").as_uri(), JOB)
            assert await editor.diagnostics(1) == []

    asyncio.run(asyncio.wait_for(story(), 60))
