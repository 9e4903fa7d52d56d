"""What tests of distributed jobs share: the engine of the container backend's tests, no records."""

import pytest

from tests.engine.backends.conftest import docker, docker_url

__all__ = ["docker", "docker_url"]


@pytest.fixture
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test does not read the records: nothing listens at that address."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
