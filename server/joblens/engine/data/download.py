"""Web inputs made present: downloaded once, and again only when they changed."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from joblens.engine import folders
from joblens.engine.data import addresses
from joblens.errors import UserError

if TYPE_CHECKING:
    from joblens.engine.data.blobs import Blob
    from joblens.engine.data.bound import BoundInput
    from joblens.engine.data.transfer import Tell

_FOLDERS = frozenset({"uri_folder", "mltable", "mlflow_model"})
_AT_A_TIME = 8
_STEP = 10
"""Percent between two lines about how far it is."""
_WORTH_A_LINE = 10_000_000
"""Bytes; what is smaller is there before anybody reads how far it is."""

_PERMIT = (
    "Start the run again if its leave to read them has ended meanwhile; where a datastore keeps no "
    "credentials, your account needs the role 'Storage Blob Data Reader' on the storage account."
)


class DownloadError(UserError):
    """An input's address did not answer."""


def place(url: str) -> Path:
    """Where the file or folder at an address is kept."""
    name = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or "data"
    return folders.cache() / "downloads" / hashlib.sha256(url.encode()).hexdigest()[:20] / name


def is_folder(kind: str, url: str) -> bool:
    """Whether a folder is meant; a model of any other type is told by its name."""
    path = urlsplit(url).path
    return kind in _FOLDERS or (
        kind != "uri_file" and (path.endswith("/") or "." not in path.rpartition("/")[2])
    )


def fetch(source: BoundInput, note: Callable[[str], None]) -> None:
    """Make the input present; the kept copy serves when it is unchanged or the server cannot be asked."""
    from joblens.engine.data import web

    assert source.url is not None
    kept = place(source.url)
    bring = _bring_folder if is_folder(source.type, source.url) else _bring_file
    shown = addresses.shown(source.url)
    try:
        with _alone(kept.parent, source.name, note):
            bring(source, kept, note)
    except web.RefusedError as error:
        if source.permitted and _whole(kept):
            note(f"{shown}: {error}; input '{source.name}' is the copy of an earlier download.")
            return
        hint = _PERMIT if source.permitted else error.hint
        raise DownloadError(
            f"Input '{source.name}' cannot be downloaded from {shown}: {error}.", hint=hint
        ) from error
    except web.BrokenError as error:
        if not _whole(kept):
            raise DownloadError(
                f"Input '{source.name}' cannot be downloaded from {shown}: {error}.",
                hint="Start the run again to go on with the download, or give a local path.",
            ) from error
        note(f"{shown}: {error}; input '{source.name}' is the copy of an earlier download.")


@contextlib.contextmanager
def _alone(folder: Path, name: str, note: Callable[[str], None]) -> Iterator[None]:
    """Two runs that want the same download it once."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        note(f"Another run is downloading the same data; input '{name}' waits for it.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _bring_file(source: BoundInput, kept: Path, note: Callable[[str], None]) -> None:
    from joblens.engine.data.transfer import Transfer

    assert source.url is not None
    transfer = Transfer(source.url, kept, _state(kept, ""))
    if transfer.bring(_steps(source.name, note)):
        size = f"{kept.stat().st_size:,} bytes"
        note(f"Input '{source.name}' was downloaded from {addresses.shown(source.url)} ({size}).")
    _mark(kept)


def _bring_folder(source: BoundInput, kept: Path, note: Callable[[str], None]) -> None:
    from joblens.engine.data import blobs, web

    assert source.url is not None
    if not blobs.is_storage(source.url):
        raise web.RefusedError(
            "a folder can be downloaded from Azure's blob storage only",
            f"Name one file with 'type: uri_file', or give a local folder for input '{source.name}'.",
        )
    found = blobs.listed(source.url)
    if not found:
        raise web.RefusedError("there are no files below this address")
    brought = _bring_all(source.name, found, kept, note)
    _remove_others(kept, {blob.path for blob in found})
    if brought:
        size = f"{sum(blob.size for blob in found):,} bytes"
        shown = addresses.shown(source.url)
        note(f"Input '{source.name}': {brought} of {len(found)} files ({size}) were downloaded from {shown}.")
    _mark(kept)


def _bring_all(name: str, found: list[Blob], kept: Path, note: Callable[[str], None]) -> int:
    """Bring what is new of the files, some at a time; how many that were."""
    from concurrent.futures import ThreadPoolExecutor

    from joblens.engine.data.transfer import Transfer

    stop = threading.Event()
    transfers = [Transfer(one.url, kept / one.path, _state(kept, one.path), stop) for one in found]
    known = [transfer.known() for transfer in transfers]
    new = [
        transfer
        for transfer, blob, was in zip(transfers, found, known, strict=True)
        if not blob.etag or was.get("etag", "").strip('"') != blob.etag.strip('"')
    ]
    step, total = _steps(name, note), sum(blob.size for blob in found)
    done = sum(was.get("length", 0) for was in known)
    pool = ThreadPoolExecutor(_AT_A_TIME)
    try:
        for transfer, _ in zip(new, pool.map(lambda each: each.bring(lambda *_: None), new), strict=True):
            done += transfer.kept.stat().st_size
            step(min(done, total), total)
    except BaseException as error:
        stop.set()
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)  # who cancels does not wait
        raise
    pool.shutdown()
    return len(new)


def _remove_others(kept: Path, wanted: set[str]) -> None:
    """What is not on the web any more is not here either."""
    for file in list(kept.rglob("*")):
        if file.is_file() and file.relative_to(kept).as_posix() not in wanted:
            file.unlink()


def _state(kept: Path, path: str) -> Path:
    return kept.parent / ".state" / hashlib.sha256(path.encode()).hexdigest()[:20]


def _mark(kept: Path) -> None:
    """Say that all of it is there."""
    (kept.parent / ".whole").touch()


def _whole(kept: Path) -> bool:
    return kept.exists() and (kept.parent / ".whole").exists()


def present(url: str) -> bool:
    """Whether the data at an address were downloaded before."""
    return _whole(place(url))


def _steps(name: str, note: Callable[[str], None]) -> Tell:
    """Tells how far a download is, a line at each tenth of a large one."""
    last = 0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if total < _WORTH_A_LINE:
            return
        percent = done * 100 // total // _STEP * _STEP
        if last < percent < 100:
            last = percent
            note(f"Input '{name}': {percent} % of {total / 1e6:,.0f} MB.")

    return tell
