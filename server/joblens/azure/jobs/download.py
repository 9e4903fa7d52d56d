"""A job's logs and outputs, brought to a folder: in parallel, resumed, nothing half done under its name."""

from __future__ import annotations

import contextlib
import errno
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from joblens.azure.jobs.blobs import Folder
from joblens.azure.jobs.bringing import Bringing
from joblens.azure.jobs.looks import show
from joblens.azure.jobs.model import ClusterJob
from joblens.azure.jobs.patience import LONG, Patience
from joblens.azure.jobs.places import Place, places
from joblens.azure.jobs.service import JobService
from joblens.errors import CanceledError, UserError

_THREADS = 8
_LOOK = 0.2
"""Seconds between two looks at whether the user has ended it."""
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is."""

    files: int
    of_files: int
    bytes: int
    of_bytes: int


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What a download has brought."""

    job: ClusterJob
    folders: tuple[Path, ...]
    """Those that hold something."""
    files: int
    bytes: int
    fetched: int
    """Bytes that had not come before."""
    notes: tuple[str, ...] = ()


def download(
    name: str,
    service: JobService,
    folder: Path,
    *,
    everything: bool = False,
    output: str = "",
    tell: Callable[[Progress], None] = lambda _: None,
    canceled: threading.Event | None = None,
) -> Downloaded:
    """Bring the job's logs and default outputs; its named outputs too, or only the one called `output`.

    What has come before, whole or in part, is not asked for again. `tell` is called from several threads,
    one at a time. Raises CanceledError, UnknownJobError, CloudError, UserError.
    """
    patience = Patience(canceled, most=LONG)
    job = show(name, service, patience)
    found = places(job, service, patience, everything=everything, output=output)
    made = _Download(folder.absolute(), canceled or threading.Event(), tell)
    for place in found:
        made.plan(place, Folder(place.uri, service, patience))
    made.run()
    notes = list(made.notes)
    if not job.is_over:
        notes.append(f"The job is {job.status}; this is what it has written so far.")
    return Downloaded(job, tuple(made.folders), len(made.wanted), made.total, made.fetched, tuple(notes))


class _Download:
    """All the files of one download."""

    def __init__(self, root: Path, canceled: threading.Event, tell: Callable[[Progress], None]) -> None:
        self._root, self._canceled, self._tell = root, canceled, tell
        self.wanted: list[Bringing] = []
        self.folders: list[Path] = []
        self.notes: list[str] = []
        self.total = self.fetched = 0
        self._lock = threading.Lock()
        self._done = self._bytes = 0
        self._stop = threading.Event()

    def plan(self, place: Place, source: Folder) -> None:
        """Say where each file of a place belongs; names that lead elsewhere are left out, and told of."""
        folder = self._root / place.folder
        before = len(self.wanted)
        for blob in source.blobs():
            parts = blob.parts if blob.path else (blob.name.rpartition("/")[2],)
            target = folder.joinpath(*parts)
            if not parts or not _leads_into(target, folder):
                self.notes.append(f"'{blob.name}' was left out: its name leads out of the folder.")
                continue
            self.wanted.append(Bringing(source, blob, target, self._stop))
            self.total += blob.size
        if len(self.wanted) > before:
            self.folders.append(folder)

    def run(self) -> None:
        """Bring all of them; the first failure ends it."""
        with self._words_for_disk():
            missing = [one for one in self.wanted if not one.is_here()]
            self._done = len(self.wanted) - len(missing)
            come = sum(one.bytes_here() for one in missing)
            lacking = sum(one.blob.size for one in missing)
            self._bytes = self.total - lacking + come
            self._need_room(lacking - come)
            self._tell(self._progress())
            with ThreadPoolExecutor(_THREADS, thread_name_prefix="download") as pool:
                self._wait([pool.submit(self._bring, one) for one in missing])

    def _wait(self, tasks: list[Future[None]]) -> None:
        """Until all is done, one has failed, or the user ends it."""
        try:
            left = set(tasks)
            while left and not self._canceled.is_set():
                done, left = wait(left, _LOOK, FIRST_EXCEPTION)
                for one in done:
                    one.result()
        finally:
            self._stop.set()
            for one in tasks:
                one.cancel()
        if self._canceled.is_set():
            raise CanceledError("The download was canceled.", hint="What has come is kept for the next time.")

    def _bring(self, one: Bringing) -> None:
        if self._stop.is_set():
            return
        one.target.parent.mkdir(parents=True, exist_ok=True)
        one.bring(Patience(self._stop, most=LONG), self._came)
        with self._lock:
            self._done += not self._stop.is_set()
            self._tell(self._progress())

    def _came(self, size: int) -> None:
        with self._lock:
            self._bytes += size
            self.fetched += size
            self._tell(self._progress())

    def _progress(self) -> Progress:
        return Progress(self._done, len(self.wanted), min(self._bytes, self.total), self.total)

    def _need_room(self, size: int) -> None:
        place = next(one for one in (self._root, *self._root.parents) if one.exists())
        free = shutil.disk_usage(place).free
        if size > free:
            raise UserError(
                f"The files need {size:,} bytes more, and {self._root} has room for {free:,}.",
                hint="Make room on that disk, or name a folder on another.",
            )

    @contextlib.contextmanager
    def _words_for_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in _FULL
            why = (error.strerror or str(error)).lower()
            raise UserError(
                f"{self._root} cannot take the files: {why}.",
                hint="Make room there, and ask for the download again: what has come is kept."
                if full
                else "Name another folder, or make this one writable.",
            ) from error


def _leads_into(target: Path, folder: Path) -> bool:
    """Whether a file lies in the folder, whatever links there are on the way."""
    return target.parent.resolve().is_relative_to(folder.resolve()) and not target.is_symlink()
