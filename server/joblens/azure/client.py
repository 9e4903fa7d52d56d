"""Talks to the worker: starts it, asks one thing, passes on its progress, raises what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import joblens
from joblens.errors import CloudError, MissingToolError

Progress = Callable[[str], None]

_IMPORT_ROOT = Path(joblens.__file__).parent.parent
_KEPT_LINES = 40


def ask(
    method: str,
    params: Mapping[str, object],
    *,
    progress: Progress | None = None,
    line: Progress | None = None,
) -> dict[str, object]:
    """The worker's result; raises CloudError or MissingToolError with what it could not do."""
    # From the package's own folder: a module of the user's beside the job must not stand in for one of ours.
    with subprocess.Popen(
        [sys.executable, "-m", "joblens.azure.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=_IMPORT_ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as worker:
        said = _collected(worker.stderr)
        try:
            return _answer(
                worker, {"method": method, "params": params}, {"progress": progress, "line": line}, said
            )
        finally:
            # Nothing of value is left in it; an interrupted wait must not leave it behind.
            worker.kill()


def _answer(
    worker: subprocess.Popen[str],
    request: Mapping[str, object],
    listeners: Mapping[str, Progress | None],
    said: deque[str],
) -> dict[str, object]:
    for message in _messages(worker, request):
        for kind, content in message.items():
            if kind == "result":
                return dict(content)
            if kind == "error":
                raise _error(content)
            listener = listeners.get(kind)
            if listener is not None:
                listener(str(content))
    raise CloudError(
        f"The Azure ML client ended without an answer (exit code {worker.wait()}).",
        hint=f"It said last: {said[-1].strip()}" if said else "",
    )


def _messages(
    worker: subprocess.Popen[str], request: Mapping[str, object]
) -> Iterator[dict[str, dict[str, object]]]:
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.close()
    except BrokenPipeError:
        return
    for line in worker.stdout:
        yield json.loads(line)


def _error(content: Mapping[str, object]) -> CloudError | MissingToolError:
    kind = MissingToolError if content.get("missing") else CloudError
    return kind(str(content["message"]), hint=str(content.get("hint", "")))


def _collected(stream: IO[str] | None) -> deque[str]:
    """The last lines that anything in the worker printed; gathered aside, so that it never blocks."""
    lines: deque[str] = deque(maxlen=_KEPT_LINES)
    if stream is not None:
        threading.Thread(target=lines.extend, args=(stream,), daemon=True).start()
    return lines
