"""Environments: what a conda file comes to, its key, and building it once."""

import contextlib
import re
import socket
from pathlib import Path

import pytest

from joblens.engine import records, tools
from joblens.engine.environments import conda, interpreters, requirements
from joblens.engine.environments import needs as environments
from joblens.engine.environments.needs import Needs
from joblens.engine.run import cancel, create, dry_run
from joblens.errors import EnvironmentBuildError
from joblens.job.model import At, Environment
from joblens.text.nodes import Span
from tests.engine.jobs import finished, write
from tests.engine.wheels import wheel

JOB = """\
    command: python -c "import tiny; print(tiny.WORD)"
    environment:
      image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04
      conda_file: environment.yml
    compute: local
    """
CONDA = """\
    dependencies:
      - pip
      - pip:
          - --no-index
          - --find-links wheels
          - Tiny==1.0
    """


def test_an_environment_is_built_once(tmp_path, need):
    need(tools.uv_or_none(), "uv is not installed")
    wheel(tmp_path / "wheels")
    file = write(tmp_path, JOB, {"environment.yml": CONDA})
    first = finished(file, environment=None)
    assert first.record.status == "Completed", first.record.reason
    assert first.lines[-1] == "tiny"
    assert first.lines == ["tiny"], "the tools' own words are not part of what is shown"
    built = r"Environment built: 1 package in \d+\.\d s\."
    assert any(re.fullmatch(built, note) for note in first.notes), first.notes
    assert "tiny==1.0" in first.folder.build_log.with_name("environment.txt").read_text(encoding="utf-8")
    second = finished(file, environment=None)
    assert second.lines == ["tiny"]
    assert not any(note.startswith(("Building", "Environment built", "Resolved")) for note in second.notes)


def test_a_requirement_that_is_nowhere_fails_the_run_and_says_so(tmp_path, need):
    need(tools.uv_or_none(), "uv is not installed")
    (tmp_path / "wheels").mkdir()
    run = finished(write(tmp_path, JOB, {"environment.yml": CONDA}), environment=None)
    assert run.record.status == "Failed"
    assert "The environment could not be built" in run.record.reason
    assert any("tiny" in line for line in run.lines)
    assert not list(environments.place().glob(".*-*")), "nothing half-built is left"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["Scikit_Learn>=1.0", "pandas"], ["pandas", "scikit-learn >= 1.0"]),
        (["a<2,>=1"], ["a >=1, <2"]),
        (["a[y,x]"], ["A[X, y]"]),
    ],
)
def test_spelling_and_order_do_not_matter(one, other):
    assert Needs("=3.11", tuple(one)).key == Needs("=3.11", tuple(other)).key


def test_what_is_asked_for_matters():
    keys = {
        Needs("=3.11", ("a==1",)).key,
        Needs("=3.11", ("a==2",)).key,
        Needs("=3.10", ("a==1",)).key,
        Needs("=3.11", ("a==1", "--no-index")).key,
        Needs("=3.11", ("a==1 ; sys_platform == 'win32'",)).key,
    }
    assert len(keys) == 5


def test_files_named_in_the_pip_section_are_part_of_the_key(tmp_path):
    more = tmp_path / "more.txt"
    more.write_text("b==1  # a remark\n-r last.txt\n", encoding="utf-8")
    (tmp_path / "last.txt").write_text("c==1\n", encoding="utf-8")
    assert requirements.resolved(["a", "-r more.txt"], tmp_path) == ("a", "b==1", "c==1")


def test_a_local_package_is_known_by_its_content(tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "setup.py").write_text("1", encoding="utf-8")
    needs = Needs("=3.11", requirements.resolved(["-e ./pkg"], tmp_path))
    before = needs.key
    (tmp_path / "pkg" / "setup.py").write_text("2", encoding="utf-8")
    assert needs.key != before


@pytest.mark.parametrize(
    ("written", "pip"),
    [
        ("numpy=1.2", "numpy==1.2.*"),
        ("numpy==1.2", "numpy==1.2"),
        ("numpy>=1.2,<2", "numpy>=1.2,<2"),
        ("numpy=1.2.3=py38_0", "numpy==1.2.3"),
        ("numpy 1.2.*", "numpy==1.2.*"),
        ("conda-forge::numpy", "numpy"),
        ("pytorch=1.8", "torch==1.8.*"),
    ],
)
def test_conda_packages_become_the_same_on_pypi(written, pip):
    found = conda.specification({"dependencies": ["python=3.10", written]})
    assert found.requirements == (pip,)
    assert found.python == "=3.10"
    assert "is installed from PyPI as" in found.notes[0]


def test_a_conda_package_without_a_twin_is_not_taken_from_pypi():
    found = conda.specification({"dependencies": ["r-base=4", "numpy"]})
    assert found.requirements == ("numpy",)
    assert found.missing == ("r-base==4.*",)
    assert found.without_twins() == "The conda package has no known twin on PyPI: 'r-base==4.*'."


def test_what_is_no_python_package_is_left_out_and_said():
    found = conda.specification({"dependencies": ["cudatoolkit=11"]})
    assert found.requirements == ()
    assert found.notes == ("conda package 'cudatoolkit' is left out: it is no Python package.",)


def test_a_range_is_answered_by_a_python_in_it():
    pin = interpreters.default_pin()
    assert interpreters.find(f">={pin}").version[:2] >= tuple(map(int, pin.split(".")))


def test_no_other_python_is_put_in_the_place_of_a_missing_one():
    with pytest.raises(EnvironmentBuildError, match=r"asks for Python 3\.2, and there is none") as caught:
        interpreters.find("=3.2")
    assert "--environment this-python" in caught.value.hint


def test_a_run_that_needs_a_missing_python_fails_with_that_reason(tmp_path):
    file = write(tmp_path, JOB, {"environment.yml": "dependencies: [python=3.2]"})
    assert "asks for Python 3.2" in finished(file, environment=None).record.reason


def test_an_image_alone_runs_with_this_python_and_says_so(tmp_path):
    run = finished(
        write(tmp_path, "command: echo\nenvironment: {image: python}\ncompute: local\n"), environment=None
    )
    assert any("The environment 'python' cannot be made without containers" in note for note in run.notes)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ("{build: {path: .}}", "The environment 'Dockerfile' cannot"),
        ("{build: {path: ., dockerfile_path: gpu.dockerfile}}", "The environment 'gpu.dockerfile' cannot"),
        ("{build: {path: docker, dockerfile_path: Dockerfile}}", "The environment 'docker' cannot"),
    ],
)
def test_a_folder_that_is_the_job_files_own_is_no_name(tmp_path, environment, told):
    file = write(tmp_path, f"command: echo\nenvironment: {environment}\ncompute: local\n")
    assert told in dry_run(file)


def test_a_build_that_fails_shows_the_words_of_the_tool(tmp_path, need):
    need(tools.uv_or_none(), "uv is not installed")
    conda_file = "dependencies: [pip, {pip: ['--no-index', no-such-package]}]"
    run = finished(write(tmp_path, JOB, {"environment.yml": conda_file}), environment=None)
    assert run.record.error_code == 4
    assert any("no-such-package" in line for line in run.lines)


def test_an_image_with_packages_is_said_to_be_unused(tmp_path):
    (tmp_path / "e.yml").write_text("dependencies: [python=3.10]", encoding="utf-8")
    nowhere = Span(0, 0)
    image, conda_file = At("docker.io/x", nowhere), At("e.yml", nowhere)
    _, notes = environments.needs(Environment(nowhere, image=image, conda_file=conda_file), tmp_path)
    assert notes[0].startswith("The image 'docker.io/x' is not used")
    assert environments.needs(Environment(nowhere, conda_file=conda_file), tmp_path)[1] == ()


def test_a_cache_that_nobody_may_write_to_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "file" / "cache"))
    run = finished(write(tmp_path, JOB, {"environment.yml": "dependencies: [python=3.11]"}), environment=None)
    assert run.record.status == "Failed"
    assert run.record.reason.startswith("The run could not be prepared: not a directory")
    assert "JOBLENS_CACHE" in run.record.reason


def accepted(silent: socket.socket, run: Path) -> socket.socket:
    """The connection of the run's build, which the run waits for."""
    silent.settimeout(1)
    while True:
        with contextlib.suppress(TimeoutError):
            return silent.accept()[0]
        assert not records.show(run).final, records.show(run).reason


def test_canceling_ends_a_build_and_leaves_nothing_of_it(tmp_path, need):
    need(tools.uv_or_none(), "uv is not installed")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # an index that never answers
        port = silent.getsockname()[1]
        conda_file = f"dependencies: [pip, {{pip: ['--index-url http://127.0.0.1:{port}/simple', slow]}}]"
        started = create(write(tmp_path, JOB, {"environment.yml": conda_file}))
        asked = accepted(silent, started.folder)
        cancel(started.folder)
        assert records.wait(started.folder).status == "Canceled"
        asked.close()
    assert not list(environments.place().glob(".*-*"))
