"""What every test shares: a missing component skips a test, or fails it under JOBLENS_REQUIRE=all."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests import public_tree
from tests.shared_data import CORPUS

# Whether a container engine answers here must not decide where the jobs of tests run: they ask for one.
os.environ["JOBLENS_BACKEND"] = "process"


def missing(reason: str) -> NoReturn:
    """Skip the running test for the component that `reason` names; fail where all are required."""
    if os.environ.get("JOBLENS_REQUIRE") == "all":
        pytest.fail(f"JOBLENS_REQUIRE=all, but {reason}")
    pytest.skip(reason)


@pytest.fixture
def need() -> Callable[[object, str], None]:
    """Call `need(found, reason)`: goes on when `found` is true."""

    def check(found: object, reason: str) -> None:
        if not found:
            missing(reason)

    return check


@pytest.fixture
def corpus(need: Callable[[object, str], None]) -> None:
    """The test reads the public job files."""
    need(CORPUS.is_dir(), f"there are no public job files at {CORPUS} (set JOBLENS_CORPUS)")


@pytest.fixture(scope="session")
def public_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public job files with stand-ins for what lies beside them: `examples` and `preview` in a folder."""
    if not CORPUS.is_dir():
        missing(f"there are no public job files at {CORPUS} (set JOBLENS_CORPUS)")
    return public_tree.make(tmp_path_factory.mktemp("public"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that all workers share ends what they started together."""
    if hasattr(session.config, "workerinput"):
        return
    from tests.engine.backends import engines

    engines.stop_shared(engines.shared_folder(session.config))


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
