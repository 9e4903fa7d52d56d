"""The plain interface to an engine: what is asked arrives, what is refused or lost is said."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from joblens.engine.backends.container import proxies
from joblens.engine.backends.container.api import Api, AwayError, RefusedError
from joblens.engine.backends.container.engines import Engine


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; refuses what is below /refused."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        refused = "/refused" in self.path
        said = {"message": "no"} if refused else {"path": self.path, "body": json.loads(content or b"null")}
        answer = json.dumps(said).encode()
        self.send_response(409 if refused else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def api() -> Iterator[Api]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Api(Engine("test", f"tcp://127.0.0.1:{server.server_port}", "1.41"))
    server.shutdown()
    server.server_close()


def test_a_question_has_the_version_and_its_words_in_the_address(api: Api):
    asked = api.post("/containers/create", {"Image": "a"}, name="x y", all=True, filters={"label": ["a=b"]})
    assert asked == {
        "path": "/v1.41/containers/create?name=x+y&all=true&filters=%7B%22label%22%3A+%5B%22a%3Db%22%5D%7D",
        "body": {"Image": "a"},
    }


def test_a_refusal_has_the_engines_words(api: Api):
    with pytest.raises(RefusedError, match=r"^no$") as refused:
        api.post("/refused")
    assert (refused.value.status, refused.value.missing) == (409, False)


def test_an_engine_that_is_not_there_is_away(tmp_path: Path):
    with pytest.raises(AwayError):
        Api(Engine("test", f"unix://{tmp_path}/sock", "1.41")).get("/info")


def test_a_container_gets_the_proxies_of_dockers_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = {"proxies": {"default": {"httpProxy": "http://p:1"}, "unix:///own": {"noProxy": "a,b"}}}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert proxies.variables("unix:///any") == {"http_proxy": "http://p:1", "HTTP_PROXY": "http://p:1"}
    assert proxies.variables("unix:///own") == {"no_proxy": "a,b", "NO_PROXY": "a,b"}
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "none"))
    assert proxies.variables("unix:///any") == {}
