"""Every test of the engine has the session's own cache and tracking store."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.engine import jobs


@pytest.fixture(scope="session", autouse=True)
def joblens_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from jobs.session(tmp_path_factory)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    place = tmp_path / "small disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(mount, check=False).returncode:
        missing("nobody may mount a disk here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
