"""The check of a workspace: told file by file, beside the user's typing, and ended when it is withdrawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.lsp.raw import PATIENCE, Raw, talking

JOB = "command: echo hello\nenvironment: azureml:e:1\ncompute: azureml:cpu-cluster\n"
WRONG = JOB + "cod: .\n"
CHECK = {"command": "joblens.checkWorkspace", "arguments": []}
PROGRESS = {"window": {"workDoneProgress": True}}
WITHDRAWN = -32800
MANY = 1500
"""Files that take seconds to check."""


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Raw]:
    with talking(tmp_path) as started:
        yield started


def initialize(raw: Raw, folder: Path) -> None:
    raw.initialize(PROGRESS, workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}])


def progress(raw: Raw, kind: str) -> Any:
    while True:
        heard = raw.hear("$/progress")
        if heard["value"]["kind"] == kind:
            return heard


def write_many(folder: Path) -> None:
    step = "environment_variables:\n" + "".join(f"  NAME_{number}: value\n" for number in range(200))
    for number in range(MANY):
        (folder / f"job{number:04}.yml").write_text(WRONG + step, encoding="utf-8")


def test_every_file_is_told_and_what_is_mended_is_taken_back(raw: Raw, tmp_path: Path) -> None:
    wrong, good = tmp_path / "a.yml", tmp_path / "b.yml"
    wrong.write_text(WRONG, encoding="utf-8")
    good.write_text(JOB, encoding="utf-8")
    initialize(raw, tmp_path)
    counted = raw.request("workspace/executeCommand", CHECK)
    assert counted == {"files": 2, "errors": 1, "warnings": 0}
    assert [one["code"] for one in raw.problems(wrong.as_uri(), None)] == ["JL101"]
    assert raw.problems(good.as_uri(), None) == []
    begun = progress(raw, "begin")
    assert begun["value"]["cancellable"] is True
    assert progress(raw, "end")["token"] == begun["token"]
    told = raw.hear("window/showMessage")
    assert told["message"] == "Checked 2 YAML files: 1 error, 0 warnings."
    wrong.unlink()
    raw.request("workspace/executeCommand", CHECK)
    assert raw.problems(wrong.as_uri(), None) == []


def test_a_file_that_was_told_stays_told_when_it_is_closed_and_follows_the_disk(
    raw: Raw, tmp_path: Path
) -> None:
    job = tmp_path / "a.yml"
    job.write_text(WRONG, encoding="utf-8")
    initialize(raw, tmp_path)
    raw.request("workspace/executeCommand", CHECK)
    assert raw.problems(job.as_uri(), None)
    raw.open(job.as_uri(), JOB)
    assert raw.problems(job.as_uri(), 1) == []
    raw.notify("textDocument/didClose", {"textDocument": {"uri": job.as_uri()}})
    assert [one["code"] for one in raw.problems(job.as_uri(), None)] == ["JL101"]
    job.write_text(JOB, encoding="utf-8")
    changes = [{"uri": job.as_uri(), "type": 2}]
    raw.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    assert raw.problems(job.as_uri(), None) == []


def test_an_open_document_counts_as_the_editor_has_it(raw: Raw, tmp_path: Path) -> None:
    job = tmp_path / "a.yml"
    job.write_text(WRONG, encoding="utf-8")
    initialize(raw, tmp_path)
    raw.open(job.as_uri(), JOB)
    assert raw.request("workspace/executeCommand", CHECK) == {"files": 1, "errors": 0, "warnings": 0}


def test_a_withdrawn_check_stops_early(raw: Raw, tmp_path: Path) -> None:
    write_many(tmp_path)
    initialize(raw, tmp_path)
    asked = raw.ask("workspace/executeCommand", CHECK)
    progress(raw, "report")
    (checking,) = psutil.Process(raw.process.pid).children()
    raw.notify("$/cancelRequest", {"id": asked})
    assert raw.answer(asked)["error"]["code"] == WITHDRAWN
    assert progress(raw, "end")["value"]["message"] == "Stopped."
    checking.wait(PATIENCE)
    told = [one for one in raw.told if one["method"] == "textDocument/publishDiagnostics"]
    assert len(told) < MANY


def test_a_check_that_dies_is_no_check(raw: Raw, tmp_path: Path) -> None:
    write_many(tmp_path)
    initialize(raw, tmp_path)
    asked = raw.ask("workspace/executeCommand", CHECK)
    progress(raw, "report")
    (checking,) = psutil.Process(raw.process.pid).children()
    checking.kill()
    assert "ended before all files were checked" in raw.answer(asked)["error"]["message"]
    assert progress(raw, "end")["value"]["message"] == "Stopped."


def test_the_progress_can_be_ended_in_the_editor(raw: Raw, tmp_path: Path) -> None:
    write_many(tmp_path)
    initialize(raw, tmp_path)
    asked = raw.ask("workspace/diagnostic", {"previousResultIds": []})
    begun = progress(raw, "begin")
    raw.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
    assert raw.answer(asked)["error"]["code"] == WITHDRAWN


def test_what_is_typed_meanwhile_is_answered_at_once(raw: Raw, tmp_path: Path) -> None:
    write_many(tmp_path)
    initialize(raw, tmp_path)
    asked = raw.ask("workspace/executeCommand", CHECK)
    progress(raw, "report")
    uri = (tmp_path / "new.yml").as_uri()
    raw.open(uri, WRONG)
    assert [one["code"] for one in raw.problems(uri, 1)] == ["JL101"]
    place = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 2}}
    assert "compute" in raw.request("textDocument/hover", place)["contents"]["value"]
    raw.notify("$/cancelRequest", {"id": asked})
    assert raw.answer(asked)["error"]["code"] == WITHDRAWN  # it was still under way


def test_a_check_under_way_does_not_keep_the_server(tmp_path: Path) -> None:
    write_many(tmp_path)
    with talking(tmp_path) as raw:
        initialize(raw, tmp_path)
        asked = raw.ask("workspace/executeCommand", CHECK)
        progress(raw, "report")
        (checking,) = psutil.Process(raw.process.pid).children()
        raw.request("shutdown", None)
        raw.notify("exit", None)
        assert raw.process.wait(PATIENCE) == 0
        checking.wait(PATIENCE)
        assert asked


def test_a_request_that_waits_behind_a_long_one_is_withdrawn_before_it_begins(
    raw: Raw, tmp_path: Path
) -> None:
    initialize(raw, tmp_path)
    uri = (tmp_path / "long.yml").as_uri()
    raw.open(uri, JOB + "environment_variables:\n" + "".join(f"  N{n}: v\n" for n in range(60_000)))
    document = {"textDocument": {"uri": uri}}
    long = raw.ask("textDocument/documentSymbol", document)
    waiting = [
        raw.ask("textDocument/hover", {**document, "position": {"line": 1, "character": 2}}) for _ in range(5)
    ]
    for one in waiting:
        raw.notify("$/cancelRequest", {"id": one})
    assert [raw.answer(one)["error"]["code"] for one in waiting] == [WITHDRAWN] * 5
    assert raw.answer(long)["result"]
    assert raw.request("textDocument/hover", {**document, "position": {"line": 1, "character": 2}})
