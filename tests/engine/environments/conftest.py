"""A cache of one test's own, and wheels to build from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.engine import tools
from joblens.engine.environments import building
from joblens.engine.environments.interpreters import default_pin
from joblens.engine.environments.needs import Needs
from joblens.engine.environments.store import Built
from tests.engine.wheels import wheel


class Workshop:
    """Builds environments from wheels of its own, in a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheels = folder / "wheels"
        self.notes: list[str] = []
        wheel(self.wheels)

    def needs(self, *lines: str, python: str = "", **more: object) -> Needs:
        """Needs that the wheels answer."""
        pin = python or f"={default_pin()}"
        return Needs(pin, ("--no-index", f"--find-links {self.wheels}", *lines), **more)  # type: ignore[arg-type]

    def build(self, needs: Needs, **options: object) -> Built:
        """The environment."""
        built = building.build(needs, self.folder / "log.txt", self.notes.append, **options)  # type: ignore[arg-type]
        assert built is not None
        return built


@pytest.fixture
def workshop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[[object, str], None]
) -> Workshop:
    need(tools.uv_or_none(), "uv is not installed")
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    return Workshop(tmp_path)
