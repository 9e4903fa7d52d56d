"""Inputs from the web: downloaded before the command starts, again only when they changed."""

import contextlib
import json
import shutil
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from joblens.engine.data import download, transfer
from joblens.engine.data.download import DownloadError
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, cancel, create
from joblens.errors import UserError
from tests.engine.data.conftest import fetched
from tests.engine.jobs import finished, job, write

BYTES = bytes(range(256)) * 20_000


def wanting(url: str) -> str:
    return job("cat ${{inputs.x}}", f"inputs: {{x: {{type: uri_file, path: '{url}'}}}}")


@pytest.mark.slow
def test_a_web_input_is_downloaded_and_kept(tmp_path, shelf):
    shelf.files["/data/iris.csv"] = b"one\n"
    file = write(tmp_path, wanting(f"{shelf.url}/data/iris.csv"))
    assert finished(file).lines == ["one"]
    shelf.files["/data/iris.csv"] = b"two\n"
    assert finished(file).lines == ["two"]
    assert finished(file).lines == ["two"]
    assert shelf.statuses() == [200, 200, 304]


@pytest.mark.slow
def test_an_address_that_is_wrong_fails_the_run_with_its_reason(tmp_path, shelf):
    run = finished(write(tmp_path, wanting(f"{shelf.url}/gone.csv?sig=secret")))
    assert run.record.status == "Failed"
    assert "Input 'x' cannot be downloaded" in run.record.reason
    assert "404" in run.record.reason
    assert "secret" not in run.record.reason


@pytest.mark.slow
def test_a_run_that_is_canceled_while_it_downloads_ends_at_once(tmp_path, shelf):
    shelf.files["/a.csv"] = b"1"
    shelf.gate = threading.Event()
    started = create(
        write(tmp_path, wanting(f"{shelf.url}/a.csv")), options=RunOptions(environment="this-python")
    )
    assert shelf.arrived.wait(60)
    cancel(started.folder)
    events = list(follow(started.folder))
    shelf.gate.set()
    assert [event.status for event in events if event.kind == "status"][-1] == "Canceled"


def test_a_download_goes_on_where_the_connection_broke(cache, shelf):
    shelf.files["/big.bin"] = BYTES
    shelf.send_only = lambda _, count: 2_000_000 if count < 2 else None
    kept, notes = fetched(f"{shelf.url}/big.bin")
    assert kept.read_bytes() == BYTES
    assert shelf.asked == [
        ("/big.bin", 200, ""),
        ("/big.bin", 206, "bytes=2000000-"),
        ("/big.bin", 206, "bytes=4000000-"),
    ]
    assert notes == [f"Input 'x' was downloaded from {shelf.url}/big.bin (5,120,000 bytes)."]


def test_a_later_run_goes_on_with_the_part_that_an_earlier_one_left(cache, shelf):
    shelf.files["/big.bin"] = BYTES
    shelf.send_only = lambda _, count: 1_000_000 if count == 0 else 0 if count < 6 else None
    with pytest.raises(DownloadError, match="broke after 1000000 of 5120000 bytes") as failed:
        fetched(f"{shelf.url}/big.bin")
    assert "go on with the download" in failed.value.hint
    shelf.asked.clear()
    shelf.send_only = lambda *_: None
    kept, _ = fetched(f"{shelf.url}/big.bin")
    assert kept.read_bytes() == BYTES
    assert shelf.asked == [("/big.bin", 206, "bytes=1000000-")]


def test_a_file_that_changes_between_two_parts_is_begun_anew(cache, shelf):
    shelf.files["/big.bin"] = BYTES

    def cut(_path: str, count: int) -> int | None:
        if count == 0:
            shelf.files["/big.bin"] = BYTES[::-1]
            return 1_000_000
        return None

    shelf.send_only = cut
    kept, _ = fetched(f"{shelf.url}/big.bin")
    assert kept.read_bytes() == BYTES[::-1]


def test_a_part_that_is_longer_than_the_file_is_thrown_away(cache, shelf):
    shelf.files["/a.bin"] = b"new"
    kept = download.place(f"{shelf.url}/a.bin")
    part = download._state(kept, "").with_suffix(".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"older and longer")
    part.with_suffix(".about").write_text('{"etag": "\\"old\\""}', encoding="utf-8")
    shelf.before = lambda _, count: 416 if count == 0 else None
    assert fetched(f"{shelf.url}/a.bin")[0].read_bytes() == b"new"
    assert shelf.statuses() == [416, 200]


def test_a_busy_server_is_asked_again(cache, shelf):
    shelf.files["/a.csv"] = b"1"
    shelf.before = lambda _, count: 503 if count < 3 else None
    assert fetched(f"{shelf.url}/a.csv")[0].read_bytes() == b"1"
    assert shelf.statuses() == [503, 503, 503, 200]


def test_a_server_that_stays_broken_is_not_asked_for_ever(cache, shelf):
    shelf.files["/a.csv"] = b"1"
    shelf.before = lambda *_: 500
    with pytest.raises(DownloadError, match="500"):
        fetched(f"{shelf.url}/a.csv")
    assert shelf.statuses() == [500] * transfer.TRIES


def test_a_private_address_is_said_to_be_one(cache, shelf):
    shelf.before = lambda *_: 401
    with pytest.raises(DownloadError, match="401") as refused:
        fetched(f"{shelf.url}/private.csv")
    assert "SAS" in refused.value.hint
    assert shelf.statuses() == [401]


def test_the_earlier_copy_serves_while_the_server_is_away(cache, shelf):
    shelf.files["/a.csv"] = b"1"
    fetched(f"{shelf.url}/a.csv")
    shelf.before = lambda *_: 503
    kept, notes = fetched(f"{shelf.url}/a.csv")
    assert kept.read_bytes() == b"1"
    assert "copy of an earlier download" in notes[0]


def test_bytes_with_another_checksum_than_the_server_says_are_not_used(cache, shelf):
    shelf.files["/a.csv"] = b"1"
    shelf.headers = {"x-ms-blob-content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    with pytest.raises(DownloadError, match="checksum"):
        fetched(f"{shelf.url}/a.csv")
    assert not download.place(f"{shelf.url}/a.csv").exists()


def test_the_sum_of_what_came_is_kept(cache, shelf):
    shelf.files["/a.csv"] = b"1"
    kept, _ = fetched(f"{shelf.url}/a.csv")
    known = json.loads(download._state(kept, "").with_suffix(".json").read_text(encoding="utf-8"))
    assert known["sha256"] == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    assert known["length"] == 1


def test_two_runs_that_want_the_same_download_it_once(cache, shelf):
    shelf.files["/a.csv"] = b"1"
    shelf.gate = threading.Event()
    notes: list[str] = []
    waits = threading.Event()
    url = f"{shelf.url}/a.csv"
    kept = download.place(url)
    source = download_input(url)

    def tell(note: str) -> None:
        notes.append(note)
        if "waits for it" in note:
            waits.set()

    with ThreadPoolExecutor(2) as both:
        runs = [both.submit(download.fetch, source, tell) for _ in range(2)]
        assert waits.wait(30)
        shelf.gate.set()
        for each in runs:
            each.result()
    assert kept.read_bytes() == b"1"
    assert sorted(shelf.statuses()) == [200, 304]


def test_a_large_download_says_how_far_it_is(cache, shelf):
    shelf.files["/a.bin"] = bytes(12_000_000)
    _, notes = fetched(f"{shelf.url}/a.bin")
    steps = [note for note in notes if "%" in note]
    assert 5 <= len(steps) <= 9
    assert steps[-1] == "Input 'x': 90 % of 12 MB."


def test_a_file_that_does_not_fit_is_refused_before_it_is_fetched(cache, shelf, monkeypatch):
    shelf.files["/a.bin"] = bytes(1000)
    usage = shutil.disk_usage(cache.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=999))
    with pytest.raises(UserError, match=r"a\.bin needs 1,000 bytes"):
        fetched(f"{shelf.url}/a.bin")


@pytest.mark.slow
def test_a_disk_that_becomes_full_is_left_as_empty_as_it_was(shelf, small, monkeypatch):
    monkeypatch.setenv("JOBLENS_CACHE", str(small / "cache"))

    def fill(_path: str, _count: int) -> None:
        """Somebody else takes the room that was there when the download began."""
        while not list(small.rglob("*.part")):
            time.sleep(0.01)
        with contextlib.suppress(OSError), (small / "else").open("wb", buffering=0) as other:
            while True:
                other.write(bytes(1 << 16))

    shelf.files["/a.bin"] = bytes(2 << 20)
    shelf.send_only = fill
    with pytest.raises(UserError, match="no space left on device") as refused:
        fetched(f"{shelf.url}/a.bin")
    assert "Make room" in refused.value.hint
    assert not list(small.rglob("*.part"))


def test_a_certificate_that_nobody_here_knows_is_told_with_the_way_out(cache, tmp_path, monkeypatch):
    from tests.azure.certificate import make_certificate

    made = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path, made.key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Greeting)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    url = f"https://127.0.0.1:{server.server_port}/a.csv"
    try:
        with pytest.raises(DownloadError, match="certificate is not trusted") as refused:
            fetched(url)
        assert "SSL_CERT_FILE" in refused.value.hint
        monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
        assert fetched(url)[0].read_bytes() == b"hello"
    finally:
        server.shutdown()
        server.server_close()


def test_a_folder_on_a_plain_web_server_is_refused_with_the_way_out(cache, shelf):
    url = shelf.url.replace("127.0.0.1", "web.invalid") + "/folder"
    with pytest.raises(DownloadError, match="blob storage only") as refused:
        fetched(url, "uri_folder")
    assert "uri_file" in refused.value.hint


class Greeting(BaseHTTPRequestHandler):
    """Says hello."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


def download_input(url: str) -> object:
    from joblens.engine.data.bound import BoundInput

    kept = str(download.place(url))
    return BoundInput("x", "uri_file", kept, kept, url)
