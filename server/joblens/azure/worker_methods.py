"""What a worker can be asked."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TextIO

from joblens.azure.question import Question
from joblens.azure.sdk import client
from joblens.azure.sending import submit
from joblens.azure.uploads import unwatched

Facts = dict[str, object]


def show(asked: Question) -> Facts:
    """How a job stands."""
    return facts(client(asked).jobs.get(asked.params["name"]))


def cancel(asked: Question) -> Facts:
    """Ask for a job to be canceled."""
    jobs = client(asked).jobs
    jobs.begin_cancel(asked.params["name"]).wait()
    return facts(jobs.get(asked.params["name"]))


def stream(asked: Question) -> Facts:
    """Follow a job's log to its end."""
    jobs = client(asked).jobs
    with _printed_here(asked):
        jobs.stream(asked.params["name"])
    return facts(jobs.get(asked.params["name"]))


def token(asked: Question) -> Facts:
    """A token of the account that this machine is signed in with; it goes to the asker and nowhere else."""
    from azure.identity import DefaultAzureCredential

    found = DefaultAzureCredential().get_token(asked.params["scope"])
    return {"token": found.token, "expires": found.expires_on}


def facts(job: Any) -> Facts:
    """What is told of a job."""
    return {
        "name": job.name,
        "status": job.status,
        "studio_url": getattr(job, "studio_url", None),
        "experiment": getattr(job, "experiment_name", None),
    }


def _beside(method: Callable[[Question], Facts]) -> Callable[[Question], Facts]:
    """Answer beside a submission that may be under way."""

    def answer(asked: Question) -> Facts:
        with unwatched():
            return method(asked)

    return answer


METHODS: Mapping[str, Callable[[Question], Facts]] = {
    "submit": lambda asked: facts(submit(asked)),
    "show": _beside(show),
    "cancel": _beside(cancel),
    "stream": _beside(stream),
    "token": _beside(token),
}


class _Lines(io.TextIOBase):
    """Text that one thread prints goes out line by line; what others print, where it went before."""

    def __init__(self, asked: Question, others: TextIO) -> None:
        self._asked = asked
        self._others = others
        self._thread = threading.get_ident()
        self._begun = ""

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return self._others.write(text)
        self._asked.check()
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._asked.line(line)
        return len(text)


@contextlib.contextmanager
def _printed_here(asked: Question) -> Iterator[None]:
    before = sys.stdout
    sys.stdout = _Lines(asked, before)
    try:
        yield
    finally:
        sys.stdout = before
