"""Engines and an image for the tests of containers."""

import importlib.util

import pytest

from tests.conftest import missing
from tests.engine.backends import base_image, engines, ray_cluster


@pytest.fixture(scope="session")
def docker_url(request: pytest.FixtureRequest) -> str:
    """A Docker that answers: the one there is, else one for this session."""
    found = engines.found()
    if found is None and not engines.can_start("dockerd"):
        missing("no Docker answers, and none can be started (as root, with docker.io installed)")
    return found or engines.shared(engines.shared_folder(request.config), engines.docker)


@pytest.fixture(scope="session")
def podman_url(request: pytest.FixtureRequest) -> str:
    """A Podman for this session."""
    if not engines.can_start("podman"):
        missing("no Podman can be started (as root, with podman installed)")
    return engines.shared(engines.shared_folder(request.config), engines.podman)


@pytest.fixture
def docker(docker_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test's jobs find Docker; the name of an image that it has."""
    return _prepared(docker_url, monkeypatch)


@pytest.fixture
def podman(podman_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same for Podman."""
    return _prepared(podman_url, monkeypatch)


@pytest.fixture(scope="session")
def ray_url(request: pytest.FixtureRequest) -> str:
    """A Ray cluster of two raylets for this session."""
    if importlib.util.find_spec("ray") is None:
        missing("Ray is not installed (pip install 'joblens[ray]')")
    return engines.shared(engines.shared_folder(request.config), ray_cluster.ray_cluster)


@pytest.fixture
def ray(ray_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test's jobs find the cluster; they need no image, so any name will do."""
    monkeypatch.setenv("RAY_ADDRESS", ray_url)
    return "any"


def _prepared(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    if not base_image.possible():
        missing("no image can be made here: that takes a Debian with python3")
    monkeypatch.setenv("DOCKER_HOST", url)
    return base_image.make(url, base_image.WHOLE)
