"""A script that imports mlflow in an environment without it gets a hint, where that is all known."""

from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.text.document import Document

_CONDA = "dependencies:\n  - python=3.10\n  - pip:\n      - numpy\n"


def _said(folder: Path, environment: str, script: str = "import mlflow\n") -> list[str]:
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "train.py").write_text(script)
    text = f"command: python train.py\ncode: src\nenvironment:\n{environment}"
    found = problems(Document(text, folder / "job.yml"))
    assert {one.code for one in found} <= {"JL805"}
    return [text[one.span.start : one.span.end] for one in found]


@pytest.mark.parametrize(
    "script",
    ["import mlflow\n", "from mlflow import log_metric\n", "def f():\n    import mlflow.sklearn as m\n"],
)
def test_a_conda_file_without_mlflow_is_told(tmp_path: Path, script: str) -> None:
    (tmp_path / "conda.yml").write_text(_CONDA)
    assert _said(tmp_path, "  image: python\n  conda_file: conda.yml\n", script) == ["conda.yml"]


@pytest.mark.parametrize("script", ["", "import numpy\n", "# import mlflow\n", "x = 'mlflow'\n", "print 1\n"])
def test_a_script_without_it_needs_nothing(tmp_path: Path, script: str) -> None:
    (tmp_path / "conda.yml").write_text(_CONDA)
    assert _said(tmp_path, "  image: python\n  conda_file: conda.yml\n", script) == []


@pytest.mark.parametrize("package", ["mlflow", "mlflow-skinny==2.1", "azureml-mlflow", "azureml-defaults"])
def test_a_package_that_brings_it_is_enough(tmp_path: Path, package: str) -> None:
    (tmp_path / "conda.yml").write_text(f"{_CONDA}      - {package}\n")
    assert _said(tmp_path, "  image: python\n  conda_file: conda.yml\n") == []


def test_a_requirements_file_is_looked_at_in_a_context_on_a_plain_python(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "Dockerfile").write_text("FROM python:3.11\nRUN pip install -r requirements.txt\n")
    (tmp_path / "docker" / "requirements.txt").write_text("numpy\n")
    assert _said(tmp_path, "  build:\n    path: docker\n") == ["docker"]
    (tmp_path / "docker" / "Dockerfile").write_text("FROM other/image\nRUN pip install -r requirements.txt\n")
    assert _said(tmp_path, "  build:\n    path: docker\n") == []


@pytest.mark.parametrize(
    "environment",
    ["  image: python\n", "  image: python\n  conda_file: azureml:x\n", "  build: {path: src}\n"],
)
def test_what_is_not_at_hand_is_not_spoken_of(tmp_path: Path, environment: str) -> None:
    assert _said(tmp_path, environment) == []
