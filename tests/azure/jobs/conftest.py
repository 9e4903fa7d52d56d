"""What tests of the workspace's jobs share: the service that asks for them, and jobs to ask for."""

import functools
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from joblens.azure.jobs.service import JobService
from joblens.azure.resource_manager import ResourceManager
from joblens.azure.workspace import Workspace
from tests.azure.control_plane import ControlPlane
from tests.azure.state import ROOT, resource

Made = Callable[..., str]


class TestAccount:
    """Gives the stand-in's own tokens."""

    __test__ = False

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self.renewed = 0

    def token(self, _scope: str, *, renew: bool = False) -> str:
        """A new one each time."""
        self.renewed += renew
        return self._plane.tokens.give(self._plane.url)[0]


def resolve_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name below `localhost` is this machine, in this process too."""
    resolve = socket.getaddrinfo

    def loopback(host: Any, *rest: Any, **named: Any) -> Any:
        return resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", loopback)


@pytest.fixture
def service(plane: ControlPlane, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> JobService:
    """The workspace's jobs, the storage reached through the stand-in."""
    resolve_here(monkeypatch)
    monkeypatch.setattr(plane, "through", True)
    plane.jobs.clear()
    plane.looks.clear()
    manager = ResourceManager(TestAccount(plane), os.environ | plane.environment())
    return JobService(manager, workspace)


@pytest.fixture
def made(plane: ControlPlane, service: JobService) -> Made:
    """Puts a job into the workspace."""
    return functools.partial(put_job, plane)


def put_job(plane: ControlPlane, name: str, status: str = "Queued", created: str = "", **more: Any) -> str:
    """Put a job into the workspace, as the resource manager tells of it."""
    uri = f"azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.{name}"
    studio = {"jobServiceType": "Studio", "endpoint": f"https://ml.azure.com/runs/{name}"}
    told = {
        "jobType": "Command",
        "status": status,
        "displayName": f"{name} shown",
        "experimentName": "flowers",
        "computeId": f"{ROOT}/computes/cpu-cluster",
        "services": {"Studio": studio},
        "outputs": {"default": {"jobOutputType": "uri_folder", "uri": uri}},
        "properties": {},
    }
    plane.jobs[name] = resource(f"{ROOT}/jobs/{name}", told | more, created)
    return name


@pytest.fixture
def keep(plane: ControlPlane) -> Callable[..., None]:
    """Puts files into a container of the storage."""

    def put(files: dict[str, bytes], container: str = "artifacts", **more: Any) -> None:
        box = plane.files.client().get_container_client(container)
        for name, content in files.items():
            box.upload_blob(name, content, overwrite=True, **more)

    return put


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }
