"""Runs the stand-in for tests in other languages: says where it is, then does what each line of stdin asks.

    python -m tests.azure.serve FOLDER [--storage]

The first line of stdout is `{"environment": {...}, "token": ..., "workspace": {...}}`. Then each line of
stdin is one of `{"fault": {...}}` (the fields of faults.Fault), `{"clear": true}`, `{"calls": PATTERN}`,
`{"job": NAME}`, `{"hold": NAME}` and `{"release": NAME}` (a job that does not end by itself),
`{"sdk": FILE, "name": NAME}` (what azure-ai-ml, asked directly, sends for a file), and is answered by one
line. It ends with its stdin.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.azure import azurite, certificate, control_plane, samples
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE

SITE = Path(__file__).parent / "site"


def main() -> None:
    """Serve until stdin ends."""
    with _running(Path(sys.argv[1]), storage="--storage" in sys.argv) as plane:
        samples.fill(plane)
        token, _ = plane.tokens.give(plane.url)
        workspace = {"subscription": SUBSCRIPTION, "resourceGroup": GROUP, "name": WORKSPACE}
        _say({"environment": _environment(plane), "token": token, "workspace": workspace})
        for line in sys.stdin:
            _say(_done(plane, json.loads(line)))


@contextmanager
def _running(folder: Path, *, storage: bool) -> Iterator[ControlPlane]:
    folder.mkdir(parents=True, exist_ok=True)
    made = certificate.make_certificate(folder)
    if not storage:
        with control_plane.running(made) as plane:
            yield plane
        return
    with azurite.running(folder / "storage", made) as store, control_plane.running(made, store) as plane:
        yield plane


def _environment(plane: ControlPlane) -> dict[str, str]:
    """With what lets a client find the storage's names, where there is storage."""
    return plane.environment() | ({"PYTHONPATH": str(SITE)} if plane.storage else {})


def _done(plane: ControlPlane, asked: dict[str, Any]) -> Any:
    if "fault" in asked:
        plane.faults.add(**asked["fault"])
    if "clear" in asked:
        plane.faults.clear()
    if "hold" in asked:
        plane.held.add(asked["hold"])
    if "release" in asked:
        plane.held.discard(asked["release"])
    if "sdk" in asked:
        return _sent_by_sdk(plane, Path(asked["sdk"]), asked["name"])
    if "calls" in asked:
        calls = [one for one in plane.calls if re.search(asked["calls"], f"{one.method} {one.path}")]
        return [
            {"method": one.method, "path": one.path, "status": one.status, "body": one.body} for one in calls
        ]
    return plane.jobs.get(asked.get("job", ""))


def _sent_by_sdk(plane: ControlPlane, file: Path, name: str) -> Any:
    """Send a job with azure-ai-ml as its own documents say, in a process of its own beside the file."""
    environment = os.environ | _environment(plane) | {"AZURE_CONFIG_DIR": str(file.parent / "none")}
    arguments = [sys.executable, "-c", _SDK, file.name, SUBSCRIPTION, GROUP, WORKSPACE, name]
    subprocess.run(arguments, cwd=file.parent, env=environment, check=True, stdout=subprocess.DEVNULL)
    return next(one.body for one in plane.calls if one.method == "PUT" and one.path.endswith(f"/jobs/{name}"))


_SDK = """
import sys
from azure.ai.ml import MLClient, load_job
from azure.identity import DefaultAzureCredential
file, subscription, group, workspace, name = sys.argv[1:]
job = load_job(file)
job.name = name
MLClient(DefaultAzureCredential(), subscription, group, workspace).jobs.create_or_update(job)
"""


def _say(what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
