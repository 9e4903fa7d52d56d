"""Something with the cluster that takes long: the editor shows how far it is, the user can end it there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joblens.lsp import progress

if TYPE_CHECKING:
    from joblens.azure.progress import Progress, Tell
    from joblens.lsp.server import JoblensServer

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Transfer:
    """What whoever sends or fetches has to do with the editor; from any thread."""

    tell: Tell
    """Says how far it is."""
    canceled: threading.Event
    """Is set when the user has ended it."""


@asynccontextmanager
async def shown(server: JoblensServer, token: progress.Token | None, title: str) -> AsyncIterator[Transfer]:
    """Show it around the work, which is not torn away: it sees that it is unwanted, and tidies up."""
    loop = asyncio.get_running_loop()
    canceled = threading.Event()
    bar = await progress.started(server, token, title)
    bar.on_cancel(canceled.set)

    def tell(now: Progress) -> None:
        percent = round(100 * now.done / now.total) if now.total else None
        loop.call_soon_threadsafe(bar.report, words(now), percent)

    outcome = "Stopped."
    try:
        yield Transfer(tell, canceled)
        outcome = "Done."
    finally:
        canceled.set()  # The request may have been withdrawn: nobody waits for it any more.
        bar.end(outcome)


def words(now: Progress) -> str:
    """How far it is: `Uploading: 1.5 of 12.0 MB`."""
    if not now.total:
        return now.text
    power = 0
    while now.total >= 1000 ** (power + 1) and power + 1 < len(_UNITS):
        power += 1
    done, total = (f"{size / 1000**power:.{1 if power else 0}f}" for size in (now.done, now.total))
    return f"{now.text}: {done} of {total} {_UNITS[power]}"
