"""Work-done progress: how far something long has come, with a way to end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer

_OFTEN = 0.1
"""Seconds between two reports: nobody reads faster."""

_WITHIN = 10.0
"""Seconds in which a busy editor says whether it shows a progress: without one there is nothing to cancel."""

Token = int | str


class Progress:
    """One thing that is under way, as the editor shows it; silent where it cannot."""

    def __init__(self, server: JoblensServer, token: Token | None) -> None:
        self._server = server
        self._token = token
        self._last = 0.0

    def begin(self, title: str) -> None:
        """Show that it has begun."""
        if self._token is not None:
            begun = types.WorkDoneProgressBegin(title, cancellable=True, percentage=0)
            self._server.work_done_progress.begin(self._token, begun)

    def report(self, message: str, percentage: int | None = None) -> None:
        """Show how far it has come."""
        if self._token is not None and monotonic() - self._last >= _OFTEN:
            self._last = monotonic()
            report = types.WorkDoneProgressReport(message=message, percentage=percentage)
            self._server.work_done_progress.report(self._token, report)

    def end(self, message: str) -> None:
        """Show that it is over."""
        if self._token is not None:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message=message))
            self._server.work_done_progress.tokens.pop(self._token, None)

    def on_cancel(self, act: Callable[[], object]) -> None:
        """Do something when the user ends it in the editor."""
        if self._token is not None:
            loop = asyncio.get_running_loop()
            future = self._server.work_done_progress.tokens[self._token]
            future.add_done_callback(lambda _: loop.call_soon_threadsafe(act))


async def started(server: JoblensServer, token: Token | None, title: str) -> Progress:
    """A progress that the editor shows: under its own token, or under one that it is asked to take."""
    if token is None and server.client.shows_progress:
        token = await _created(server)
    progress = Progress(server, token)
    progress.begin(title)
    return progress


@asynccontextmanager
async def shown(server: JoblensServer, token: Token | None, title: str) -> AsyncIterator[Progress]:
    """A progress around the work of the running task; ending it in the editor cancels the task."""
    progress = await started(server, token, title)
    task = asyncio.current_task()
    assert task is not None
    progress.on_cancel(task.cancel)
    outcome = "Stopped."
    try:
        yield progress
        outcome = "Done."
    finally:
        progress.end(outcome)


async def _created(server: JoblensServer) -> Token | None:
    token = str(uuid4())
    try:
        await asyncio.wait_for(server.work_done_progress.create_async(token), _WITHIN)
    except (JsonRpcException, TimeoutError, asyncio.TimeoutError):
        return None
    return token
