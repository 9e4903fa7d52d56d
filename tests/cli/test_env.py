"""`joblens env`: what is built, listed, shown and removed, in words and as JSON."""

import json
import os

import pytest

from joblens.engine import tools
from tests.cli.test_commands import Run, joblens
from tests.engine.jobs import write
from tests.engine.wheels import wheel

__all__ = ["joblens"]
pytestmark = pytest.mark.slow
CONDA = "dependencies: [pip, {pip: [--no-index, --find-links wheels, tiny==1.0]}]\n"


@pytest.fixture(autouse=True)
def _place(tmp_path, monkeypatch, need):
    need(tools.uv_or_none(), "uv is not installed")
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    wheel(tmp_path / "wheels")
    (tmp_path / "e.yml").write_text(CONDA, encoding="utf-8")


def test_an_environment_from_its_build_to_its_end(joblens: Run):
    code, out, err = joblens("env", "build", "e.yml")
    name = out.strip()
    assert code == 0
    assert "+ tiny==1.0" in err
    code, out, _ = joblens("env", "list")
    assert out.splitlines()[2].split()[:2] == [name, "process"]
    code, out, _ = joblens("env", "show", name[:6])
    assert "made from:  pip, --no-index, --find-links" in out
    assert joblens("env", "prune")[1] == ""
    assert joblens("env", "prune", "--older-than", "0", "--dry-run")[1].split() == [name]
    assert joblens("env", "remove", name)[:2] == (0, f"{name}\n")
    code, out, err = joblens("env", "list")
    assert (code, out) == (0, "")
    assert "No environments are kept" in err


def test_each_says_the_same_as_json(joblens: Run):
    made = json.loads(joblens("env", "build", "e.yml", "--json")[1])
    assert (made["new"], made["drift"]) == (True, [])
    again = json.loads(joblens("env", "build", "e.yml", "--json")[1])
    assert (again["new"], again["place"]) == (False, made["place"])
    listed = json.loads(joblens("env", "list", "--json")[1])
    shown = json.loads(joblens("env", "show", made["name"], "--json")[1])
    assert listed == shown
    assert shown["size"] > 0
    removed = json.loads(joblens("env", "prune", "--older-than", "0", "--json")[1])
    assert removed == {"name": made["name"], "size": shown["size"]}


def test_the_environment_of_a_job_is_the_one_that_its_run_uses(joblens: Run, tmp_path):
    job = "command: python -c 'import tiny'\nenvironment: {image: x, conda_file: e.yml}\ncompute: local\n"
    write(tmp_path, job)
    made = json.loads(joblens("env", "build", "job.yml", "--backend", "process", "--json")[1])
    assert joblens("run", "job.yml", "--backend", "process", "--name", "r")[0] == 0
    shown = json.loads(joblens("env", "show", made["name"], "--json")[1])
    assert shown["runs"] == ["r"]
    run = json.loads(joblens("job", "show", "r", "--json")[1])
    assert run["environment"] == made["name"]


def test_a_build_that_fails_answers_4_and_says_why(joblens: Run, tmp_path):
    (tmp_path / "e.yml").write_text(CONDA.replace("1.0", "3.0"), encoding="utf-8")
    code, out, err = joblens("env", "build", "e.yml")
    assert (code, out) == (4, "")
    assert "there is no 'tiny==3.0'" in err


def test_a_name_that_is_not_there_answers_5(joblens: Run):
    code, _, err = joblens("env", "remove", "nothing")
    assert code == 5
    assert "joblens env list" in err


def test_an_engine_that_does_not_answer_is_told_of(joblens: Run):
    assert os.environ["DOCKER_HOST"] in joblens("env", "list")[2]
