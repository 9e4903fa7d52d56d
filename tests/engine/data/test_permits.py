"""Leave to download goes where it is good for, and nowhere else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from joblens.engine.data import download, permits
from joblens.engine.data.bound import BoundInput
from joblens.job.known_assets import Permit
from tests.engine.data.shelf import Shelf

PLACE = "https://account.blob.core.windows.net/box"
TOKEN = {"Authorization": "Bearer secret", "x-ms-version": "2021-08-06"}


@pytest.fixture(autouse=True)
def _nothing_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(permits, "_held", {})
    yield


def hold(monkeypatch: pytest.MonkeyPatch, *held: Permit) -> None:
    """Hand them over as a supervisor gets them."""
    for name, value in permits.handed_over(held).items():
        monkeypatch.setenv(name, value)
    permits.take_over()


@pytest.mark.parametrize("path", ["", "/a.csv", "?restype=container&comp=list"])
def test_a_token_goes_to_its_own_container(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, Permit(PLACE, token="secret"))
    assert permits.applied(PLACE + path) == (PLACE + path, TOKEN)


@pytest.mark.parametrize(
    "url", [f"{PLACE}-2/a", PLACE.replace("account", "other"), "https://example.org/a", "http" + PLACE[5:]]
)
def test_and_to_no_other_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, Permit(PLACE, token="secret"), Permit("http" + PLACE[5:], token="secret"))
    assert permits.applied(url) == (url, {})


def test_a_signature_follows_what_the_address_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, Permit(PLACE, query="sig=a%2Bb"))
    assert permits.applied(f"{PLACE}/a") == (f"{PLACE}/a?sig=a%2Bb", {})
    assert permits.applied(f"{PLACE}?comp=list") == (f"{PLACE}?comp=list&sig=a%2Bb", {})


def test_what_is_held_is_in_no_variable_and_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    permit = Permit(PLACE, "sig=hidden", "hidden")
    hold(monkeypatch, permit)
    assert not [value for value in os.environ.values() if "sig=hidden" in value]
    assert "hidden" not in repr(permit)


def test_when_leave_has_ended_an_earlier_copy_serves(shelf: Shelf, cache: Path) -> None:
    assert cache
    shelf.files["/a.csv"] = b"1"
    url = f"{shelf.url}/a.csv"
    kept, notes = download.place(url), list[str]()
    source = BoundInput("x", "uri_file", str(kept), str(kept), url, permitted=True)
    shelf.before = lambda _path, _count: 403
    with pytest.raises(download.DownloadError) as refused:
        download.fetch(source, notes.append)
    assert "Storage Blob Data Reader" in refused.value.hint
    shelf.before = lambda _path, _count: None
    download.fetch(source, notes.append)
    shelf.before = lambda _path, _count: 403
    download.fetch(source, notes.append)
    assert notes[-1].endswith("input 'x' is the copy of an earlier download.")
