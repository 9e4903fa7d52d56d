"""Runs of the opened folder that this server did not begin: listed without a change, followed on demand."""

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from joblens.engine import records
from joblens.engine.run import RunOptions, create
from tests.engine import jobs
from tests.engine.jobs import alive, at_work, job, write
from tests.lsp.raw import Raw, talking

pytestmark = pytest.mark.slow

WAITS = '"echo on; while [ ! -e ../../../../go ]; do sleep 0.02; done"'


@pytest.fixture(scope="session", autouse=True)
def joblens_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What is tracked is not the user's own."""
    yield from jobs.session(tmp_path_factory)


def listed(raw: Raw, folder: Path) -> dict[str, dict[str, object]]:
    root = {"uri": folder.as_uri(), "name": "jobs"}
    raw.initialize(workspaceFolders=[root], rootUri=root["uri"], initializationOptions={"ownExtension": True})
    return {one["name"]: one for one in raw.request("joblens/earlierRuns", {"most": 20})["runs"]}


def started(folder: Path, name: str, command: str) -> Path:
    file = write(folder, job(command))
    return create(file, options=RunOptions(environment="this-python", name=name)).folder


def test_they_are_listed_as_they_stand_and_told_from_the_beginning(tmp_path: Path) -> None:
    over = started(tmp_path, "over", '"echo said; exit 3"')
    records.wait(over)
    live = started(tmp_path, "live", WAITS)
    at_work(live)
    with talking(tmp_path) as raw:
        found = listed(raw, tmp_path)
        assert list(found) == ["live", "over"]
        assert [(one["status"], one["live"], one["sweep"]) for one in found.values()] == [
            ("Running", True, False),
            ("Failed", False, False),
        ]
        assert found["over"]["folder"] == str(over)
        assert {one["title"] for one in found.values()} == {"job.yml"}
        created = datetime.fromisoformat(str(found["over"]["created"]))
        assert created.timestamp() == pytest.approx(records.show(over).created)
        page = raw.request("joblens/runPage", {"name": "over"})["url"]
        assert page == records.show(over).tracking_url
        for name in found:
            raw.request("joblens/followRun", {"name": name})
        assert raw.hear("joblens/runEvent", name="over", kind="line")["text"] == "said"
        assert raw.hear("joblens/runEvent", name="over", status="Failed")["exitCode"] == 3
        (tmp_path / "go").touch()
        raw.hear("joblens/runEvent", name="live", status="Completed")


def test_one_whose_supervisor_is_gone_stays_as_it_is_until_it_is_asked_for(tmp_path: Path) -> None:
    folder = started(tmp_path, "lost", WAITS)
    at_work(folder)
    pid = json.loads((folder / "supervisor.json").read_text())["pid"]
    os.kill(pid, signal.SIGKILL)
    while alive(pid):
        time.sleep(0.01)
    before = (folder / "run.json").read_bytes()
    with talking(tmp_path) as raw:
        assert listed(raw, tmp_path)["lost"]["status"] == "NotResponding"
        assert (folder / "run.json").read_bytes() == before
        raw.request("joblens/followRun", {"name": "lost"})
        raw.hear("joblens/runEvent", name="lost", status="Failed")


def test_a_folder_without_runs_has_none(tmp_path: Path) -> None:
    with talking(tmp_path) as raw:
        assert listed(raw, tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
