"""Runs the stand-in for tests in other languages: says where it is, then does what each line of stdin asks.

    python -m tests.azure.serve FOLDER [--storage]

The first line of stdout is `{"environment": {...}, "token": ..., "workspace": {...}}`. Then each line of
stdin is one of `{"fault": {...}}` (the fields of faults.Fault), `{"clear": true}`, `{"calls": PATTERN}`,
`{"job": NAME}`, and is answered by one line. It ends with its stdin.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.azure import azurite, certificate, control_plane, samples
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE


def main() -> None:
    """Serve until stdin ends."""
    with _running(Path(sys.argv[1]), storage="--storage" in sys.argv) as plane:
        samples.fill(plane)
        token, _ = plane.tokens.give(plane.url)
        workspace = {"subscription": SUBSCRIPTION, "resourceGroup": GROUP, "name": WORKSPACE}
        _say({"environment": plane.environment(), "token": token, "workspace": workspace})
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


def _done(plane: ControlPlane, asked: dict[str, Any]) -> Any:
    if "fault" in asked:
        plane.faults.add(**asked["fault"])
    if "clear" in asked:
        plane.faults.clear()
    if "calls" in asked:
        calls = [one for one in plane.calls if re.search(asked["calls"], f"{one.method} {one.path}")]
        return [
            {"method": one.method, "path": one.path, "status": one.status, "body": one.body} for one in calls
        ]
    return plane.jobs.get(asked.get("job", ""))


def _say(what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
