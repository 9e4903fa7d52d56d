"""The editor's runs: start, follow, cancel, submit, off the main loop; a run belongs to its supervisor."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from joblens.errors import UserError
from joblens.lsp import protocol
from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from joblens.engine.events import Event
    from joblens.engine.run import Run
    from joblens.lsp.server import JoblensServer

_USER_ERROR = -32001
"""JSON-RPC code of a failure the user can act on; `data.hint` says how."""


def register(server: JoblensServer) -> None:
    """Put the handlers of our own requests in place."""
    folders: dict[str, Path] = {}

    @server.feature(protocol.RUN)
    async def _run(params: Any) -> dict[str, str]:
        wanted = protocol.RunParams.of(params)
        file = _file_of(wanted.uri)
        if wanted.dry_run:
            return {"text": await _answered(_dry_run, file, wanted.backend)}
        run: Run = await _answered(_start, file, wanted.backend)
        folders[run.name] = run.folder
        loop = asyncio.get_running_loop()
        threading.Thread(target=_follow, args=(server, loop, run), daemon=True).start()
        return {"name": run.name, "folder": str(run.folder)}

    @server.feature(protocol.CANCEL)
    async def _cancel(params: Any) -> dict[str, str]:
        name = str(getattr(params, "name", ""))
        await _answered(_cancel_run, name, folders.get(name), server.workspace.root_path)
        return {}

    @server.feature(protocol.SUBMIT)
    async def _submit(params: Any) -> dict[str, str]:
        answer: dict[str, str] = await _answered(_submit_job, _file_of(str(getattr(params, "uri", ""))))
        return answer


def _file_of(uri: str) -> Path:
    path = path_of(uri)
    if path is None:
        raise _refusal(UserError("This document is not a file yet.", hint="Save it, then try again."))
    return path


async def _answered(work: Any, *args: Any) -> Any:
    """What `work` returns, worked out in a thread; what the user can mend becomes the request's error."""
    try:
        return await asyncio.to_thread(work, *args)
    except UserError as error:
        raise _refusal(error) from error


def _refusal(error: UserError) -> JsonRpcException:
    return JsonRpcException(str(error), _USER_ERROR, {"hint": error.hint})


def _dry_run(file: Path, backend: str | None) -> str:
    from joblens.engine.run import RunOptions, dry_run

    return dry_run(file, RunOptions(backend=backend or "auto"))


def _start(file: Path, backend: str | None) -> Run:
    from joblens.engine.run import RunOptions, create

    return create(file, options=RunOptions(backend=backend or "auto"))


def _follow(server: JoblensServer, loop: asyncio.AbstractEventLoop, run: Run) -> None:
    from joblens.engine.follow import follow

    for event in follow(run.folder):
        loop.call_soon_threadsafe(server.protocol.notify, protocol.RUN_EVENT, message(run.name, event))


def message(name: str, event: Event) -> dict[str, Any]:
    """An event as `joblens/runEvent` carries it."""
    content = {
        "name": name,
        "kind": event.kind,
        "text": event.text or None,
        "status": event.status,
        "exitCode": event.exit_code,
        "trackingUrl": event.tracking_url,
    }
    return {key: value for key, value in content.items() if value is not None}


def _cancel_run(name: str, folder: Path | None, root: str | None) -> None:
    """End a run: one of this server's, or one that the server before it started in the same folder."""
    from joblens.engine.records import folder_of
    from joblens.engine.run import cancel

    cancel(folder or folder_of(name, Path(root or ".")))


def _submit_job(file: Path) -> dict[str, str]:
    from joblens.azure.submit import submit
    from joblens.azure.workspace import find_workspace

    submitted = submit(file, find_workspace(file.parent))
    return {"name": submitted.name, "status": submitted.status, "studioUrl": submitted.studio_url or ""}
