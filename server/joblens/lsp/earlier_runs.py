"""The runs of the opened folders that another window, a terminal or another day began: seen, and followed.

Looking changes nothing: a run whose supervisor is gone is brought to its end when somebody asks for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.lsp import protocol, runs
from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from joblens.engine.records import Record
    from joblens.lsp.server import JoblensServer


def register(server: JoblensServer) -> None:
    """Put the handlers in place."""

    @server.feature(protocol.EARLIER_RUNS)
    async def _earlier(params: Any) -> dict[str, object]:
        found = await asyncio.to_thread(_seen, _roots(server), int(getattr(params, "most", 0)))
        for folder, _ in found:
            server.runs.setdefault(folder.name, folder)
        return {"runs": [_told(folder, record) for folder, record in found]}

    @server.feature(protocol.FOLLOW_RUN)
    async def _follow(params: Any) -> dict[str, object]:
        from joblens.engine.run import Run

        folder = await runs.answered(runs.folder, server, str(getattr(params, "name", "")))
        runs.watch(server, Run(folder.name, folder), runs.teller(server), live=True)
        return {}

    @server.feature(protocol.RUN_PAGE)
    async def _page(params: Any) -> dict[str, str]:
        return {"url": await runs.answered(_url, server, str(getattr(params, "name", "")))}


def _roots(server: JoblensServer) -> list[Path]:
    opened = [path_of(folder.uri) for folder in server.workspace.folders.values()]
    root = server.workspace.root_path
    return [folder for folder in opened if folder is not None] or ([Path(root)] if root else [])


def _seen(roots: Sequence[Path], most: int) -> list[tuple[Path, Record]]:
    """The newest runs of all folders, the newest first; two folders may be of one project."""
    from joblens.engine import listing

    found = {folder: record for root in roots for folder, record in listing.glance(root, most)}
    return sorted(found.items(), key=lambda one: one[1].created, reverse=True)[:most]


def _url(server: JoblensServer, name: str) -> str:
    from joblens.engine import records
    from joblens.engine.tracking.pages import page

    return page(records.show(runs.folder(server, name)))


def _told(folder: Path, record: Record) -> dict[str, object]:
    from joblens.engine import records, recovery
    from joblens.engine.folders import RunFolder

    live = not record.final and recovery.supervised(RunFolder(folder), record)
    return {
        **runs.told(folder, record),
        "status": record.status if live or record.final else records.NOT_RESPONDING,
        "live": live,
        "trackingUrl": record.tracking_url,
    }
