"""A pre-flight asked for by an editor: its findings are problems of the document, until the text changes."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.azure.control_plane import ControlPlane
from tests.azure.test_names_in_editor import choose, start, state
from tests.lsp.raw import PATIENCE, Raw, talking

pytestmark = pytest.mark.slow

JOB = """\
command: ls
code: src
environment: azureml:sklearn:99
compute: azureml:cpu-cluster
resources: {instance_count: 9}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "jobs" / "src").mkdir(parents=True)
    (tmp_path / "jobs" / "src" / "main.py").write_text("print(1)\n")
    (tmp_path / "jobs" / "job.yml").write_text(JOB)
    return tmp_path / "jobs"


def until_told(raw: Raw, uri: str, version: int, wanted: list[str]) -> list[Any]:
    """The findings, once the document's problems have just these."""
    end = time.monotonic() + PATIENCE
    while True:
        found = [one for one in raw.problems(uri, version) if one["code"] in ("JL905", "JL906")]
        if sorted(one["code"] for one in found) == wanted:
            return found
        assert time.monotonic() < end, found


def test_findings_are_problems_of_the_document_until_it_changes(
    names_plane: ControlPlane, folder: Path
) -> None:
    uri = (folder / "job.yml").as_uri()
    with talking(folder) as raw:
        start(raw, names_plane, folder)
        choose(raw)
        state(raw, "answers")
        raw.open(uri, JOB)
        answer = raw.request("joblens/preflight", {"uri": uri})
        assert (answer["errors"], answer["warnings"], answer["hints"]) == (1, 1, 0)
        assert answer["summary"] == "Pre-flight: 1 error, 1 warning; 1 file (9 B) to upload."
        found = until_told(raw, uri, 1, ["JL905", "JL906"])
        (line,) = [one["range"]["start"]["line"] for one in found if one["code"] == "JL905"]
        assert line == 2
        raw.change(uri, 2, {"text": JOB.replace("99", "3")})
        until_told(raw, uri, 2, [])


def test_without_a_workspace_only_files_are_looked_at(names_plane: ControlPlane, folder: Path) -> None:
    with talking(folder) as raw:
        start(raw, names_plane, folder)
        answer = raw.request("joblens/preflight", {"uri": (folder / "job.yml").as_uri()})
    assert (answer["errors"], answer["uploadFiles"]) == (0, 1)
    assert not [call for call in names_plane.calls if "/workspaces/" in call.path]
