"""The editor's runs: start, follow, cancel, off the main loop; a run belongs to its supervisor."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from joblens.errors import CanceledError, JobFileError, RunNotFoundError, UserError
from joblens.lsp import protocol
from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from joblens.engine.events import Event
    from joblens.engine.lookup import Opener
    from joblens.engine.records import Record
    from joblens.engine.run import Run
    from joblens.lsp.server import JoblensServer

_USER_ERROR = -32001
"""JSON-RPC code of a failure the user can act on; `data.hint` says how, `data.details` what others said."""
_CANCELLED = types.LSPErrorCodes.RequestCancelled.value

_PENDING = 1000
"""Events on their way to the editor at once."""
_SHOWN = 1 << 20
"""Bytes of a log that an editor is shown at once; of a flood, the newest."""


class Refusal(JsonRpcException):
    """A request that cannot be done for a reason the user can mend; the editor tells it."""


def _is_trouble(record: logging.LogRecord) -> bool:
    """Whether a record of pygls is about more than a refusal, which is no crash and needs no traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], Refusal))


def register(server: JoblensServer) -> None:
    """Put the handlers of our own requests in place."""
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_trouble)

    @server.feature(protocol.RUN)
    async def _run(params: Any) -> dict[str, object]:
        wanted = protocol.RunParams.of(params)
        if wanted.dry_run:
            return {"text": await dry_run(server, wanted.uri, wanted.backend)}

        run = await start(server, wanted.uri, teller(server), wanted.backend, live=True, trial=wanted.trial)
        return await started(run)

    @server.feature(protocol.CANCEL)
    async def _cancel(params: Any) -> dict[str, str]:
        await cancel(server, str(getattr(params, "name", "")))
        return {}


async def start(
    server: JoblensServer,
    uri: str,
    tell: Callable[[Run, Event], None],
    backend: str | None = None,
    *,
    live: bool = False,
    trial: Mapping[str, str] | None = None,
) -> Run:
    """Start a file's job here; `tell` is called with all that happens; `live`, with parts of lines too."""
    run: Run = await answered(_start, file_of(uri), backend, trial, server.cloud.opener())
    watch(server, run, tell, live=live)
    return run


def teller(server: JoblensServer) -> Callable[[Run, Event], None]:
    """What tells our own extension of a run."""

    def tell(run: Run, event: Event) -> None:
        server.protocol.notify(protocol.RUN_EVENT, message(run.name, event))

    return tell


async def started(run: Run) -> dict[str, object]:
    """A run that was started, as our own extension is told of it."""
    from joblens.engine import records

    return told(run.folder, await asyncio.to_thread(records.show, run.folder))


def told(folder: Path, record: Record) -> dict[str, object]:
    """What our own extension lists of a run; its title tells it from runs of other files."""
    return {
        "name": record.name,
        "title": record.display_name or Path(record.job_file).name or record.name,
        "folder": str(folder),
        "sweep": record.type == "sweep",
        "created": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
    }


def watch(server: JoblensServer, run: Run, tell: Callable[[Run, Event], None], *, live: bool = False) -> None:
    """Follow a run; `tell` is called with all that happens."""
    server.runs[run.name] = run.folder
    loop = asyncio.get_running_loop()
    threading.Thread(target=_follow, args=(loop, run, tell, live), daemon=True).start()


async def dry_run(server: JoblensServer, uri: str, backend: str | None = None) -> str:
    """What would run."""
    text: str = await answered(_dry_run, file_of(uri), backend, server.cloud.opener())
    return text


async def cancel(server: JoblensServer, name: str) -> None:
    """End a run."""
    await answered(_cancel_run, server, name)


def folder(server: JoblensServer, name: str) -> Path:
    """The folder of a run: one of this server's, or one of the project's; raises that there is none."""
    return server.runs.get(name) or _folder_of(name, server.workspace.root_path)


def file_of(uri: str) -> Path:
    """The file of a document; refused where it has none yet."""
    path = path_of(uri)
    if path is None:
        raise refused(UserError("This document is not a file yet.", hint="Save it, then try again."))
    return path


async def answered(work: Any, *args: Any) -> Any:
    """What `work` returns, worked out in a thread; what the user can mend becomes the request's error."""
    try:
        return await asyncio.to_thread(work, *args)
    except UserError as error:
        raise refused(error) from error


def refusal(message: str, *, hint: str) -> Refusal:
    """A refusal that only the editor's own state gives a reason for."""
    return refused(UserError(message, hint=hint))


def refused(error: UserError, *, show: str | None = None) -> Refusal:
    """A failure as the editor is told of it; `show` is where it shows more."""
    data = {"hint": error.hint, "show": show, "details": error.details}
    code = _CANCELLED if isinstance(error, CanceledError) else _USER_ERROR
    return Refusal(str(error), code, {key: value for key, value in data.items() if value})


def refuse_errors(file: Path) -> None:
    """Refuse a file with errors in the editor's terms: its list of problems shows them all."""
    from joblens.checks import check, older_format
    from joblens.checks.configuration import settings_of
    from joblens.checks.problem import Severity
    from joblens.checks.subject import Subject
    from joblens.engine.files import text_of
    from joblens.text.document import Document

    subject = Subject(Document(text_of(file), file))
    errors = [one for one in check(subject, settings_of(file)) if one.severity is Severity.ERROR]
    errors = errors or list(older_format.problems(subject))
    if errors:
        count = "an error" if len(errors) == 1 else f"{len(errors)} errors"
        told = JobFileError(
            f"{file.name} has {count}, so nothing was started.", hint=f"First: {errors[0].message}"
        )
        raise refused(told, show="problems")


def _dry_run(file: Path, backend: str | None, workspace: Opener) -> str:
    from joblens.engine.run import RunOptions, dry_run

    refuse_errors(file)
    return dry_run(file, RunOptions(backend=backend, workspace=workspace))


def _start(file: Path, backend: str | None, trial: Mapping[str, str] | None, workspace: Opener) -> Run:
    from joblens.engine.run import RunOptions, create

    refuse_errors(file)
    if trial is None:
        return create(file, options=RunOptions(backend=backend, workspace=workspace))
    from joblens.engine import overrides

    values = overrides.parsed([f"search_space.{name}={value}" for name, value in trial.items()])
    options = RunOptions(backend=backend, overrides=values, one_trial=True, workspace=workspace)
    return create(file, options=options)


def _follow(
    loop: asyncio.AbstractEventLoop, run: Run, tell: Callable[[Run, Event], None], live: bool
) -> None:
    from joblens.engine.events import Event
    from joblens.engine.follow import follow

    room = threading.Semaphore(_PENDING)

    def told(event: Event) -> None:
        room.release()
        tell(run, event)

    try:
        for event in follow(run.folder, live=live, most=_SHOWN):
            room.acquire()  # the command may print faster than an editor reads
            loop.call_soon_threadsafe(told, event)
    except RunNotFoundError as error:  # its folder was moved or deleted
        loop.call_soon_threadsafe(tell, run, Event("note", str(error)))


def message(name: str, event: Event) -> dict[str, Any]:
    """An event as `joblens/runEvent` carries it."""
    content = {
        "name": name,
        "kind": event.kind,
        "text": event.text or None,
        "status": event.status,
        "exitCode": event.exit_code,
        "more": event.more or None,
        "trackingUrl": event.tracking_url,
    }
    return {key: value for key, value in content.items() if value is not None}


def _cancel_run(server: JoblensServer, name: str) -> None:
    from joblens.engine.run import cancel

    cancel(folder(server, name))


def _folder_of(name: str, root: str | None) -> Path:
    from joblens.engine.listing import folder_of

    return folder_of(name, Path(root or "."))
