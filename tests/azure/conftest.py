"""What tests of submission share: storage and a control plane on this machine, and a job to send."""

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from joblens.azure.client import end_workers
from joblens.azure.workspace import Workspace
from tests.azure import azurite, certificate, control_plane, samples
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.conftest import missing

SITE = Path(__file__).parent / "site"


def _has_client() -> bool:
    try:
        return importlib.util.find_spec("azure.ai.ml") is not None
    except ModuleNotFoundError:
        return False


@pytest.fixture
def azure_client(need: Callable[[object, str], None]) -> None:
    """The test loads or sends a job with azure-ai-ml."""
    need(_has_client(), 'azure-ai-ml is not installed (pip install "joblens[azure]")')


@pytest.fixture(scope="module")
def _plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    reason = azurite.why_not() or ("" if _has_client() else "azure-ai-ml is not installed")
    if reason:
        missing(reason)
    folder = tmp_path_factory.mktemp("azure")
    made = certificate.make_certificate(folder)
    with azurite.running(folder / "storage", made) as storage, control_plane.running(made, storage) as plane:
        yield plane
        end_workers()


@pytest.fixture
def plane(_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    """The control plane with storage, with this process's children led to it and signed in."""
    _plane.calls.clear()
    # The same for all tests of a file, so that they share a worker.
    _lead(_plane, monkeypatch, _plane.certificate.parent)
    yield _plane
    _plane.faults.clear()


@pytest.fixture
def names_plane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    """A control plane of the test's own, without storage, that holds the samples; children are led to it."""
    made = certificate.make_certificate(tmp_path)
    with control_plane.running(made) as plane:
        samples.fill(plane)
        _lead(plane, monkeypatch, tmp_path)
        yield plane


def _lead(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("AZURE_", "AZUREML_", "MSI_"))]:
        monkeypatch.delenv(name)
    for name, value in plane.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(folder / "no-azure-command-line"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(SITE), os.environ.get("PYTHONPATH")])))


@pytest.fixture
def workspace() -> Workspace:
    """The workspace that the control plane has."""
    return Workspace(SUBSCRIPTION, GROUP, WORKSPACE)
