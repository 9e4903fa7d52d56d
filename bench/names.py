"""How soon the names of a workspace are there, with every answer of Azure 100 ms late, and what they take."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from unittest import mock

from tests.azure import certificate, control_plane, samples
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.lsp.raw import Raw, talking

from bench.report import medians_table
from bench.samples import Samples

LATENCY = 0.1
FIRST, VERSIONS, AGAIN, KEPT = "first names", "first versions", "names again", "names from disk, no network"
MEMORY = "largest memory of the server, MB"
_MODELS = 2_000
_TEXT = "command: a\nenvironment: azureml:sklearn:\ncompute: azureml:\n"
_CHOSEN = {"subscription": SUBSCRIPTION, "resourceGroup": GROUP, "name": WORKSPACE, "editorAccount": True}


def measure(rounds: int) -> Samples:
    """Each in turn, with a new server and a new cache each time."""
    found = Samples()
    for number in range(rounds):
        print(f"names, round {number + 1} of {rounds}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name, _plane(Path(name)) as plane:
            _round(plane, Path(name), found)
    return found


def table(found: Samples) -> str:
    """Milliseconds of each, and the server's memory."""
    title = f"names of a workspace, {1000 * LATENCY:.0f} ms late"
    waits = Samples()
    waits.update({way: series for way, series in found.items() if way != MEMORY})
    return f"{medians_table(title, waits)}\n{MEMORY}: {found[MEMORY].median:.0f}"


def _round(plane: ControlPlane, folder: Path, found: Samples) -> None:
    uri = (folder / "job.yml").as_uri()
    with _editor(plane, folder, uri) as editor:
        found[FIRST].add(_waited(editor, uri, 2, "cpu-cluster"))
        found[VERSIONS].add(_waited(editor, uri, 1, "sklearn:11"))
        for _ in range(20):
            found[AGAIN].add(_waited(editor, uri, 2, "cpu-cluster"))
        while not list((folder / "cache" / "azure").glob("*.json")):
            _waited(editor, uri, 2, "cpu-cluster")
        found[MEMORY].add(_megabytes(editor.process.pid))
    plane.faults.add(cut_after=0)
    with _editor(plane, folder, uri) as editor:
        found[KEPT].add(_waited(editor, uri, 2, "cpu-cluster"))


@contextmanager
def _plane(folder: Path) -> Iterator[ControlPlane]:
    with control_plane.running(certificate.make_certificate(folder)) as plane:
        samples.fill(plane)
        for number in range(_MODELS):
            plane.registries["azureml"].put("models", f"model-{number}", "1", modelType="mlflow_model")
        plane.faults.add(latency=LATENCY)
        ours = {"JOBLENS_CACHE": str(folder / "cache"), **plane.environment()}
        with mock.patch.dict(os.environ, ours):
            yield plane


@contextmanager
def _editor(plane: ControlPlane, folder: Path, uri: str) -> Iterator[Raw]:
    """A server that has shown a document; the user has just chosen the workspace."""
    with talking(folder) as editor:
        editor.replies["joblens/token"] = {"token": plane.tokens.give(plane.url)[0]}
        editor.initialize(initializationOptions={"ownExtension": True})
        editor.open(uri, _TEXT)
        _asked(editor, uri, 2)
        editor.request("joblens/useWorkspace", _CHOSEN)
        yield editor


def _waited(editor: Raw, uri: str, line: int, name: str) -> float:
    start = perf_counter()
    while name not in _asked(editor, uri, line):
        pass
    return perf_counter() - start


def _asked(editor: Raw, uri: str, line: int) -> list[str]:
    place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 100}}
    return [one["label"] for one in editor.request("textDocument/completion", place)["items"]]


def _megabytes(pid: int) -> float:
    """In place of seconds; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
