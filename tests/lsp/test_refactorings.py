"""A component is moved by one edit, offered to editors that can make files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.raw import Raw, talking

PIPELINE = (
    "type: pipeline\njobs:\n  train:\n    type: command\n    compute: azureml:c\n    component:\n"
    "      type: command\n      command: ls\n      environment: azureml:e:1\n"
)
_CAN_CREATE = {
    "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename"]}}
}


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Raw]:
    with talking(tmp_path) as started:
        yield started


def _titles(raw: Raw, uri: str, **context: object) -> list[str]:
    return [one["title"] for one in _actions(raw, uri, **context)]


def _actions(raw: Raw, uri: str, **context: object) -> list[dict[str, object]]:
    at = {"line": 5, "character": 6}
    found: list[dict[str, object]] = raw.request(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": uri},
            "range": {"start": at, "end": at},
            "context": {"diagnostics": [], **context},
        },
    )
    return found


def test_a_component_is_extracted_by_one_edit(raw: Raw, tmp_path: Path) -> None:
    raw.initialize(_CAN_CREATE)
    uri = (tmp_path / "pipeline.yml").as_uri()
    raw.open(uri, PIPELINE)
    (action,) = _actions(raw, uri, only=["refactor.extract"])
    edit = action["edit"]
    assert isinstance(edit, dict)
    made, written, changed = edit["documentChanges"]
    assert made["kind"] == "create"
    assert made["uri"] == written["textDocument"]["uri"] == (tmp_path / "train.yml").as_uri()
    assert "command: ls\n" in written["edits"][0]["newText"]
    assert changed["textDocument"]["uri"] == uri
    assert changed["edits"][0]["newText"] == " ./train.yml"


def test_an_editor_that_makes_no_files_is_offered_the_other_way_only(raw: Raw, tmp_path: Path) -> None:
    raw.initialize({})
    uri = (tmp_path / "pipeline.yml").as_uri()
    raw.open(uri, PIPELINE)
    assert _titles(raw, uri) == []
    (tmp_path / "train.yml").write_text(
        "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n"
        "name: train\ntype: command\ncommand: ls\nenvironment: azureml:e:1\n"
    )
    other = (tmp_path / "other.yml").as_uri()
    raw.open(other, "type: pipeline\njobs:\n  train:\n    compute: azureml:c\n\n    component: ./train.yml\n")
    assert _titles(raw, other) == ["Inline component train.yml"]
    assert _titles(raw, other, only=["refactor.extract"]) == []
