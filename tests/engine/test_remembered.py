"""A plan that is remembered is the one that would be made, or it is made anew."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.engine import folders, looks, remembered, run
from joblens.engine.options import RunOptions
from joblens.engine.remembered import Remembered
from tests.engine.jobs import job, write

HERE = RunOptions(environment="this-python")
JOB = """\
command: python main.py --rows ${{inputs.rows}}
code: src
environment: {conda_file: environment.yml, image: any}
inputs: {rows: {type: uri_file, path: rows.csv}}
compute: local
"""
FILES = {
    "src/main.py": "import argparse\nargparse.ArgumentParser().add_argument('--rows')\n",
    "rows.csv": "1\n",
    "environment.yml": "dependencies: [python=3.11, pip]\n",
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("JOBLENS_BACKEND", raising=False)


@pytest.fixture
def job_file(tmp_path) -> Path:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    return write(tmp_path / "project", JOB, FILES)


def planned(job_file: Path, options: RunOptions = RunOptions()) -> dict[str, object]:  # noqa: B008 - frozen
    """The plan, made and remembered."""
    with looks.noted() as seen:
        text, plan, _ = run.planned(job_file, None, options)
    remembered.remember(job_file, options, plan, text, seen)
    return plan.data()


def known(job_file: Path, options: RunOptions = RunOptions()) -> Remembered | None:  # noqa: B008 - frozen
    return remembered.found(job_file, options)


def data(found: Remembered) -> dict[str, object]:
    found.run_folder.path.mkdir(parents=True)
    found.write()
    return json.loads(found.run_folder.plan.read_text(encoding="utf-8"))


def test_a_remembered_plan_is_the_same_but_for_its_name(job_file):
    made = planned(job_file)
    found = known(job_file)
    assert found is not None
    assert found.name != made["name"]
    assert found.source == job_file.read_text(encoding="utf-8")
    as_made = json.loads(json.dumps(made).replace(str(made["name"]), found.name))
    assert data(found) == as_made


def test_nothing_that_a_run_leaves_makes_it_forgotten(job_file):
    planned(job_file)
    (folders.runs(job_file.parent) / "another_run_0123456789").mkdir(parents=True)
    planned(job_file)
    (folders.runs(job_file.parent) / "another_run_9876543210").mkdir(parents=True)
    assert known(job_file) is not None


CHANGES: dict[str, Callable[[Path], object]] = {
    "the job": lambda place: (place / "job.yml").write_text(JOB + "# more\n", encoding="utf-8"),
    "a script": lambda place: (place / "src" / "main.py").write_text("pass\n", encoding="utf-8"),
    "a script that is gone": lambda place: (place / "src" / "main.py").unlink(),
    "the conda file": lambda place: (place / "environment.yml").write_text(
        "dependencies: [python=3.11, pip, pip: [six]]\n", encoding="utf-8"
    ),
    "input data that are gone": lambda place: (place / "rows.csv").unlink(),
    "a configuration that appears": lambda place: (place / "joblens.toml").write_text(
        "[run]\nbackend = 'process'\n", encoding="utf-8"
    ),
    "the user's own configuration": lambda place: (place.parent / "own" / "joblens.toml").write_text(
        "[run]\nretries = 3\n", encoding="utf-8"
    ),
    "a variable": lambda _: os.environ.__setitem__("JOBLENS_CONCURRENCY", "7"),
    "the working directory": lambda place: os.chdir(place / "src"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_it_follows_from_makes_it_forgotten(job_file, tmp_path, monkeypatch, what):
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("JOBLENS_CONFIG", str(tmp_path / "own"))
    monkeypatch.setenv("JOBLENS_CONCURRENCY", "0")
    monkeypatch.chdir(job_file.parent)
    planned(job_file)
    assert known(job_file) is not None
    CHANGES[what](job_file.parent)
    assert known(job_file) is None


@pytest.mark.parametrize("name", ["job.yml", "src/main.py", "environment.yml"])
def test_what_changes_while_it_is_read_is_read_again(job_file, name):
    with looks.noted() as seen:
        text, plan, _ = run.planned(job_file, None, RunOptions())
    with (job_file.parent / name).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    remembered.remember(job_file, RunOptions(), plan, text, seen)
    assert known(job_file) is None


def test_a_link_that_leads_elsewhere_makes_it_forgotten(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    link = tmp_path / "link"
    link.symlink_to("one")
    with looks.noted() as seen:
        link.resolve()
    before = {path: state for path, _, state in seen.states(without="/run/") or []}
    link.unlink()
    link.symlink_to("other")
    assert before[str(link)] != remembered.state(str(link))


def test_another_joblens_remembers_nothing_of_this_one(job_file, monkeypatch, tmp_path):
    code = tmp_path / "module.py"
    code.write_text("one", encoding="utf-8")
    monkeypatch.setattr(remembered, "_own_code", lambda: [str(code)])
    planned(job_file)
    assert known(job_file) is not None
    code.write_text("another", encoding="utf-8")
    assert known(job_file) is None
    planned(job_file)
    monkeypatch.setattr(remembered, "__version__", "0.0.1")
    assert known(job_file) is None


def test_an_engine_that_answers_now_makes_it_forgotten(job_file, monkeypatch):
    monkeypatch.setattr(remembered, "_engine", lambda: ["none is installed or running"])
    planned(job_file)
    assert known(job_file) is not None
    monkeypatch.setattr(remembered, "_engine", lambda: ["docker", "unix:///engine", "1.41", "False"])
    assert known(job_file) is None


def test_other_options_have_another_plan(job_file):
    planned(job_file, HERE)
    assert known(job_file, HERE) is not None
    assert known(job_file) is None
    assert known(job_file, RunOptions(environment="this-python", overrides={"inputs.rows": "3"})) is None


@pytest.mark.parametrize(
    "more",
    [
        "environment_variables: {API_KEY: abcdefgh}\n",
        "name: mine\n",
    ],
)
def test_secrets_and_names_of_the_users_are_not_remembered(job_file, more):
    job_file.write_text(JOB + more, encoding="utf-8")
    planned(job_file)
    assert known(job_file) is None
    assert not list(folders.cache().glob("plans/*"))


def test_what_asks_another_program_is_not_remembered(job_file):
    with looks.noted() as seen:
        text, plan, _ = run.planned(job_file, None, HERE)
        subprocess.run(["true"], check=True)
    remembered.remember(job_file, HERE, plan, text, seen)
    assert known(job_file, HERE) is None


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"seen": [], "code": [], "engine": null}'])
def test_a_broken_memory_is_none(job_file, left):
    planned(job_file)
    (kept,) = folders.cache().glob("plans/*.json")
    kept.write_bytes(left)
    assert known(job_file) is None


def test_only_so_many_are_kept(job_file):
    for number in range(70):
        job_file.write_text(JOB + f"# {number}\n", encoding="utf-8")
        planned(job_file, HERE)
    assert len(list(folders.cache().glob("plans/*.json"))) == 64


def test_what_was_watched_is_as_it_was_before():
    before = os.stat, os.scandir, open
    with looks.noted():
        assert os.stat is not before[0]
    assert (os.stat, os.scandir, open) == before


@pytest.mark.slow
def test_a_run_that_is_known_reads_no_job(tmp_path):
    job_file = write(tmp_path, job("echo on"))
    script = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from joblens.cli import main\n"
        f"main(['run', {str(job_file)!r}, '--environment', 'this-python'])\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", script]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(2)
    )
    reading = {"yaml", "joblens.checks.every", "joblens.engine.run", "joblens.engine.planning"}
    assert first[0] == second[0] == "on"
    assert reading <= set(first)
    assert not reading & set(second)
