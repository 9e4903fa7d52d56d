"""A job's log as it is written, to the end: no line is lost or told twice when the connection breaks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joblens.azure.explained import sentence
from joblens.azure.jobs.log_file import ExpiredError, LogFile, followed
from joblens.azure.jobs.looks import show
from joblens.azure.jobs.model import FINAL, ClusterJob
from joblens.azure.jobs.patience import LONG, Patience
from joblens.azure.jobs.service import JobService, UnknownJobError
from joblens.errors import CloudError

_SLOWEST = 10.0
"""Seconds between two looks at a job that says nothing."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """Something that happened while a job was followed."""

    kind: Literal["status", "file", "line", "note"]
    text: str
    """The new status in Azure's words, the file that the next lines are of, a line, or a word of ours."""
    file: str = ""
    """Of a line: the file that it is of."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended."""

    job: ClusterJob
    status: str
    reason: str = ""
    """Why it failed, in a sentence."""
    details: str = ""
    """The same in Azure's own words."""


Tell = Callable[[LogEvent], None]


def stream(
    name: str,
    service: JobService,
    tell: Tell,
    *,
    canceled: threading.Event | None = None,
    every: bool = False,
    pause: float | None = None,
) -> Ending:
    """Tell a job's log from its beginning, and go on until the job is over.

    `every` shows all processes of a job that has several, not only the first. `pause` is how many seconds
    lie between two looks. Raises CanceledError, UnknownJobError, CloudError.
    """
    patience = Patience(canceled, most=LONG, note=lambda text: tell(LogEvent("note", text)))
    job = show(name, service, patience)
    return _Following(job, service, tell, patience, every).to_the_end(
        _usual_pause() if pause is None else pause
    )


def _usual_pause() -> float:
    """The SDK's variable, and its value where that says nothing."""
    said = os.environ.get("AZUREML_RUN_POLLING_INTERVAL_MIN", "")
    return float(said) if said.replace(".", "", 1).isdecimal() else 2.0


class _Following:
    """The state of one job that is followed."""

    def __init__(
        self, job: ClusterJob, service: JobService, tell: Tell, patience: Patience, every: bool
    ) -> None:
        self._job, self._service, self._tell, self._patience = job, service, tell, patience
        self._every = every
        self._files: dict[str, LogFile] = {}
        self._status = ""
        self._shown = ""
        """The file of the line that was told last."""
        self._lines = 0

    def to_the_end(self, pause: float) -> Ending:
        wait = pause
        while True:
            lines, status = self._lines, self._status
            details = self._details()
            now = str(details.get("status") or "")
            if now in FINAL:  # what the job printed last comes before its end
                self._read(details)
                self._say_status(now)
                return self._ended(details)
            self._say_status(now)
            self._read(details)
            is_quiet = (lines, status) == (self._lines, self._status)
            wait = min(wait * 1.5, max(_SLOWEST, pause)) if is_quiet else pause
            self._patience.wait(wait)

    def _details(self) -> Mapping[str, Any]:
        url = self._service.run_at
        name = self._job.name

        def asked() -> dict[str, Any]:
            return self._patience.ask(lambda: self._service.manager.get(url(name, "/details")))

        try:
            return self._service.of(name, asked)
        except UnknownJobError as error:
            raise UnknownJobError(
                f"The job '{name}' is no longer there: it was deleted while it was followed."
            ) from error

    def _say_status(self, status: str) -> None:
        if status and status != self._status:
            self._status = status
            self._tell(LogEvent("status", status))

    def _read(self, details: Mapping[str, Any]) -> None:
        """Read on in all files; an address that is good no more is asked for anew, once."""
        for name in followed(_addresses(details), self._job.kind, every=self._every):
            file = self._files.setdefault(name, LogFile(name))
            try:
                self._read_file(file, _addresses(details)[name])
            except ExpiredError:
                details = self._details()
                self._read_anew(file, _addresses(details).get(name))

    def _read_anew(self, file: LogFile, url: str | None) -> None:
        try:
            if url:
                self._read_file(file, url)
        except ExpiredError as error:
            raise CloudError(
                f"The storage of the workspace does not let you read the log ({error}).",
                hint="Look whether its network rules let this machine in.",
            ) from error

    def _read_file(self, file: LogFile, url: str) -> None:
        def asked() -> bool:
            return file.read(self._service.manager, url, lambda line: self._line(file, line))

        if not self._patience.ask(asked, lambda: file.offset):
            self._tell(LogEvent("note", f"The file {file.name} began anew."))
            self._patience.ask(asked)

    def _line(self, file: LogFile, line: str) -> None:
        if file.name != self._shown:
            self._shown = file.name
            self._tell(LogEvent("file", file.name))
        self._lines += 1
        self._tell(LogEvent("line", line, file.name))

    def _ended(self, details: Mapping[str, Any]) -> Ending:
        for file in self._files.values():
            file.end(lambda line, file=file: self._line(file, line))  # type: ignore[misc]
        for warning in details.get("warnings") or ():
            if isinstance(warning, dict) and warning.get("message"):
                self._tell(LogEvent("note", str(warning["message"])))
        words = _error(details)
        return Ending(self._job, self._status, sentence(words) if words else "", words)


def _addresses(details: Mapping[str, Any]) -> dict[str, str]:
    found = details.get("logFiles") or {}
    return {str(name): str(url) for name, url in found.items() if str(url).startswith("https://")}


def _error(details: Mapping[str, Any]) -> str:
    """Why the job failed, as run history has it: an error within an error."""
    told = details.get("error") or {}
    inner = told.get("error") or told
    return str(inner.get("message") or inner.get("code") or "") if isinstance(inner, dict) else ""
