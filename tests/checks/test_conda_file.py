"""A conda specification is read as conda reads it; only what stops the build is spoken of."""

import re
from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.text.document import Document
from tests.marked import spans

_JOB = "command: ls\nenvironment:\n  image: docker.io/python\n  conda_file: {}\n"


def _messages(folder: Path, conda: str) -> list[str]:
    (folder / "conda.yml").write_text(conda)
    found = problems(Document(_JOB.format("conda.yml"), folder / "job.yml"))
    assert {one.code for one in found} <= {"JL804"}
    return [f"{one.severity.value}: {one.message}" for one in found]


@pytest.mark.parametrize(
    "conda",
    [
        "",
        "# to be written\n",
        "dependencies:\n  - python=3.10\n  - pip\n  - pip:\n    - mlflow==2.*\n    - --extra-index-url x\n",
        "name: a\nchannels: [forge]\ndependencies: [python=3.8, 'numpy>=1.2,<2', forge::lightgbm]\n",
        "dependencies: []\n",
        "name: a\nvariables: {A: b}\nprefix: /opt\ndependencies:\n- python\n- ''\n",
        "dependencies:\n  - &a python=3.8\n  - pip:\n    - *a\n",
    ],
)
def test_a_specification_that_builds_is_not_spoken_of(tmp_path: Path, conda: str) -> None:
    assert _messages(tmp_path, conda) == []


@pytest.mark.parametrize(
    ("conda", "said"),
    [
        ("a: [\n", "error: conda.yml, line 1: "),
        ("- python\n", "error: conda.yml, line 1: a conda specification is a mapping with 'dependencies'."),
        ("name: a\n", "error: conda.yml, line 1: there are no 'dependencies'."),
        (
            "name: a\ndependancies: [python]\n",
            "error: conda.yml, line 2: unknown key 'dependancies', 'dependencies' is meant.",
        ),
        ("dependencies: python\n", "error: conda.yml, line 1: 'dependencies' must be a list."),
        (
            "dependencies:\n  - numpy\n  - python: 3.8\n",
            "error: conda.yml, line 3: only 'pip' may have a list below it. Write '- python=3.8'.",
        ),
        ("dependencies:\n  - pip: mlflow\n", "error: conda.yml, line 2: 'pip' must have a list of requi"),
        ("dependencies:\n  - 3.8\n", "error: conda.yml, line 2: 3.8 is no package."),
        (
            "dependencies:\n  - pip:\n    - -r requirements.txt\n",
            "warning: conda.yml, line 3: '-r requirements.txt' is not sent along. List its lines here.",
        ),
    ],
)
def test_what_stops_the_build_is_told_with_its_line(tmp_path: Path, conda: str, said: str) -> None:
    (message,) = _messages(tmp_path, conda)
    assert message.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        _JOB.format("{dependencies: [«python»: 3.8]}"),
        "type: pipeline\njobs:\n  a:\n    compute: azureml:c\n    command: ls\n    environment:\n"
        "      image: docker.io/python\n      conda_file:\n        dependencies:\n        - «python»: 3.8\n",
        "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: e\n"
        "image: docker.io/python\nconda_file:\n  dependencies:\n    - «python»: 3.8\n",
    ],
)
def test_a_specification_in_the_job_is_underlined_in_place(text: str) -> None:
    plain, expected = spans(text)
    assert [(one.code, one.span) for one in problems(Document(plain))] == [("JL804", expected[0])]


def test_public_conda_files_are_not_spoken_of(public_files: Path) -> None:
    files = sorted(public_files.rglob("*.y*ml"))
    conda = [file for file in files if re.search(r"^dependencies:", file.read_text(), re.MULTILINE)]
    assert len(conda) > 5
    job = "command: ls\nenvironment:\n  image: docker.io/python\n  conda_file: {}\n"
    said = [
        one.message
        for file in conda
        for one in problems(Document(job.format(file.name), file.parent / "job-of-a-test.yml"))
    ]
    assert said == []
