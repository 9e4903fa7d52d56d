"""Folders of blob storage that everyone may list, brought as folders."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from joblens.engine.data import addresses, blobs, download
from joblens.engine.data.download import DownloadError
from tests.azure import azurite
from tests.azure.certificate import make_certificate
from tests.engine.data.conftest import fetched

PAGE = """<?xml version="1.0" encoding="utf-8"?>
<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>"""
BLOB = """<Blob><Name>{name}</Name><Properties><Content-Length>1</Content-Length><Etag>{etag}</Etag>
</Properties></Blob>"""


def page(*names: str, marker: str = "", etag: str = "") -> bytes:
    listed = "".join(BLOB.format(name=name, etag=etag) for name in names)
    return PAGE.format(blobs=listed, marker=marker).encode()


@pytest.mark.slow
def test_a_public_folder_is_brought_whole_and_later_only_what_changed(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[[object, str], None]
) -> None:
    need(not azurite.why_not(), azurite.why_not())
    pytest.importorskip("azure.storage.blob")
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with azurite.running(tmp_path / "storage", certificate) as storage:
        box = storage.client().create_container("datasets", public_access="container")
        files = {"taxi/a.csv": b"1", "taxi/deep/ä b.csv": b"22", "taxi2/no.csv": b"3", "top.csv": b"4"}
        for name, data in files.items():
            box.upload_blob(name, data)
        url = f"{storage.url}/datasets/taxi/"
        kept, notes = fetched(url, "uri_folder")
        assert contents(kept) == {"a.csv": b"1", "deep/ä b.csv": b"22"}
        assert notes == [f"Input 'x': 2 of 2 files (3 bytes) were downloaded from {url}."]
        assert fetched(url, "uri_folder")[1] == []
        box.upload_blob("taxi/a.csv", b"new", overwrite=True)
        box.delete_blob("taxi/deep/ä b.csv")
        kept, notes = fetched(url, "uri_folder")
        assert contents(kept) == {"a.csv": b"new"}
        assert notes == [f"Input 'x': 1 of 1 files (3 bytes) were downloaded from {url}."]
        assert len(contents(fetched(f"{storage.url}/datasets", "uri_folder")[0])) == 3
        assert fetched(f"{storage.url}/datasets/top.csv")[0].read_bytes() == b"4"
        storage.client().create_container("private")
        with pytest.raises(DownloadError, match=r"40[134]"):
            fetched(f"{storage.url}/private/folder", "uri_folder")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def test_a_listing_of_several_pages_is_read_to_its_end(cache, shelf):
    pages = iter([page("d/a", marker="next"), page("d/b")])

    def turn(path: str, _count: int) -> None:
        if path == "/account/box":
            shelf.files[path] = next(pages)

    shelf.before = turn
    found = blobs.listed(f"{shelf.url}/account/box/d")
    assert [(blob.path, urlsplit(blob.url).path) for blob in found] == [
        ("a", "/account/box/d/a"),
        ("b", "/account/box/d/b"),
    ]


def test_a_name_that_leads_out_of_the_folder_is_refused(cache, shelf):
    shelf.files["/account/box"] = page("../../evil")
    with pytest.raises(DownloadError, match="leads out"):
        fetched(f"{shelf.url}/account/box", "uri_folder")


def test_a_folder_without_files_is_said_to_be_one(cache, shelf):
    shelf.files["/account/box"] = page()
    with pytest.raises(DownloadError, match="no files below"):
        fetched(f"{shelf.url}/account/box/nothing", "uri_folder")


def test_a_folder_half_of_which_is_missing_is_not_used_and_goes_on_later(cache, shelf):
    shelf.files |= {"/account/box": page("a", "b", etag="1"), "/account/box/a": b"1", "/account/box/b": b"2"}
    shelf.before = lambda path, _: 500 if path.endswith("/b") else None
    with pytest.raises(DownloadError, match="500"):
        fetched(f"{shelf.url}/account/box", "uri_folder")
    assert not download.present(f"{shelf.url}/account/box")
    shelf.before = lambda *_: None
    assert contents(fetched(f"{shelf.url}/account/box", "uri_folder")[0]) == {"a": b"1", "b": b"2"}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("wasbs://d@acc.blob.core.windows.net/nyc/", "https://acc.blob.core.windows.net/d/nyc/"),
        ("abfss://fs@acc.dfs.core.windows.net/a.csv", "https://acc.blob.core.windows.net/fs/a.csv"),
        ("https://acc.blob.core.windows.net/d/i.csv", "https://acc.blob.core.windows.net/d/i.csv"),
        ("./data", None),
        ("s3://bucket/key", None),
    ],
)
def test_azures_own_schemes_have_a_web_address(written, address):
    assert addresses.on_the_web(written) == address
