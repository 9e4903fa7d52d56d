"""Every test of the engine has the session's own cache and tracking store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import jobs


@pytest.fixture(scope="session", autouse=True)
def joblens_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from jobs.session(tmp_path_factory)
