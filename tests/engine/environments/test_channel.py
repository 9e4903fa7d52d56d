"""Environments from a conda channel: what PyPI lacks, a Python that is not here, a channel that is silent."""

import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from joblens.engine.environments import building, interpreters, store
from joblens.engine.environments import channel as channels
from joblens.engine.environments.interpreters import NoInterpreterError, default_pin
from joblens.engine.environments.needs import Needs
from joblens.errors import EnvironmentBuildError
from tests.conftest import missing
from tests.engine.environments import channel
from tests.engine.jobs import finished, write

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not channels.available():
        missing("py-rattler is not installed (the extra 'conda')")
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the channel made here is for Linux on x86-64")
    folder = tmp_path_factory.mktemp("channel")
    channel.make(folder)
    with channel.served(folder) as found:
        yield found


def needs(address: str, *packages: str, **more: object) -> Needs:
    return Needs(
        python=f"={default_pin()}",
        packages=(f"python={default_pin()}", *packages),
        channels=(address,),
        missing=tuple(package.partition("=")[0] for package in packages),
        **more,  # type: ignore[arg-type]
    )


def test_packages_that_pypi_does_not_have_come_from_the_channel(address, workshop):
    asked = needs(address, "hello-lab=1.*", "hello-native")
    built = workshop.build(asked)
    said = [
        subprocess.run([str(built.programs / name)], capture_output=True, text=True, check=True).stdout
        for name in ("hello-lab", "hello-native")
    ]
    assert said == [f"hello from {built.folder}\n", f"prefix is {built.folder}\n"]
    assert (built.facts["how"], built.facts["python"], built.drift) == ("conda", channel.PYTHON, ())
    assert store.find(asked) == built


def test_a_python_that_is_not_here_comes_from_the_channel(address, workshop, monkeypatch):
    def none_here(pin: str) -> None:
        raise NoInterpreterError(f"there is no {pin}")

    monkeypatch.setattr(interpreters, "find", none_here)
    lines = workshop.needs("tiny").requirements
    built = workshop.build(needs(address, pip=lines, requirements=lines))
    asked = [str(built.python), "-c", "import sys, tiny; print(sys.prefix, tiny.WORD)"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout == f"{built.folder} tiny\n"


def test_a_package_that_the_channel_lacks_is_named(address, workshop):
    with pytest.raises(EnvironmentBuildError, match="no-such-package") as caught:
        workshop.build(needs(address, "no-such-package"))
    assert "--allow-drift" in caught.value.hint
    assert not list(workshop.folder.glob("cache/environments/*/conda-meta"))


def test_a_channel_that_does_not_answer_is_named(address, workshop):
    silent = "http://127.0.0.1:9"
    with pytest.raises(EnvironmentBuildError, match="no known twin on PyPI: 'hello-lab'"):
        workshop.build(needs(silent, "hello-lab"))
    assert f"No conda channel answers ({silent})." in workshop.notes


def test_a_run_uses_what_came_from_the_channel(address, tmp_path: Path):
    conda_file = f"channels: ['{address}']\ndependencies: ['python={default_pin()}', hello-lab]\n"
    job = "command: hello-lab && python -c 'import hello_lab'\nenvironment: {image: x, conda_file: e.yml}\n"
    run = finished(
        write(tmp_path, f"{job}compute: local\n", {"e.yml": conda_file}), environment=None, backend="process"
    )
    assert run.record.status == "Completed", run.record.reason
    assert run.lines[0].startswith("hello from ")


def test_without_py_rattler_the_package_is_refused(workshop, monkeypatch):
    monkeypatch.setattr(channels, "available", lambda: False)
    with pytest.raises(EnvironmentBuildError, match="'hello-lab'") as caught:
        building.build(needs("x", "hello-lab"), workshop.folder / "log.txt", workshop.notes.append)
    assert "'pip:' section" in caught.value.hint


def test_channels_are_what_the_users_conda_takes_them_for(tmp_path, monkeypatch):
    (tmp_path / ".condarc").write_text(
        "channel_alias: https://mirror/conda\ndefault_channels: [https://mirror/main]\n"
        "custom_channels: {ours: https://inside}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("CONDARC", str(tmp_path / ".condarc"))
    assert channels.channels(("conda-forge", "defaults", "nodefaults", "ours", "https://x/y")) == [
        "https://mirror/conda/conda-forge",
        "https://mirror/main",
        "https://inside/ours",
        "https://x/y",
    ]
