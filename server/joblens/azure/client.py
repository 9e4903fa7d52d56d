"""Talks to the worker: starts it, asks one thing, passes on its progress, raises what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import joblens
from joblens.errors import CloudError, JobFileError, MissingToolError, UserError

Listener = Callable[[str], None]

# A module of the user's beside the job must not stand in for one of ours: the worker starts elsewhere.
_IMPORT_ROOT = Path(joblens.__file__).parent.parent
_ERRORS: Mapping[str, type[UserError]] = {"job": JobFileError, "client": MissingToolError}
_LAST_WORDS = 2000


def ask(
    method: str,
    params: Mapping[str, object],
    *,
    progress: Listener | None = None,
    line: Listener | None = None,
) -> dict[str, Any]:
    """The worker's result; raises CloudError, JobFileError or MissingToolError with the reason."""
    listeners = {"progress": progress, "line": line}
    with tempfile.TemporaryFile() as said, _started(said) as worker:
        try:
            for kind, content in _messages(worker, {"method": method, "params": params}):
                if kind == "result":
                    return dict(content)
                if kind == "error":
                    raise _error(content)
                listener = listeners.get(kind)
                if listener is not None:
                    listener(str(content))
        finally:
            # Nothing of value is left in it; an interrupted wait must not leave it behind.
            worker.kill()
            worker.wait()
        raise CloudError(
            f"The Azure ML client ended without an answer (exit code {worker.returncode}).",
            hint=_last_words(said),
        )


def _started(said: IO[bytes]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "joblens.azure.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        cwd=_IMPORT_ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
    )


def _messages(worker: subprocess.Popen[str], request: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.close()
    except BrokenPipeError:
        return
    for line in worker.stdout:
        yield from json.loads(line).items()


def _error(content: Mapping[str, str]) -> UserError:
    kind = _ERRORS.get(content["cause"], CloudError)
    return kind(content["message"], hint=content["hint"])


def _last_words(said: IO[bytes]) -> str:
    """The last line that anything in the worker printed."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - _LAST_WORDS))
    lines = said.read().decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"It said last: {last}" if last else ""
