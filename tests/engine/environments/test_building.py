"""Environments are built once per content, never seen half-made, and never by more than one at a time."""

import io
import multiprocessing
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from textwrap import dedent

import pytest

from joblens.engine import tools
from joblens.engine.environments import building, needs, requirements, store
from joblens.engine.environments.needs import place
from joblens.errors import EnvironmentBuildError
from tests.engine.wheels import wheel

pytestmark = pytest.mark.slow


def word(built: store.Built) -> str:
    asked = [str(built.python), "-c", "import tiny; print(tiny.WORD)"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def folders() -> list[str]:
    """What is left in the cache but for locks and what is known of needs."""
    return [path.name for path in place().iterdir() if path.is_dir() and path.name != "specs"]


def test_what_is_there_is_found_without_any_tool(workshop, monkeypatch):
    first = workshop.build(workshop.needs("Tiny >= 1.0", "--no-index"))
    monkeypatch.setattr(tools, "uv", lambda: pytest.fail("a tool was called"))
    assert workshop.build(workshop.needs("--no-index", "tiny>=1.0")) == first


def test_needs_that_come_to_the_same_packages_share_an_environment(workshop):
    first = workshop.build(workshop.needs("tiny"))
    other = workshop.build(workshop.needs("tiny<2"))
    assert (first.key, first.folder) == (other.key, other.folder)
    assert len(store.every()) == 1


def test_where_a_source_cannot_be_built_an_older_ready_made_version_is_taken(workshop):
    source(workshop.wheels, "2.0")
    assert word(workshop.build(workshop.needs("tiny>0.9"))) == "tiny"
    assert any("Of 'tiny', a version that has a ready-made file is taken." in note for note in workshop.notes)


def test_a_source_that_was_asked_for_and_cannot_be_built_is_no_other_version(workshop):
    source(workshop.wheels, "2.0")
    with pytest.raises(EnvironmentBuildError, match=r"'tiny.*' could not be built from its source"):
        workshop.build(workshop.needs("tiny==2.0"))


def source(folder: Path, version: str) -> None:
    """The source of a version whose build needs what no index has."""
    name = f"tiny-{version}"
    build = '[build-system]\nrequires = ["nowhere-to-be-found"]\nbuild-backend = "nowhere"\n'
    info = f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
    with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
        for file, text in (("pyproject.toml", build), ("PKG-INFO", info)):
            member = tarfile.TarInfo(f"{name}/{file}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))


def test_a_newer_package_is_taken_only_when_that_is_asked_for(workshop):
    assert word(workshop.build(workshop.needs("tiny"))) == "tiny"
    wheel(workshop.wheels, "newer", version="1.1")
    assert word(workshop.build(workshop.needs("tiny"))) == "tiny"
    assert word(workshop.build(workshop.needs("tiny"), refresh=True)) == "newer"
    assert word(workshop.build(workshop.needs("tiny"))) == "newer"


def test_an_environment_that_was_removed_comes_back_as_it_was(workshop):
    first = workshop.build(workshop.needs("tiny"))
    wheel(workshop.wheels, "newer", version="1.1")
    shutil.rmtree(first.folder)
    again = workshop.build(workshop.needs("tiny"))
    assert (again.key, word(again)) == (first.key, "tiny")


def test_half_an_environment_is_never_used(workshop):
    built = workshop.build(workshop.needs("tiny"))
    (built.folder / store.FACTS).unlink()
    (built.folder / "half").touch()
    assert store.find(workshop.needs("tiny")) is None
    again = workshop.build(workshop.needs("tiny"))
    assert not (again.folder / "half").exists()
    assert word(again) == "tiny"


def test_an_environment_whose_python_is_gone_is_built_anew(workshop):
    built = workshop.build(workshop.needs("tiny"))
    built.python.unlink()
    assert word(workshop.build(workshop.needs("tiny"))) == "tiny"


def test_a_build_that_fails_leaves_nothing(workshop):
    with pytest.raises(EnvironmentBuildError):
        workshop.build(workshop.needs("tiny", "nowhere"))
    assert folders() == []


def _build(needed: needs.Needs, log: Path, said: "multiprocessing.Queue[str]") -> None:
    building.build(needed, log, said.put)


def test_several_builders_at_once_build_once(workshop):
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    builders = [
        context.Process(target=_build, args=(workshop.needs("tiny"), workshop.folder / f"{n}.txt", said))
        for n in range(3)
    ]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert [builder.exitcode for builder in builders] == [0, 0, 0]
    told = []
    while not said.empty():  # they have ended, so all is there
        told.append(said.get())
    for begin in ("Building", "Environment built"):
        assert sum(note.startswith(begin) for note in told) == 1, told


def test_pip_is_there_as_in_an_environment_of_condas(workshop):
    built = workshop.build(workshop.needs("tiny"))
    assert subprocess.run([str(built.python), "-m", "pip", "--version"], check=False).returncode == 0


def own_package(folder: Path, wheels: Path) -> None:
    """A package in a folder whose own build answers with a wheel made before."""
    wheel(wheels, "own", name="own")
    build = f"""
        import shutil

        def build_wheel(folder, *_):
            return shutil.copy({str(wheels / "own-1.0-py3-none-any.whl")!r}, folder).rpartition("/")[2]

        build_editable = build_wheel
        """
    folder.mkdir()
    (folder / "building.py").write_text(dedent(build), encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'building'\nbackend-path = ['.']\n", encoding="utf-8"
    )


def test_everything_that_pip_takes_is_taken(workshop):
    folder = workshop.folder
    own_package(folder / "own", workshop.wheels)
    for name, version in (("one", "1.0"), ("two", "1.0"), ("two", "2.0"), ("three", "1.0"), ("four", "1.0")):
        wheel(workshop.wheels, name, name=name, version=version)
    (folder / "more.txt").write_text("one  # a remark\n-c limits.txt\n", encoding="utf-8")
    (folder / "limits.txt").write_text("two<2\n", encoding="utf-8")
    archive = workshop.wheels / "three-1.0-py3-none-any.whl"
    lines = [
        "-r more.txt",
        "two",
        f"three @ {archive.as_uri()}",
        "four==1.0 ; python_version >= '3'",
        "nowhere ; python_version < '3'",
        "./wheels/tiny-1.0-py3-none-any.whl",
        "-e own",
        "--pre",
        "--prefer-binary",
        "--trusted-host localhost",
    ]
    built = workshop.build(workshop.needs(*requirements.resolved(lines, folder)))
    asked = [str(built.python), "-c", "import one, two, three, four, own, tiny; print(two.__file__)"]
    assert subprocess.run(asked, check=False).returncode == 0
    assert list(built.folder.rglob("two-1.0.dist-info"))


def test_a_hash_in_the_requirements_is_insisted_on(workshop):
    wrong = "0" * 64
    with pytest.raises(EnvironmentBuildError, match=r"[Hh]ash"):
        workshop.build(workshop.needs(f"tiny==1.0 --hash=sha256:{wrong}"))


def test_the_tools_words_are_heard_while_they_work(workshop):
    heard: list[str] = []
    workshop.build(workshop.needs("tiny"), echo=heard.append)
    assert "+ tiny==1.0" in heard
    assert "+ tiny==1.0" in (workshop.folder / "log.txt").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small file system")
def test_a_full_disk_is_named_and_nothing_half_built_stays(workshop, need, monkeypatch):
    small = workshop.folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(small)]
    need(
        subprocess.run(mount, capture_output=True, check=False).returncode == 0,
        "no file system can be mounted",
    )
    try:
        wheel(workshop.wheels, "x" * 2_000_000, name="large")
        monkeypatch.setenv("JOBLENS_CACHE", str(small))
        with pytest.raises(EnvironmentBuildError, match="the disk is full") as caught:
            workshop.build(workshop.needs("large"))
        assert "joblens env prune" in caught.value.hint
        assert folders() == []
    finally:
        subprocess.run(["umount", str(small)], check=True)
