"""The process that holds azure-ai-ml: one JSON object per line on stdin asks, lines on stdout answer.

The client library is slow to import, prints as it likes, changes the environment, and takes the experiment's
name and git facts from the working directory; so it lives here and never in the editor's server.

Asked: `{"method": ..., "params": {...}}`. Answered: any number of `{"progress": text}` and `{"line": text}`,
then one `{"result": {...}}` or `{"error": {"message", "hint", "cause"}}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, TextIO

from joblens.azure.refusal import refusal

Params = Mapping[str, Any]
Send = Callable[[str, object], None]


def main() -> int:
    """Answer requests until stdin ends."""
    with _private_stdout() as out:

        def send(kind: str, content: object) -> None:
            out.write(json.dumps({kind: content}) + "\n")
            out.flush()

        for line in sys.stdin:
            request = json.loads(line)
            try:
                send("result", METHODS[request["method"]](request["params"], send))
            except Exception as error:  # noqa: BLE001 - whatever it is, the asker gets a sentence
                print(
                    f"{type(error).__module__}.{type(error).__name__}: {error}", file=sys.stderr, flush=True
                )
                send("error", asdict(refusal(error)))
    return 0


def submit(params: Params, send: Send) -> dict[str, object]:
    """Send one job to the cluster."""
    os.chdir(params["folder"])
    send("progress", "Starting the Azure ML client")
    from azure.ai.ml import load_job

    source = io.StringIO(params["text"]) if params.get("text") is not None else params["file"]
    overrides = [{key: value} for key, value in params.get("overrides", {}).items()]
    job = load_job(source=source, relative_origin=params["file"], params_override=overrides)
    send("progress", "Uploading the code and submitting")
    return _facts(_client(params).jobs.create_or_update(job))


def show(params: Params, _send: Send) -> dict[str, object]:
    """How a job stands."""
    return _facts(_client(params).jobs.get(params["name"]))


def cancel(params: Params, _send: Send) -> dict[str, object]:
    """Ask for a job to be cancelled."""
    jobs = _client(params).jobs
    jobs.begin_cancel(params["name"]).wait()
    return _facts(jobs.get(params["name"]))


def stream(params: Params, send: Send) -> dict[str, object]:
    """Follow a job's log to its end."""
    jobs = _client(params).jobs
    with contextlib.redirect_stdout(_Lines(lambda text: send("line", text))):
        jobs.stream(params["name"])
    return _facts(jobs.get(params["name"]))


def token(params: Params, _send: Send) -> dict[str, object]:
    """A token of the account that this machine is signed in with; it goes to the asker and nowhere else."""
    from azure.identity import DefaultAzureCredential

    found = DefaultAzureCredential().get_token(params["scope"])
    return {"token": found.token, "expires": found.expires_on}


METHODS: Mapping[str, Callable[[Params, Send], dict[str, object]]] = {
    "submit": submit,
    "show": show,
    "cancel": cancel,
    "stream": stream,
    "token": token,
}


def _client(params: Params) -> Any:
    from azure.ai.ml import MLClient
    from azure.identity import DefaultAzureCredential

    return MLClient(
        DefaultAzureCredential(),
        params["subscription_id"],
        params["resource_group"],
        params["workspace_name"],
        show_progress=False,
        enable_telemetry=False,
    )


def _facts(job: Any) -> dict[str, object]:
    return {
        "name": job.name,
        "status": job.status,
        "studio_url": getattr(job, "studio_url", None),
        "experiment": getattr(job, "experiment_name", None),
    }


class _Lines(io.TextIOBase):
    """Text written here goes out line by line."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._send(line)
        return len(text)


@contextlib.contextmanager
def _private_stdout() -> Iterator[TextIO]:
    """Our stdout; what anyone else prints from now on goes to stderr."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        yield out


if __name__ == "__main__":
    sys.exit(main())
