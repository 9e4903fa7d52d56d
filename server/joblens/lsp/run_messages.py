"""A run in the words of any editor: its lines are logged, its course is progress, its end a message."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lsprotocol import types

from joblens.lsp import progress, runs
from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from joblens.engine.events import Event
    from joblens.engine.run import Run
    from joblens.lsp.server import JoblensServer


async def run(
    server: JoblensServer, uri: str, token: progress.Token | None, trial: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Start a file's job and follow it; answers once it has started."""
    shown = await progress.started(server, token, f"Running {_name(uri)}")
    started = None
    try:
        started = await runs.start(
            server, uri, lambda run, event: _tell(server, shown, run, event), trial=trial
        )
    finally:
        if started is None:
            shown.end("Not started.")
    loop = asyncio.get_running_loop()
    shown.on_cancel(lambda: loop.create_task(runs.cancel(server, started.name)))
    return {"name": started.name, "folder": str(started.folder)}


def _name(uri: str) -> str:
    path = path_of(uri)
    return path.name if path is not None else uri


def _tell(server: JoblensServer, shown: progress.Progress, run: Run, event: Event) -> None:
    from joblens.engine.records import FINAL

    if event.text and event.kind in ("line", "note"):
        server.window_log_message(types.LogMessageParams(types.MessageType.Log, event.text))
        shown.report(event.text)
    elif event.status in FINAL:
        shown.end(str(event.status))
        server.window_show_message(_end(run, event))
    elif event.status:
        shown.report(event.status)


def _end(run: Run, event: Event) -> types.ShowMessageParams:
    """What a run's end means to the user."""
    kind = types.MessageType.Info if event.status == "Completed" else types.MessageType.Warning
    said = [f"Run {run.name}: {event.status}.", event.text, f"Its files are in {run.folder}."]
    return types.ShowMessageParams(kind, " ".join(filter(None, said)))
