"""A path is spoken of when it leads nowhere, and an error only where that is certain."""

from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document

_JOB = "command: python train.py\nenvironment: azureml:train-env:1\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("src/train.py", "data/iris.csv", "docker/Dockerfile", "conda.yml", "steps/train.yml"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("# something\n")
    return tmp_path


def _found(folder: Path, text: str) -> list[Problem]:
    return [one for one in problems(Document(text, folder / "job.yml")) if one.code in ("JL801", "JL802")]


def _said(folder: Path, text: str) -> list[tuple[str, str]]:
    return [(one.severity.value, text[one.span.start : one.span.end]) for one in _found(folder, text)]


@pytest.mark.parametrize(
    "text",
    [
        _JOB + "code: src\n",
        _JOB + "code: ./src/\n",
        _JOB + "code: src/train.py\n",
        _JOB + "code: .\n",
        _JOB + "code: azureml:code:1\n",
        _JOB + "code: git+https://example.org/a/b\n",
        _JOB + "code: ${{parent.inputs.code}}\n",
        _JOB + "code: /mnt/of/another/machine\n",
        _JOB + "code: C:\\Users\\me\\src\n",
        "command: ls\nenvironment:\n  image: python\n  conda_file: conda.yml\n",
        "command: ls\nenvironment:\n  build:\n    path: docker\n    dockerfile_path: Dockerfile\n",
        _JOB + "inputs:\n  a: {type: uri_file, path: 'data/iris.csv'}\n  b: {type: uri_folder, path: data}\n",
        _JOB + "inputs:\n  a: {type: uri_file, path: azureml://datastores/d/paths/x.csv}\n",
        "type: pipeline\njobs:\n  a: {component: ./steps/train.yml, compute: azureml:c}\n",
        "type: pipeline\njobs:\n  a: {component: azureml:train:1, compute: azureml:c}\n",
    ],
)
def test_what_is_there_or_may_be_elsewhere_is_not_spoken_of(project: Path, text: str) -> None:
    assert _said(project, text) == []


@pytest.mark.parametrize(
    ("text", "blamed", "mended"),
    [
        (_JOB + "code: scr\n", "scr", "src"),
        (_JOB + "code: ./scr\n", "./scr", "./src"),
        (_JOB + "code: 'scr'\n", "scr", "src"),
        (_JOB + "code: src/trian.py\n", "src/trian.py", "src/train.py"),
        ("command: ls\nenvironment: {image: a, conda_file: cnda.yml}\n", "cnda.yml", "conda.yml"),
        ("command: ls\nenvironment: {build: {path: doker}}\n", "doker", "docker"),
        (
            "command: ls\nenvironment: {build: {path: docker, dockerfile_path: Dockrfile}}\n",
            "Dockrfile",
            "Dockerfile",
        ),
        (_JOB + "inputs:\n  a: {type: uri_file, path: dta/iris.csv}\n", "dta/iris.csv", "data/iris.csv"),
        (
            "type: pipeline\njobs:\n  a: {component: ./steps/trian.yml, compute: azureml:c}\n",
            "./steps/trian.yml",
            "./steps/train.yml",
        ),
        ("command: ls\ncode:\n  local_path: scr\ncompute:\n  target: local\n", "scr", "src"),
    ],
)
def test_a_slip_is_mended(project: Path, text: str, blamed: str, mended: str) -> None:
    (found,) = _found(project, text)
    assert found.severity is Severity.ERROR
    assert text[found.span.start : found.span.end] == blamed
    assert found.fix is not None
    assert found.fix.text == mended
    assert _found(project, text.replace(blamed, mended)) == []


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (_JOB + "code: nowhere\n", "error"),
        ("command: ls\nenvironment: {image: a, conda_file: none.txt}\n", "error"),
        (_JOB + "inputs:\n  a: {type: uri_file, path: data/other.parquet}\n", "error"),
        # Data that a script fetches first, most likely.
        (_JOB + "inputs:\n  a: {type: uri_folder, path: cifar}\n", "warning"),
        (_JOB + "inputs:\n  a: {type: uri_file, path: fetched/by/it.csv}\n", "warning"),
        ("name: a\ntype: uri_folder\npath: fetched\n", "warning"),
    ],
)
def test_only_what_is_certain_is_an_error(project: Path, text: str, severity: str) -> None:
    assert [severity for severity, _ in _said(project, text)] == [severity]


def test_a_job_file_that_was_copied_alone_has_warnings(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    (tmp_path / "other.yml").touch()
    assert _said(tmp_path, _JOB + "code: src\n") == [("warning", "src")]


def test_an_outline_of_a_folder_has_warnings(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").touch()
    text = _JOB + "code: src\ninputs:\n  a: {type: uri_file, path: nowhere/at/all.csv}\n"
    assert _said(tmp_path, text) == [("warning", "nowhere/at/all.csv")]


def test_a_sibling_is_not_what_was_meant(project: Path) -> None:
    (project / "steps" / "step2.yml").touch()
    (project / "steps" / "step.yml").touch()
    text = (
        "type: pipeline\njobs:\n  a: {component: ./steps/step1.yml, compute: azureml:c}\n"
        "  b: {component: ./steps/step.yml, compute: azureml:c}\n"
    )
    (found,) = _found(project, text)
    assert found.fix is None


@pytest.mark.parametrize(
    ("text", "blamed", "severity"),
    [
        ("inputs:\n  a: {type: uri_folder, path: data/iris.csv}\n", "data/iris.csv", "warning"),
        ("inputs:\n  a: {type: uri_file, path: data}\n", "data", "warning"),
    ],
)
def test_a_file_is_no_folder(project: Path, text: str, blamed: str, severity: str) -> None:
    assert _said(project, _JOB + text) == [(severity, blamed)]


def test_a_build_context_is_a_folder(project: Path) -> None:
    text = "command: ls\nenvironment: {build: {path: docker/Dockerfile}}\n"
    assert _said(project, text) == [("error", "docker/Dockerfile")]


def test_an_input_without_a_type_may_be_either(project: Path) -> None:
    assert _said(project, _JOB + "inputs:\n  a: {path: data/iris.csv}\n  b: {path: data}\n") == []


def test_a_preview_file_is_read_away_from_what_it_ran(project: Path) -> None:
    text = "command: ls\ncode:\n  local_path: nowhere\ncompute:\n  target: local\n"
    assert _said(project, text) == []
