"""The conversation as the specification has it, byte for byte, with a client that knows nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.raw import PATIENCE, Raw, talking

URI = "file:///project/job.yml"
JOB = "command: echo hello\nenvironment: azureml:e:1\ncompute: azureml:cpu-cluster\n"
PART = """$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: part
inputs:
  rows: {type: integer, optional: true}
command: echo $[[${{inputs.rows}}]]
environment: azureml:e:1
"""
PIPELINE = """type: pipeline
settings: {default_compute: azureml:c}
jobs:
  part:
    type: command
    component: ./part.yml
    inputs: {rows: 1}
"""
ENCODINGS = {"utf-8": 4, "utf-16": 2, "utf-32": 1}
"""How many units an emoji takes."""


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Raw]:
    with talking(tmp_path) as started:
        yield started


def test_it_says_what_it_can_do(raw: Raw) -> None:
    answer = raw.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert answer["serverInfo"]["name"] == "joblens"
    can = answer["capabilities"]
    assert can["textDocumentSync"]["openClose"] and can["textDocumentSync"]["change"] == 2
    assert can["hoverProvider"] and can["definitionProvider"] and can["codeLensProvider"]
    assert "diagnosticProvider" not in can
    assert "joblens.checkWorkspace" in can["executeCommandProvider"]["commands"]


def test_nothing_is_answered_before_initialize_and_nothing_after_shutdown(tmp_path: Path) -> None:
    with talking(tmp_path) as raw:
        assert raw.refusal("textDocument/hover", {}) == -32002
        raw.initialize()
        assert raw.refusal("initialize", {"processId": None, "rootUri": None, "capabilities": {}}) == -32600
        assert raw.request("shutdown", None) is None
        assert raw.refusal("textDocument/hover", {}) == -32600
        raw.notify("exit", None)
        assert raw.process.wait(PATIENCE) == 0


def test_an_exit_that_was_not_announced_is_a_failure(tmp_path: Path) -> None:
    with talking(tmp_path) as raw:
        raw.initialize()
        raw.notify("exit", None)
        assert raw.process.wait(PATIENCE) == 1


def test_it_ends_with_its_client(tmp_path: Path) -> None:
    with talking(tmp_path) as raw:
        raw.initialize()
        assert raw.process.stdin is not None
        raw.process.stdin.close()
        assert raw.process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (None, "utf-16"),
        ([], "utf-16"),
        (["utf-7"], "utf-16"),
        (["utf-7", "utf-32", "utf-8"], "utf-32"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16", "utf-8"], "utf-16"),
    ],
)
def test_the_first_encoding_that_both_know_is_taken(raw: Raw, offered: list[str] | None, taken: str) -> None:
    general = {} if offered is None else {"positionEncodings": offered}
    assert raw.initialize({"general": general})["positionEncoding"] == taken


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_question_and_every_answer_counts_in_the_encoding(raw: Raw, encoding: str, end: str) -> None:
    wide = ENCODINGS[encoding]
    raw.initialize({"general": {"positionEncodings": [encoding]}})
    lines = [
        "command: '🚀 ${{inputs.rows}} ${{inputs.row}}'",
        "environment: azureml:e:1",
        "compute: azureml:c",
        "inputs: {rows: 1, '🚀': ''}",
    ]
    raw.open(URI, end.join(lines) + end)
    start = 10 + wide + 1 + len("${{inputs.rows}} ")
    problem, _refused_name = raw.problems(URI, 1)
    assert problem["range"] == {
        "start": {"line": 0, "character": start},
        "end": {"line": 0, "character": start + len("${{inputs.row}}")},
    }
    document = {"uri": URI}
    rows = {"line": 0, "character": 10 + wide + 1 + len("${{inputs.")}
    asked = {"textDocument": document, "position": rows}
    (declared,) = raw.request("textDocument/definition", asked)
    assert declared["range"]["start"] == {"line": 3, "character": 9}
    renamed = raw.request("textDocument/rename", {**asked, "newName": "lines"})["changes"][URI]
    assert [one["range"]["start"] for one in renamed] == [rows, {"line": 3, "character": 9}]
    (action, *_) = raw.request(
        "textDocument/codeAction",
        {"textDocument": document, "range": problem["range"], "context": {"diagnostics": [problem]}},
    )
    ((edit,),) = action["edit"]["changes"].values()
    assert edit["newText"] in ("rows", "${{inputs.rows}}")
    assert edit["range"]["start"]["character"] in (start, start + len("${{inputs."))
    colours = raw.request("textDocument/semanticTokens/full", {"textDocument": document})["data"]
    assert colours[:3] == [0, 10 + wide + 1, 3]
    # An emoji goes, one comes; then the fix is typed, counted after both.
    gone = {"start": {"line": 0, "character": 10}, "end": {"line": 0, "character": 10 + wide}}
    moved = {"line": 0, "character": 10 + 2 * wide + 1 + len("${{inputs.rows}} ${{inputs.row")}
    raw.change(
        URI, 2, {"range": gone, "text": "🚀🚀"}, {"range": {"start": moved, "end": moved}, "text": "s"}
    )
    (refused_name,) = raw.problems(URI, 2)
    assert refused_name["range"] == {
        "start": {"line": 3, "character": 18},
        "end": {"line": 3, "character": 18 + wide + 2},
    }


def test_an_editor_without_the_extension_is_told_lenses_without_icons(raw: Raw) -> None:
    raw.initialize()
    raw.open(URI, JOB)
    lenses = raw.request("textDocument/codeLens", {"textDocument": {"uri": URI}})
    assert [one["command"]["title"] for one in lenses] == ["Run locally", "Dry run", "Submit to cluster"]
    assert lenses[0]["command"]["arguments"] == [URI]


def test_the_extension_has_its_own_commands_and_is_told_problems_without_asking(raw: Raw) -> None:
    asks = {"textDocument": {"diagnostic": {"dynamicRegistration": True}}}
    can = raw.initialize(asks, initializationOptions={"ownExtension": True})
    own = ["joblens.tellGuesses", "joblens.migrate", "joblens.createCluster"]
    assert can["executeCommandProvider"]["commands"] == own
    assert can.get("diagnosticProvider") is None
    raw.open(URI, JOB + "cod: .\n")
    assert [one["code"] for one in raw.problems(URI, 1)] == ["JL101"]
    lenses = raw.request("textDocument/codeLens", {"textDocument": {"uri": URI}})
    # A plain blank would be dropped where the editor draws it.
    assert lenses[0]["command"]["title"] == "$(play)\u00a0Run locally"


def test_a_neighbour_counts_as_it_is_on_the_disk_and_in_the_editor(tmp_path: Path, raw: Raw) -> None:
    raw.initialize({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
    (watched,) = raw.hear("client/registerCapability")["registrations"]
    assert watched["method"] == "workspace/didChangeWatchedFiles"
    assert watched["registerOptions"]["watchers"][0]["globPattern"] == "**/*.{yml,yaml,py,txt,toml}"
    raw.request("textDocument/codeLens", {"textDocument": {"uri": URI}})  # Nothing of the start is under way.
    job, part = tmp_path / "job.yml", tmp_path / "part.yml"

    def codes() -> list[str]:
        return [one["code"] for one in raw.problems(job.as_uri(), 1)]

    raw.open(job.as_uri(), PIPELINE)
    assert codes() == ["JL801"]
    part.write_text(PART, encoding="utf-8")
    raw.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": part.as_uri(), "type": 1}]})
    assert codes() == []
    raw.open(part.as_uri(), PART.replace("rows", "lines"))
    assert codes() == ["JL408"]
    raw.change(part.as_uri(), 2, {"text": PART})
    assert codes() == []
    raw.change(part.as_uri(), 3, {"text": PART.replace("rows", "columns")})
    assert codes() == ["JL408"]
    raw.notify("textDocument/didClose", {"textDocument": {"uri": part.as_uri()}})
    assert codes() == []
