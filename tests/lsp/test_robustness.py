"""Whatever a client sends wrongly, the server neither ends nor stops answering."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lsp.raw import Raw, talking

URI = "file:///project/job.yml"
JOB = "command: echo hello\nenvironment: azureml:e:1\ncompute: azureml:cpu-cluster\n"
WRONG = JOB + "cod: .\n"
START = {"line": 0, "character": 0}
WHOLE = {"start": START, "end": {"line": 2**31 - 1, "character": 2**31 - 1}}
DOCUMENT = {"textDocument": {"uri": URI}}
QUESTIONS: dict[str, dict[str, Any]] = {
    "textDocument/hover": {"position": START},
    "textDocument/completion": {"position": START},
    "textDocument/definition": {"position": START},
    "textDocument/references": {"position": START, "context": {"includeDeclaration": True}},
    "textDocument/documentHighlight": {"position": START},
    "textDocument/prepareRename": {"position": START},
    "textDocument/rename": {"position": START, "newName": "x"},
    "textDocument/codeLens": {},
    "textDocument/documentSymbol": {},
    "textDocument/foldingRange": {},
    "textDocument/selectionRange": {"positions": [START]},
    "textDocument/documentLink": {},
    "textDocument/inlayHint": {"range": WHOLE},
    "textDocument/semanticTokens/full": {},
    "textDocument/codeAction": {"range": WHOLE, "context": {"diagnostics": []}},
    "textDocument/diagnostic": {},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raw]:
    """One server for all that is done to it here."""
    with talking(tmp_path_factory.mktemp("project")) as started:
        started.initialize()
        yield started


@pytest.fixture
def raw(server: Raw) -> Iterator[Raw]:
    yield server
    server.notify("textDocument/didClose", DOCUMENT)
    server.request("textDocument/codeLens", DOCUMENT)
    server.told.clear()


def is_well(raw: Raw) -> None:
    """The server still finds a mistake, and answers."""
    raw.open("file:///project/well.yml", WRONG)
    assert [one["code"] for one in raw.problems("file:///project/well.yml", 1)] == ["JL101"]
    raw.notify("textDocument/didClose", {"textDocument": {"uri": "file:///project/well.yml"}})


def answered(raw: Raw, method: str, params: object) -> None:
    """Answered, with a result or with an error that blames the request and not the server."""
    answer = raw.answer(raw.ask(method, params))
    assert "result" in answer or answer["error"]["code"] != -32603, (method, params, answer)


def test_every_question_is_answered_of_a_document_that_nobody_opened(raw: Raw) -> None:
    for method, more in QUESTIONS.items():
        raw.request(method, {**DOCUMENT, **more})
    is_well(raw)


def test_every_question_is_answered_beyond_the_end(raw: Raw) -> None:
    raw.open(URI, WRONG)
    for place in ({"line": 10**6, "character": 0}, {"line": 1, "character": 10**6}):
        for method, more in QUESTIONS.items():
            moved = {key: value if value != START else place for key, value in more.items()}
            answered(raw, method, {**DOCUMENT, **moved})
    is_well(raw)


@pytest.mark.parametrize(
    "params",
    [None, [], 5, "x", {}, {"textDocument": None}, {"textDocument": []}],
)
def test_every_question_with_wrong_parameters_is_refused(raw: Raw, params: object) -> None:
    for method in QUESTIONS:
        assert raw.refusal(method, params) == -32602
    is_well(raw)


@pytest.mark.parametrize("line", [-1, "first", None, 10**30])
def test_a_position_that_is_none_is_refused(raw: Raw, line: object) -> None:
    raw.open(URI, JOB)
    assert (
        raw.refusal("textDocument/hover", {**DOCUMENT, "position": {"line": line, "character": 0}}) == -32602
    )
    is_well(raw)


def test_methods_and_commands_that_do_not_exist_are_refused(raw: Raw) -> None:
    assert raw.refusal("textDocument/nothing", {"type_name": "a b", "class": 1}) == -32601
    assert raw.refusal("$/nothing", None) == -32601
    assert raw.refusal("workspace/executeCommand", {"command": "joblens.nothing"}) == -32602
    for command in ("runLocally", "dryRun", "submit", "cancelRun", "tellGuesses", "migrate"):
        call = {"command": f"joblens.{command}", "arguments": [5]}
        assert raw.refusal("workspace/executeCommand", call) == -32602
    call = {"command": "joblens.dryRun", "arguments": ["untitled:1"]}
    assert raw.refusal("workspace/executeCommand", call) == -32001
    raw.notify("$/nothing", {"a b": 1})
    raw.notify("nothing", None)
    is_well(raw)


@pytest.mark.parametrize(
    "message",
    [
        5,
        None,
        [],
        "text",
        {},
        {"jsonrpc": "2.0"},
        {"jsonrpc": "1.0", "id": 1, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": {}, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": None, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": 1, "method": 5},
        {"jsonrpc": "2.0", "method": {}},
        {"jsonrpc": "2.0", "id": 99, "result": {}},
        {"jsonrpc": "2.0", "id": [], "result": {}},
        {"jsonrpc": "2.0", "id": 99, "error": "x"},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": []}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest"},
        {"jsonrpc": "2.0", "method": "$/progress", "params": {}},
        [{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}],
    ],
)
def test_a_message_that_is_none_is_survived(raw: Raw, message: object) -> None:
    raw.send(message)
    is_well(raw)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\xff\xfe\x00garbage\n\n",
        b"Content-Length: 999999999999999\r\n\r\n",
        b"Content-Length: 20\r\n\r\n{",
        b"Content-Length: 2\r\n\r\n{{",
        b"Content-Length: 3\r\n\r\n\xff\xff\xff",
        b"x" * 1_000_000,
    ],
)
def test_bytes_that_are_no_message_are_survived(raw: Raw, data: bytes) -> None:
    raw.write(data)
    is_well(raw)


def test_a_message_that_is_no_json_is_answered_with_a_parse_error(raw: Raw) -> None:
    raw.write(b"Content-Length: 1\r\n\r\n{")
    assert raw.answer(None)["error"]["code"] == -32700


def test_changes_of_what_is_not_open_and_a_second_opening_are_survived(raw: Raw) -> None:
    raw.change(URI, 2, {"text": WRONG})
    raw.notify("textDocument/didClose", DOCUMENT)
    raw.open(URI, JOB)
    raw.open(URI, WRONG, version=5)
    assert [one["code"] for one in raw.problems(URI, 5)] == ["JL101"]
    raw.notify("textDocument/didClose", DOCUMENT)
    raw.notify("textDocument/didClose", DOCUMENT)
    is_well(raw)


def test_changes_that_make_no_sense_leave_a_document_that_is_still_understood(raw: Raw) -> None:
    raw.open(URI, JOB)
    backwards = {"start": {"line": 2, "character": 1}, "end": {"line": 1, "character": 1}}
    beyond = {"start": {"line": 900, "character": 1}, "end": {"line": 905, "character": 1}}
    raw.change(URI, 2, {"range": backwards, "text": "x"}, {"range": beyond, "text": "y"})
    raw.problems(URI, 2)
    raw.change(URI, 3)
    raw.notify("textDocument/didChange", {"textDocument": {"uri": URI}, "contentChanges": [{"text": 5}]})
    raw.change(URI, 4, {"text": WRONG})
    assert [one["code"] for one in raw.problems(URI, 4)] == ["JL101"]


@pytest.mark.parametrize(
    "uri", ["", "file:", "file:///", "file:///%00.yml", "file://host/x.yml", "http://[", "\ud83d"]
)
def test_any_uri_names_a_document(raw: Raw, uri: str) -> None:
    raw.open(uri, WRONG)
    assert [one["code"] for one in raw.problems(uri, 1)] == ["JL101"]
    for method, more in QUESTIONS.items():
        answered(raw, method, {"textDocument": {"uri": uri}, **more})


@pytest.mark.parametrize(
    "text",
    [
        "\ud83d",
        "command: '\ud83d'\n",
        "command: \x00\n",
        "\ufeff" + JOB,
        "command: &a [*a]\n",
        "&a : *a\n",
        "command: " + "[" * 5_000,
        "command: " + "{a: " * 2_000,
        "- " * 5_000,
        "command: " + "a" * 5_000_000,
        "command: " + "${{inputs.x}} " * 20_000,
        "x" * 5_000_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_any_text_is_answered(raw: Raw, text: str) -> None:
    raw.open(URI, text)
    raw.problems(URI, 1)
    for method, more in QUESTIONS.items():
        answered(raw, method, {**DOCUMENT, **more})
    is_well(raw)


def test_a_document_of_five_megabytes_is_understood_and_changed(raw: Raw) -> None:
    lines = "".join(f"  NAME_{number}: {'long ' * 40}\n" for number in range(25_000))
    text = WRONG + "environment_variables:\n" + lines
    assert len(text) > 5_000_000
    raw.open(URI, text)
    assert [one["code"] for one in raw.problems(URI, 1)] == ["JL101"]
    end = {"line": 3, "character": 3}
    raw.change(URI, 2, {"range": {"start": end, "end": end}, "text": "e"})
    assert raw.problems(URI, 2) == []
    is_well(raw)


def test_two_hundred_changes_at_once_end_in_the_last_text(raw: Raw) -> None:
    raw.open(URI, JOB)
    end = {"line": 3, "character": 0}
    for number in range(200):
        text = "cod: .\n" if number == 199 else f"# {number}\n"
        raw.change(URI, number + 2, {"range": {"start": end, "end": end}, "text": text})
    hover = raw.request("textDocument/hover", {**DOCUMENT, "position": {"line": 2, "character": 1}})
    assert "compute" in hover["contents"]["value"]
    (problem,) = raw.problems(URI, 201)
    assert problem["range"]["start"] == end
