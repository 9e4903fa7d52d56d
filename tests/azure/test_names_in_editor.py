"""The names of a workspace in an editor: a real server over stdio, and the stand-in on a bad network."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.lsp.raw import PATIENCE, Raw, talking

pytestmark = pytest.mark.slow

CHOSEN = {"subscription": SUBSCRIPTION, "resourceGroup": GROUP, "name": WORKSPACE, "editorAccount": True}
JOB = "command: a\nenvironment: azureml:\ncompute: azureml:\n"
MEGABYTES = 80


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the editor works; what Joblens keeps lies beside it."""
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    found = tmp_path / "jobs"
    found.mkdir()
    return found


@pytest.fixture
def editor(names_plane: ControlPlane, folder: Path) -> Iterator[Raw]:
    with talking(folder) as raw:
        start(raw, names_plane, folder)
        yield raw


def start(raw: Raw, plane: ControlPlane, folder: Path) -> None:
    raw.replies["joblens/token"] = {"token": plane.tokens.give(plane.url)[0]}
    root = {"uri": folder.as_uri(), "name": "jobs"}
    raw.initialize(workspaceFolders=[root], rootUri=root["uri"], initializationOptions={"ownExtension": True})


def choose(raw: Raw) -> None:
    raw.request("joblens/useWorkspace", CHOSEN)


def state(raw: Raw, kind: str) -> Any:
    """How the workspace answers, once it is told so."""
    return raw.hear("joblens/workspaceState", kind=kind)


def ask(raw: Raw, uri: str, line: int, character: int = 100) -> int:
    place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    return raw.ask("textDocument/completion", place)


def labels(raw: Raw, number: int) -> list[str]:
    items = raw.answer(number)["result"]["items"]
    return [one["label"] for one in items if one["label"] not in ("local", "serverless")]


def offered(raw: Raw, uri: str, line: int) -> list[str]:
    return labels(raw, ask(raw, uri, line))


def until_offered(raw: Raw, uri: str, line: int, name: str) -> list[str]:
    """As an editor asks, again and again; others must be answered meanwhile."""
    end = time.monotonic() + PATIENCE
    while name not in (found := offered(raw, uri, line)):
        assert time.monotonic() < end, found
    return found


def test_nothing_is_asked_of_azure_until_a_workspace_is_chosen(
    names_plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    uri = (folder / "job.yml").as_uri()
    editor.open(uri, JOB)
    assert offered(editor, uri, 1) == []
    editor.request(
        "textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 16}}
    )
    assert names_plane.calls == []
    choose(editor)
    assert "sklearn" in until_offered(editor, uri, 1, "sklearn")


def test_names_and_versions_are_offered_once_the_workspace_has_answered(editor: Raw, folder: Path) -> None:
    uri = (folder / "job.yml").as_uri()
    editor.open(uri, JOB.replace("environment: azureml:", "environment: azureml:sklearn:"))
    choose(editor)
    computes = ["cpu-cluster", "gpu-cluster", "my-machine"]
    assert until_offered(editor, uri, 2, "cpu-cluster") == computes
    assert until_offered(editor, uri, 1, "sklearn:12")[:3] == ["sklearn:12", "sklearn:11", "sklearn:10"]


def test_a_hover_tells_what_a_reference_is(editor: Raw, folder: Path) -> None:
    uri = (folder / "job.yml").as_uri()
    editor.open(uri, JOB.replace("environment: azureml:", "environment: azureml:sklearn:3"))
    choose(editor)
    place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 25}}
    until_offered(editor, uri, 1, "sklearn:12")
    said = editor.request("textDocument/hover", place)["contents"]["value"]
    assert said.startswith(
        "**environment sklearn** · version 3 · tests-workspace\n\nscikit-learn as of month 3"
    )
    assert "- image: `python:3.3`" in said


def test_a_name_that_the_workspace_lacks_becomes_a_warning_when_its_names_are_known(
    names_plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    uri = (folder / "job.yml").as_uri()
    editor.open(uri, "command: a\nenvironment: azureml:sklearn:3\ncompute: cpu-clusterr\n")
    assert [one["code"] for one in editor.problems(uri, 1)] == ["JL107"]
    choose(editor)
    warning = _problem(editor, uri, "JL807")
    assert warning["severity"] == 2
    assert warning["message"] == "The workspace has no compute 'cpu-clusterr'. Did you mean 'cpu-cluster'?"


def test_what_was_made_in_the_workspace_meanwhile_is_found_when_the_file_is_saved(
    names_plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    uri = (folder / "job.yml").as_uri()
    editor.open(uri, "command: a\nenvironment: azureml:not-yet:1\n")
    choose(editor)
    assert "not-yet" in _problem(editor, uri, "JL807")["message"]
    names_plane.workspace.put("environments", "not-yet", "1", image="x")
    end = time.monotonic() + PATIENCE
    while "not-yet:1" not in offered(editor, uri, 1):
        assert time.monotonic() < end
        editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        time.sleep(0.2)
    while editor.problems(uri, 1):
        pass


def _problem(raw: Raw, uri: str, code: str) -> Any:
    while True:
        found = [one for one in raw.problems(uri, 1) if one["code"] == code]
        if found:
            return found[0]


def test_typing_goes_on_while_every_request_hangs(
    names_plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    uri = (folder / "job.yml").as_uri()
    with names_plane.faults.during(hangs=True):
        editor.open(uri, JOB)
        editor.problems(uri, 1)
        choose(editor)
        waiting = ask(editor, uri, 2)
        for version, letter in enumerate("a clean keystroke at a time", 2):
            end = {"line": 0, "character": 9 + version}
            editor.change(uri, version, {"range": {"start": end, "end": end}, "text": letter})
            assert editor.problems(uri, version) is not None
            outline = {"textDocument": {"uri": uri}}
            assert editor.request("textDocument/documentSymbol", outline)
        assert waiting not in editor._answers or editor._answers[waiting]["result"]["isIncomplete"]
        assert editor.answer(waiting)["result"] == {"isIncomplete": True, "items": []}
        assert offered(editor, uri, 2) == [], "answered with what is known"
    assert "cpu-cluster" in until_offered(editor, uri, 2, "cpu-cluster")


def test_without_a_network_names_come_from_the_disk_and_the_state_is_quiet(
    names_plane: ControlPlane, folder: Path
) -> None:
    uri = (folder / "job.yml").as_uri()
    with talking(folder) as first:
        start(first, names_plane, folder)
        first.open(uri, JOB)
        choose(first)
        state(first, "answers")
        until_offered(first, uri, 1, "sklearn-1.5")
        until_offered(first, uri, 2, "cpu-cluster")
        _wait_for(lambda: list((folder.parent / "cache" / "azure").glob("*.json")))
    _make_old(folder.parent / "cache" / "azure")
    with names_plane.faults.during(cut_after=0), talking(folder) as second:
        start(second, names_plane, folder)
        second.open(uri, JOB)
        choose(second)
        assert "sklearn" in offered(second, uri, 1)
        assert "could not be reached" in state(second, "offline")["text"]
        assert "cpu-cluster" in offered(second, uri, 2)
        shown = [one["method"] for one in second.told if one["method"].startswith("window/showMessage")]
        assert shown == []


def _wait_for(look: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end
        time.sleep(0.02)


def _make_old(folder: Path) -> None:
    import json

    for file in folder.glob("*.json"):
        told = json.loads(file.read_text())
        for entry in told["entries"]:
            entry[3] -= 3600
        file.write_text(json.dumps(told))


def test_the_server_stays_small_and_never_loads_a_client_of_azures(
    names_plane: ControlPlane,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for number in range(1500):
        names_plane.registries["azureml"].put("models", f"model-{number}", "1", modelType="mlflow_model")
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    uri = (folder / "job.yml").as_uri()
    with talking(folder) as raw:
        start(raw, names_plane, folder)
        raw.open(uri, JOB + "inputs:\n  m: {type: mlflow_model, path: azureml:}\n")
        choose(raw)
        until_offered(raw, uri, 1, "sklearn-1.5")
        place = {"textDocument": {"uri": uri}, "position": {"line": 4, "character": 40}}
        end = time.monotonic() + PATIENCE
        while len(raw.request("textDocument/completion", place)["items"]) < 200:
            assert time.monotonic() < end
        largest = size_of(raw.process.pid)
    imported = {
        line.rpartition("|")[2].strip() for line in capfd.readouterr().err.splitlines() if "|" in line
    }
    assert "joblens.azure.workspace_names" in imported
    assert not [name for name in imported if name.split(".")[0] in ("azure", "msal", "requests")]
    assert largest < MEGABYTES * 1024, f"{largest} kB"


def size_of(pid: int) -> int:
    """The most kilobytes that a process has had."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell how large a process is")
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1])


def test_the_editors_token_is_in_no_log_and_no_file(
    names_plane: ControlPlane,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JOBLENS_LOG", "DEBUG")
    uri = (folder / "job.yml").as_uri()
    with talking(folder) as raw:
        start(raw, names_plane, folder)
        raw.open(uri, JOB)
        choose(raw)
        until_offered(raw, uri, 1, "sklearn")
        token = raw.replies["joblens/token"]["token"]
    assert names_plane.calls, "it was used"
    log = capfd.readouterr().err
    assert "joblens/token" in log, "the conversation is logged"
    assert token not in log
    written = [file.read_bytes() for file in folder.parent.rglob("*") if file.is_file()]
    assert not any(token.encode() in content for content in written)


def test_an_editor_without_the_extension_chooses_with_a_command(
    names_plane: ControlPlane, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION)
    monkeypatch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    (folder / "config.json").write_text(f'{{"workspace_name": "{WORKSPACE}"}}')
    uri = (folder / "job.yml").as_uri()
    with talking(folder) as raw:
        raw.initialize(rootUri=folder.as_uri())
        raw.open(uri, JOB)
        command = {"command": "joblens.chooseWorkspace", "arguments": []}
        assert raw.request("workspace/executeCommand", command) == {"name": WORKSPACE}
        assert "sklearn" in until_offered(raw, uri, 1, "sklearn")


def test_the_workspaces_to_choose_from_are_the_configured_one_and_those_of_the_account(
    names_plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    names_plane.workspaces["second"] = ("other",)
    assert editor.request("joblens/workspaces", {"all": False}) == {"workspaces": []}
    said = {"subscription_id": "s", "resource_group": "g", "workspace_name": "w"}
    (folder / "config.json").write_text(str(said).replace("'", '"'))
    configured = editor.request("joblens/workspaces", {"all": False, "uri": (folder / "job.yml").as_uri()})
    assert [one["name"] for one in configured["workspaces"]] == ["w"]
    seen = editor.request("joblens/workspaces", {"all": True, "editorAccount": True})["workspaces"]
    assert [(one["name"], one["subscriptionName"]) for one in seen] == [
        (WORKSPACE, "Tests 1"),
        ("other", "Tests 2"),
    ]
    editor.replies["joblens/token"] = None
    names_plane.tokens.revoke()
    refused = editor.answer(editor.ask("joblens/workspaces", {"all": True, "editorAccount": True}))
    assert "not signed in" in refused["error"]["message"]
