"""Every test of the engine has the session's own cache and tracking store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from joblens.engine import recovery
from tests.engine import jobs


@pytest.fixture(scope="session", autouse=True)
def joblens_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from jobs.session(tmp_path_factory)


@pytest.fixture
def silence_is_seen_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No supervisor lives that could give a sign: it is looked for twice, not for three seconds."""
    monkeypatch.setattr(recovery, "_HEARTBEATS", 0.2)
