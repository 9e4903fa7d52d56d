"""The workspace's jobs in an editor: a real server over stdio that sends, lists, follows and cancels them."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.azure.conftest import SITE
from tests.azure.control_plane import ControlPlane
from tests.azure.state import ROOT, resource
from tests.azure.test_names_in_editor import CHOSEN, MEGABYTES, choose, size_of, start, state
from tests.azure.test_submit_faults import JOB
from tests.lsp.raw import PATIENCE, Raw, talking

pytestmark = pytest.mark.slow

CANCELED = -32800


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A job with a large file."""
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(SITE))  # The server's children look the storage up.
    made = tmp_path / "jobs"
    (made / "src").mkdir(parents=True)
    (made / "data").mkdir()
    (made / "src" / "main.py").write_text("print(1)\n")
    (made / "data" / "large.bin").write_bytes(os.urandom(6_000_000))
    (made / "job.yml").write_text(JOB)
    return made


@pytest.fixture
def started(plane: ControlPlane, folder: Path) -> Iterator[Raw]:
    """An editor in which no workspace is chosen yet."""
    plane.jobs.clear()
    plane.workspace.put("environments", "sklearn", "1", image="x")
    plane.computes["cpu-cluster"] = {"computeType": "AmlCompute", "properties": {}}
    with talking(folder) as raw:
        start(raw, plane, folder)
        yield raw


@pytest.fixture
def editor(started: Raw) -> Raw:
    choose(started)
    return started


def put(plane: ControlPlane, name: str, created: str = "", **more: Any) -> None:
    told = {"jobType": "Command", "status": "Running", "displayName": name, "experimentName": "flowers"}
    plane.jobs[name] = resource(f"{ROOT}/jobs/{name}", told | more, created)


def submitting(raw: Raw, folder: Path) -> int:
    params = {"uri": (folder / "job.yml").as_uri(), "workDoneToken": "t"}
    return raw.ask("joblens/submit", params)


def told(raw: Raw) -> list[str]:
    """What the progress said."""
    values = [one["params"]["value"] for one in raw.told if one["method"] == "$/progress"]
    return [one.get("message", "") for one in values]


def test_a_submission_shows_its_bytes_and_answers_with_the_job(
    plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    answer = editor.answer(submitting(editor, folder))["result"]
    assert plane.jobs[answer["name"]]["properties"]["status"] == "Queued"
    assert answer["studioUrl"].endswith(answer["name"])
    assert any("of 6.0 MB" in text for text in told(editor)), told(editor)


def test_a_job_that_is_sent_right_after_the_choice_of_a_workspace_goes_there(
    plane: ControlPlane, started: Raw, folder: Path
) -> None:
    started.ask("joblens/useWorkspace", CHOSEN)
    answer = started.answer(submitting(started, folder))["result"]
    assert list(plane.jobs) == [answer["name"]]


def test_a_submission_that_the_user_ends_sends_nothing_and_is_no_failure(
    plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    (folder / "src" / "main.py").write_text("print(2)\n")
    with plane.faults.during(where="/codes/", hangs=True):
        number = submitting(editor, folder)
        until(editor, number, lambda: plane.faults.met)
        editor.notify("window/workDoneProgress/cancel", {"token": "t"})
        error = editor.answer(number)["error"]
    assert error["code"] == CANCELED
    assert plane.jobs == {}


def test_what_the_preflight_finds_stops_a_submission(plane: ControlPlane, editor: Raw, folder: Path) -> None:
    text = JOB.replace("sklearn:1", "sklearn:77")
    (folder / "job.yml").write_text(text)
    uri = (folder / "job.yml").as_uri()
    editor.open(uri, text)
    error = editor.answer(submitting(editor, folder))["error"]
    assert error["message"] == "job.yml has an error, so nothing was submitted."
    assert error["data"]["show"] == "problems"
    assert [one for one in plane.calls if one.method == "PUT"] == []
    while not [one for one in editor.problems(uri, 1) if "77" in one["message"] and one["severity"] == 1]:
        pass


def test_jobs_are_listed_newest_first_and_a_few_at_a_time(plane: ControlPlane, editor: Raw) -> None:
    for number in range(5):
        put(plane, f"job-{number}", f"2026-03-0{number + 1}T10:00:00Z")
    put(plane, "search", "2026-03-09T10:00:00Z", jobType="Sweep", status="Completed")
    answer = editor.request("joblens/jobs", {"most": 3})
    assert [one["name"] for one in answer["jobs"]] == ["search", "job-4", "job-3"]
    assert [(one["hasChildren"], one["isOver"]) for one in answer["jobs"]] == [
        (True, True),
        *[(False, False)] * 2,
    ]
    assert answer["more"] is True
    assert editor.request("joblens/jobs", {"most": 6})["more"] is False


def test_a_log_is_told_from_its_beginning_to_its_end(plane: ControlPlane, editor: Raw) -> None:
    put(plane, "talks", status="Queued")
    plane.lines["talks"] = [f"line {number}" for number in range(3000)]
    assert editor.request("joblens/followJob", {"name": "talks"}) == {"status": "Completed"}
    events = [one["params"] for one in editor.told if one["method"] == "joblens/jobEvent"]
    lines = [one["text"] for one in events if one["kind"] == "line"]
    assert lines == plane.lines["talks"]
    assert events[-1] == {"name": "talks", "kind": "status", "text": "", "status": "Completed"}


def test_nothing_is_told_any_more_of_a_log_that_nobody_follows(plane: ControlPlane, editor: Raw) -> None:
    put(plane, "endless", status="Queued")
    plane.held.add("endless")
    number = editor.ask("joblens/followJob", {"name": "endless"})
    editor.hear("joblens/jobEvent", kind="line")
    editor.notify("$/cancelRequest", {"id": number})
    assert editor.answer(number)["error"]["code"] == CANCELED
    assert editor.request("joblens/cancelJob", {"name": "endless"}) == {"status": "Canceled"}


def test_a_job_that_is_not_there_is_told_in_a_sentence(plane: ControlPlane, editor: Raw) -> None:
    put(plane, "calm_sky")
    error = editor.answer(editor.ask("joblens/followJob", {"name": "calm_ski"}))["error"]
    assert "has no job 'calm_ski'" in error["message"]
    assert error["data"]["hint"] == "Did you mean 'calm_sky'?"


def test_typing_goes_on_while_every_request_about_jobs_hangs(
    plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    put(plane, "some-job")
    uri = (folder / "job.yml").as_uri()
    editor.open(uri, JOB)
    state(editor, "answers")
    with plane.faults.during(hangs=True):
        waiting = [editor.ask("joblens/jobs", {"most": 9}) for _ in range(12)]
        waiting.append(editor.ask("joblens/followJob", {"name": "some-job"}))
        waiting.append(submitting(editor, folder))
        for version, letter in enumerate("typed", 2):
            end = {"line": 0, "character": 9}
            editor.change(uri, version, {"range": {"start": end, "end": end}, "text": letter})
            assert editor.problems(uri, version) is not None
            place = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 17}}
            assert editor.request("textDocument/completion", place)["items"]
        assert not [number for number in waiting if number in editor._answers]
        for number in waiting:
            editor.notify("$/cancelRequest", {"id": number})


def test_the_server_stays_small_with_many_jobs_and_never_loads_azures_clients(
    plane: ControlPlane,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    plane.jobs.clear()
    for number in range(500):
        put(plane, f"job-{number}", f"2026-03-01T10:{number % 60:02}:00Z")
    put(plane, "talks", status="Queued")
    plane.lines["talks"] = ["a line of some length" * 4] * 20_000
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    with talking(folder) as raw:
        start(raw, plane, folder)
        choose(raw)
        state(raw, "answers")
        for _ in range(5):
            assert len(raw.request("joblens/jobs", {"most": 400})["jobs"]) == 400
        raw.request("joblens/followJob", {"name": "talks"})
        into = folder / "got"
        assert raw.request("joblens/downloadJob", {"name": "talks", "folder": str(into)})["files"] == 2
        largest = size_of(raw.process.pid)
    said = capfd.readouterr().err.splitlines()
    imported = {line.rpartition("|")[2].strip() for line in said if "|" in line}
    assert "joblens.azure.jobs.download" in imported
    assert not [name for name in imported if name.split(".")[0] in ("azure", "msal", "requests")]
    assert largest < MEGABYTES * 1024, f"{largest} kB"


def until(raw: Raw, number: int, look: Callable[[], object]) -> None:
    """Wait for something to happen before a request is answered."""
    end = time.monotonic() + PATIENCE
    while not look():
        raw.request("textDocument/documentSymbol", {"textDocument": {"uri": "file:///none"}})
        assert number not in raw._answers, raw._answers
        assert time.monotonic() < end, told(raw)
        time.sleep(0.02)
