"""The jobs of the workspace in use, for the editor: listed, followed, canceled, fetched, archived."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.lsp import protocol, runs, transfers

if TYPE_CHECKING:
    from joblens.azure.jobs.follow import LogEvent, Tell
    from joblens.azure.jobs.model import ClusterJob
    from joblens.azure.jobs.service import JobService
    from joblens.lsp.server import JoblensServer

_PENDING = 1000
"""Lines of a log on their way to the editor at once."""


def register(server: JoblensServer) -> None:
    """Put the handlers in place."""

    @server.feature(protocol.JOBS)
    async def _jobs(params: Any) -> dict[str, Any]:
        parent, most = _text(params, "parent"), int(getattr(params, "most", 20))
        answer: dict[str, Any] = await runs.answered(_listed, _service(server), parent, most)
        return answer

    @server.feature(protocol.FOLLOW_JOB)
    async def _follow(params: Any) -> dict[str, str]:
        return await follow(server, _text(params, "name"))

    @server.feature(protocol.CANCEL_JOB)
    async def _cancel(params: Any) -> dict[str, str]:
        status: str = await runs.answered(_canceled, _service(server), _text(params, "name"))
        return {"status": status}

    @server.feature(protocol.DOWNLOAD_JOB)
    async def _download(params: Any) -> dict[str, Any]:
        name, folder = _text(params, "name"), Path(_text(params, "folder"))
        token = getattr(params, "workDoneToken", None)
        async with transfers.shown(server, token, f"Downloading {name}") as transfer:
            answer: dict[str, Any] = await runs.answered(
                _downloaded, _service(server), name, folder, transfer
            )
        return answer

    @server.feature(protocol.ARCHIVE_JOB)
    async def _archive(params: Any) -> dict[str, str]:
        await runs.answered(_archived, _service(server), _text(params, "name"))
        return {}


async def follow(server: JoblensServer, name: str) -> dict[str, str]:
    """Tell the editor a job's log, from its beginning to its end, or until it wants no more of it."""
    gone = threading.Event()
    try:
        status, reason = await runs.answered(
            _followed, _service(server), name, _teller(server, name, gone), gone
        )
    finally:
        gone.set()
    _tell(server, name, "status", reason, status)
    return {"status": status}


def _service(server: JoblensServer) -> JobService:
    service = server.cloud.jobs
    if service is None:
        raise runs.refusal("No workspace is chosen.", hint="Joblens: Choose Workspace chooses one.")
    return service


def _text(params: Any, name: str) -> str:
    return str(getattr(params, name, None) or "")


def _teller(server: JoblensServer, name: str, gone: threading.Event) -> Tell:
    """What tells the editor what happens, from any thread; a log that comes faster than it is read waits."""
    loop, room = asyncio.get_running_loop(), threading.Semaphore(_PENDING)

    def send(event: LogEvent) -> None:
        room.release()
        if not gone.is_set():
            _tell_event(server, name, event)

    def tell(event: LogEvent) -> None:
        room.acquire()
        loop.call_soon_threadsafe(send, event)

    return tell


def _tell_event(server: JoblensServer, name: str, event: LogEvent) -> None:
    from joblens.azure.jobs.model import FINAL

    if event.kind != "status":
        _tell(server, name, "line" if event.kind == "line" else "note", event.text)
    elif event.text not in FINAL:  # The end is told with its reason.
        _tell(server, name, "status", status=event.text)


def _tell(server: JoblensServer, name: str, kind: str, text: str = "", status: str = "") -> None:
    content = {"name": name, "kind": kind, "text": text}
    server.protocol.notify(protocol.JOB_EVENT, content | ({"status": status} if status else {}))


def _listed(service: JobService, parent: str, most: int) -> dict[str, Any]:
    from joblens.azure.jobs.looks import listed

    jobs = listed(service, most, parent=parent)
    return {"workspace": service.workspace.name, "jobs": [*map(_told, jobs.found)], "more": jobs.more}


def _told(job: ClusterJob) -> dict[str, Any]:
    return {
        "name": job.name,
        "displayName": job.display_name,
        "experiment": job.experiment,
        "type": job.kind,
        "status": job.status,
        "isOver": job.is_over,
        "created": job.created,
        "studioUrl": job.studio_url,
        "hasChildren": job.has_children,
    }


def _followed(service: JobService, name: str, tell: Tell, gone: threading.Event) -> tuple[str, str]:
    from joblens.azure.jobs.follow import stream

    end = stream(name, service, tell, canceled=gone)
    return end.status, end.reason


def _canceled(service: JobService, name: str) -> str:
    from joblens.azure.jobs.changes import cancel

    return cancel(name, service, wait=False).status


def _downloaded(service: JobService, name: str, folder: Path, transfer: transfers.Transfer) -> dict[str, Any]:
    from joblens.azure.jobs.download import Progress, download
    from joblens.azure.progress import Progress as Told

    def tell(now: Progress) -> None:
        transfer.tell(Told(f"{now.files} of {now.of_files} files", now.bytes, now.of_bytes))

    done = download(name, service, folder, everything=True, tell=tell, canceled=transfer.canceled)
    return {
        "folder": str(folder),
        "files": done.files,
        "bytes": done.bytes,
        "notes": [*done.notes],
    }


def _archived(service: JobService, name: str) -> None:
    from joblens.azure.jobs.changes import archive

    archive(name, service)
