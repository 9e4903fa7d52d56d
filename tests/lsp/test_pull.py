"""Problems for an editor that asks for them: in full, unchanged, of one document or of the workspace."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.raw import Raw, talking

JOB = "command: echo hello\nenvironment: azureml:e:1\ncompute: azureml:cpu-cluster\n"
WRONG = JOB + "cod: .\n"
PULLS = {
    "textDocument": {"diagnostic": {}},
    "workspace": {
        "diagnostics": {"refreshSupport": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "job.yml": WRONG,
        "deep/er/good.yaml": JOB,
        "deep/er/bad.yaml": WRONG,
        "other.yml": "name: x\non: push\n",
        ".hidden/job.yml": WRONG,
        ".joblens/runs/a/job.yml": WRONG,
        "ignored/job.yml": WRONG,
        ".gitignore": "ignored/\n",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def raw(folder: Path) -> Iterator[Raw]:
    with talking(folder) as started:
        workspace = [{"uri": folder.as_uri(), "name": "w"}]
        can = started.initialize(PULLS, workspaceFolders=workspace)
        assert can["diagnosticProvider"]["interFileDependencies"] is True
        assert can["diagnosticProvider"]["workspaceDiagnostics"] is True
        started.hear("client/registerCapability")
        assert pull(started, "untitled:1")["items"] == []  # It has asked what it wants to know.
        yield started


def pull(raw: Raw, uri: str, known: str | None = None) -> Any:
    more = {} if known is None else {"previousResultId": known}
    return raw.request("textDocument/diagnostic", {"textDocument": {"uri": uri}, **more})


def test_a_report_is_full_then_unchanged_then_full_again(raw: Raw, folder: Path) -> None:
    uri = (folder / "job.yml").as_uri()
    raw.open(uri, WRONG)
    first = pull(raw, uri)
    assert (first["kind"], [one["code"] for one in first["items"]]) == ("full", ["JL101"])
    assert pull(raw, uri, first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
    end = {"line": 3, "character": 3}
    raw.change(uri, 2, {"range": {"start": end, "end": end}, "text": "e"})
    mended = pull(raw, uri, first["resultId"])
    assert (mended["kind"], mended["items"]) == ("full", [])
    assert mended["resultId"] != first["resultId"]


def test_an_editor_that_asks_is_not_told_as_well(raw: Raw, folder: Path) -> None:
    uri = (folder / "job.yml").as_uri()
    raw.open(uri, WRONG)
    pull(raw, uri)
    raw.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert pull(raw, uri)["items"]
    assert [one for one in raw.told if one["method"] == "textDocument/publishDiagnostics"] == []


def test_a_document_that_is_not_open_is_read_and_one_that_is_not_there_has_no_problems(
    raw: Raw, folder: Path
) -> None:
    assert [one["code"] for one in pull(raw, (folder / "job.yml").as_uri())["items"]] == ["JL101"]
    assert pull(raw, (folder / "nowhere.yml").as_uri())["items"] == []
    assert pull(raw, "untitled:Untitled-1")["items"] == []


def test_a_file_that_a_check_of_the_workspace_told_is_not_shown_twice_once_it_is_open(
    raw: Raw, folder: Path
) -> None:
    uri = (folder / "job.yml").as_uri()
    raw.request("workspace/executeCommand", {"command": "joblens.checkWorkspace"})
    assert raw.problems(uri, None)
    raw.open(uri, WRONG)
    assert raw.problems(uri, None) == []
    assert pull(raw, uri)["items"]


def test_the_workspace_is_reported_without_what_is_hidden_or_ignored(raw: Raw, folder: Path) -> None:
    report = raw.request("workspace/diagnostic", {"previousResultIds": []})
    found = {one["uri"]: [each["code"] for each in one["items"]] for one in report["items"]}
    assert found == {
        (folder / "job.yml").as_uri(): ["JL101"],
        (folder / "deep/er/good.yaml").as_uri(): [],
        (folder / "deep/er/bad.yaml").as_uri(): ["JL101"],
        (folder / "other.yml").as_uri(): [],
    }


def test_the_workspace_is_unchanged_but_for_what_changed(raw: Raw, folder: Path) -> None:
    first = raw.request("workspace/diagnostic", {"previousResultIds": []})["items"]
    known = [{"uri": one["uri"], "value": one["resultId"]} for one in first]
    uri = (folder / "job.yml").as_uri()
    raw.open(uri, JOB, version=7)
    (folder / "deep/er/bad.yaml").unlink()
    second = raw.request("workspace/diagnostic", {"previousResultIds": known})["items"]
    kinds = {one["uri"]: (one["kind"], one.get("items"), one.get("version")) for one in second}
    assert kinds == {
        uri: ("full", [], 7),
        (folder / "deep/er/good.yaml").as_uri(): ("unchanged", None, None),
        (folder / "deep/er/bad.yaml").as_uri(): ("full", [], None),
        (folder / "other.yml").as_uri(): ("unchanged", None, None),
    }


def test_the_workspace_comes_in_pieces_where_they_are_taken(raw: Raw, folder: Path) -> None:
    for number in range(60):
        (folder / f"job{number}.yml").write_text(JOB, encoding="utf-8")
    params = {"previousResultIds": [], "partialResultToken": "pieces", "workDoneToken": "work"}
    assert raw.request("workspace/diagnostic", params) == {"items": []}
    heard = [one["params"] for one in raw.told if one["method"] == "$/progress"]
    pieces = [one["value"]["items"] for one in heard if one["token"] == "pieces"]
    assert len(pieces) == 2
    assert sum(map(len, pieces)) == 64
    kinds = [one["value"]["kind"] for one in heard if one["token"] == "work"]
    assert (kinds[0], kinds[-1]) == ("begin", "end")


def test_the_editor_is_asked_to_ask_again_when_a_neighbour_changes(raw: Raw, folder: Path) -> None:
    raw.open((folder / "job.yml").as_uri(), WRONG)
    raw.notify(
        "workspace/didChangeWatchedFiles",
        {"changes": [{"uri": (folder / "x.py").as_uri(), "type": 1}]},
    )
    while not any(one["method"] == "workspace/diagnostic/refresh" for one in raw.told):
        raw.take()
