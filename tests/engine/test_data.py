"""Inputs from the web: downloaded before the command starts, again only when they changed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.engine.jobs import finished, job, write


class Shelf(BaseHTTPRequestHandler):
    """Serves one text with a mark of its version."""

    text = "one\n"
    asked: list[int] = []  # noqa: RUF012 - the answers that were given, for the test to read

    def do_GET(self) -> None:
        mark = f'"{hash(Shelf.text)}"'
        status = 304 if self.headers.get("If-None-Match") == mark else 200
        Shelf.asked.append(status)
        self.send_response(404 if self.path.endswith("gone.csv") else status)
        self.send_header("ETag", mark)
        self.end_headers()
        if status == 200:
            self.wfile.write(Shelf.text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(Shelf, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def wanting(url: str) -> str:
    return job("cat ${{inputs.x}}", f"inputs: {{x: {{type: uri_file, path: '{url}'}}}}")


def test_a_web_input_is_downloaded_and_kept(tmp_path, shelf, monkeypatch):
    file = write(tmp_path, wanting(f"{shelf}/data/iris.csv"))
    assert finished(file).lines == ["one"]
    assert finished(file).lines == ["one"]
    monkeypatch.setattr(Shelf, "text", "two\n")
    assert finished(file).lines == ["two"]
    assert Shelf.asked == [200, 304, 200]


def test_an_address_that_is_wrong_fails_the_run_with_its_reason(tmp_path, shelf):
    run = finished(write(tmp_path, wanting(f"{shelf}/gone.csv")))
    assert run.record.status == "Failed"
    assert "Input 'x' cannot be downloaded" in run.record.reason
    assert "404" in run.record.reason
