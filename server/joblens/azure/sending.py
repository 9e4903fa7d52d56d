"""In the worker: sends one job to the cluster."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from joblens.azure.question import Question
from joblens.azure.sdk import client
from joblens.azure.versions import check_versions

_FOLDER = threading.Lock()
"""The library takes the experiment's name and git facts from the working directory: one job at a time."""
_ELSEWHERE = Path(__file__).parent


def submit(asked: Question) -> Any:
    """Send the job; what the workspace then says of it."""
    asked.progress("Starting the Azure ML client")
    check_versions()
    with asked.alone(_FOLDER), _working_in(asked.params["folder"]):
        from azure.ai.ml import load_job

        params = asked.params
        source = io.StringIO(params["text"]) if params.get("text") is not None else params["file"]
        overrides = [{key: value} for key, value in params.get("overrides", {}).items()]
        asked.check()
        job = load_job(source=source, relative_origin=params["file"], params_override=overrides)
        asked.progress("Uploading the code and submitting")
        return client(asked).jobs.create_or_update(job)


@contextlib.contextmanager
def _working_in(folder: str) -> Iterator[None]:
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(_ELSEWHERE)  # A folder that a process works in cannot be removed on Windows.
