"""Every file of the workspace folders, checked: open ones as the editor has them, the others by a process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError

from joblens.lsp.diagnostics import diagnostics
from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from joblens.lsp.progress import Progress
    from joblens.lsp.server import JoblensServer

_LONGEST_LINE = 1 << 28
"""Bytes that the problems of one file may take."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file and what is wrong with it."""

    uri: str
    version: int | None
    problems: list[types.Diagnostic]


async def checked_files(server: JoblensServer, progress: Progress) -> AsyncIterator[CheckedFile]:
    """Every file with its problems, as it is checked; stops when the task is cancelled."""
    folders = _folders(server)
    opened = [one for one in server.documents if one.path is not None and _lies_in(one.path, folders)]
    for one in opened:
        yield CheckedFile(one.uri, one.version, list(diagnostics(one).diagnostics))
    encoding = server.workspace.position_encoding or types.PositionEncodingKind.Utf16
    asked = {
        "folders": [str(folder) for folder in folders],
        "encoding": getattr(encoding, "value", encoding),
        "severity": dict(server.check_settings.severity),
        "without": [str(one.path) for one in opened],
    }
    async with server.checking:
        async for done, total, checked in _from_process(server, asked):
            progress.report(f"{done}/{total}", done * 100 // total)
            yield checked


def _folders(server: JoblensServer) -> list[Path]:
    uris = [*server.workspace.folders] or [server.workspace.root_uri or ""]
    return [path for uri in uris if (path := path_of(uri)) is not None]


def _lies_in(path: Path, folders: list[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


async def _from_process(
    server: JoblensServer, asked: dict[str, object]
) -> AsyncIterator[tuple[int, int, CheckedFile]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "joblens.lsp.files_check"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        total, done = int(await process.stdout.readline() or 0), 0
        while line := await process.stdout.readline():
            done += 1
            yield done, total, _checked(server, json.loads(line))
        if await process.wait() != 0:
            raise JsonRpcInternalError("The check of the workspace ended before all files were checked.")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _checked(server: JoblensServer, said: dict[str, Any]) -> CheckedFile:
    structure = server.protocol.structure_diagnostic
    return CheckedFile(Path(said["path"]).as_uri(), None, [structure(one) for one in said["problems"]])
