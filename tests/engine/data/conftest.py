"""What tests of data share: a web server on this machine, and inputs to download from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from joblens.engine.data import download, transfer
from joblens.engine.data.bound import BoundInput
from tests.engine.backends.conftest import docker, docker_url
from tests.engine.data.shelf import Shelf, serving

__all__ = ["docker", "docker_url"]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as served:
        yield served


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and no waiting between two tries."""
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(transfer, "_PAUSE", 0)
    return tmp_path / "cache"


def fetched(url: str, kind: str = "uri_file") -> tuple[Path, list[str]]:
    """Download an input; where it is then, and what was said."""
    notes: list[str] = []
    kept = download.place(url)
    download.fetch(BoundInput("x", kind, str(kept), str(kept), url), notes.append)
    return kept, notes
