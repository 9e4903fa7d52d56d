"""In the worker: sends one job to the cluster, once."""

from __future__ import annotations

import contextlib
import io
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from joblens.azure.question import Question
from joblens.azure.refusal import BadNameError, LostJobError, NameTakenError, is_lost, is_sign_in_over
from joblens.azure.sdk import client
from joblens.azure.uploads import Sent, watched
from joblens.azure.versions import check_versions

_FOLDER = threading.Lock()
"""The library takes the experiment's name and git facts from the working directory: one job at a time."""
_ELSEWHERE = Path(__file__).parent
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")
"""Of a job, as the resource manager's specification has it (`jobs` in Microsoft.MachineLearningServices)."""


def submit(asked: Question) -> Any:
    """Send the job; what the workspace then says of it."""
    asked.progress("Starting the Azure ML client")
    check_versions()
    with asked.alone(_FOLDER), _working_in(asked.params["folder"]), watched(asked) as sent:
        try:
            return _send(asked, renew=False)
        except Exception as error:
            if sent.job:
                return _taken(asked, sent, error)
            if not is_sign_in_over(error):
                raise
            # Nothing is there yet but files, which are sent again whole.
            asked.progress("Signing in again")
            return _send(asked, renew=True)


def _send(asked: Question, *, renew: bool) -> Any:
    jobs = client(asked, renew=renew).jobs
    asked.progress("Checking the job")
    job = _job(asked)
    if job.name:
        _refuse_name(jobs, job.name)
    return jobs.create_or_update(job)


def _refuse_name(jobs: Any, name: str) -> None:
    """Refuse a name that is taken: the workspace would change the job that has it, and run nothing."""
    from azure.core.exceptions import ResourceNotFoundError

    if not _NAME.fullmatch(name):
        raise BadNameError(name)
    try:
        jobs.get(name)
    except ResourceNotFoundError:
        return
    raise NameTakenError(name)


def _job(asked: Question) -> Any:
    from azure.ai.ml import load_job

    params = asked.params
    source = io.StringIO(params["text"]) if params.get("text") is not None else params["file"]
    overrides = [{key: value} for key, value in params.get("overrides", {}).items()]
    asked.check()
    return load_job(source=source, relative_origin=params["file"], params_override=overrides)


def _taken(asked: Question, sent: Sent, error: Exception) -> Any:
    """The job, if the workspace has it though its answer was lost."""
    if not is_lost(error):
        raise error
    with contextlib.suppress(Exception):
        found = client(asked).jobs.get(sent.job)
        if not asked.params.get("named"):  # Else it may be an older job of the same name.
            return found
    raise LostJobError(sent.job) from error


@contextlib.contextmanager
def _working_in(folder: str) -> Iterator[None]:
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(_ELSEWHERE)  # A folder that a process works in cannot be removed on Windows.
