"""The benchmark's client speaks the protocol with any server, and notices one that is gone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.client import NoAnswerError, Server
from bench.documents import Place
from bench.editor import OpenDocument
from bench.processes import environment

SETTINGS = {"yaml": {"schemas": {"file:///s.json": "*.yml"}}}

# Answers `initialize`; asks for a setting, and gives it back as the answer to `setting`; reports the text of
# each change as a diagnostic; ends without a word when asked to `die`.
PRETEND = """
import json, sys

def read():
    length = int(sys.stdin.buffer.readline().split(b":")[1])
    sys.stdin.buffer.readline()
    return json.loads(sys.stdin.buffer.read(length))

def write(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    sys.stdout.buffer.flush()

while True:
    asked = read()
    if asked["method"] in ("initialize", "shutdown"):
        write({"id": asked["id"], "result": {}})
    elif asked["method"] == "setting":
        items = [{"section": "yaml.schemas"}]
        write({"id": 1, "method": "workspace/configuration", "params": {"items": items}})
        write({"id": asked["id"], "result": read()["result"]})
    elif asked["method"] == "textDocument/didChange":
        document, (change,) = asked["params"]["textDocument"], asked["params"]["contentChanges"]
        for version in (document["version"] - 1, document["version"]):
            report = {"message": change["text"], "version": version}
            write({"method": "textDocument/publishDiagnostics",
                   "params": {"uri": document["uri"], "version": version, "diagnostics": [report]}})
    elif asked["method"] in ("die", "exit"):
        sys.exit()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    script = tmp_path / "pretend.py"
    script.write_text(PRETEND, encoding="utf-8")
    started = Server([sys.executable, "-u", str(script)], environment(), tmp_path, SETTINGS)
    yield started
    started.stop()


def test_a_server_is_told_its_settings_by_section(server: Server) -> None:
    assert server.initialize() > 0
    _, answer = server.request("setting", None)
    assert answer == [{"file:///s.json": "*.yml"}]


def test_diagnostics_of_an_older_text_do_not_count(server: Server, tmp_path: Path) -> None:
    server.initialize()
    opened = OpenDocument(server, tmp_path / "job.yml", "type: command\n")
    told = opened.replace(Place(0, 6), 7, "sweep")
    reports: list[object] = []

    def right(diagnostics: object) -> bool:
        reports.append(diagnostics)
        return True

    assert opened.seconds_to_diagnostics(told, right) is not None
    assert reports == [[{"message": "sweep", "version": 2}]]


def test_a_server_that_ends_gives_no_answer(server: Server) -> None:
    server.initialize()
    with pytest.raises(NoAnswerError, match="the server ended"):
        server.request("die", None)


def test_the_environment_keeps_bytecode_as_users_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in environment()
    assert environment(HERE="1")["HERE"] == "1"
