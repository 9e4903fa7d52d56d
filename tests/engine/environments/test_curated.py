"""Azure ML's curated environments, where a script needs what this Python does not have."""

from pathlib import Path

import pytest

from joblens.engine.environments import interpreters
from joblens.engine.environments.curated import for_scripts, stand_in
from joblens.job.model import At, Environment
from joblens.text.document import Document
from joblens.text.nodes import Span

NOWHERE = Span(0, 0)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("sklearn-1.5", "scikit-learn==1.5.*"),
        ("AzureML-sklearn-1.5", "scikit-learn==1.5.*"),
        ("AzureML-lightgbm-3.2", "lightgbm==3.2.*"),
        ("AzureML-Pytorch1.7-Cuda11-OpenMpi4.1.0", "torch==1.7.*"),
        ("acpt-pytorch-2.8-cuda12.6", "torch==2.8.*"),
        ("AzureML-tensorflow-2.16-cuda12", "tensorflow==2.16.*"),
    ],
)
def test_the_name_of_a_curated_environment_promises_a_package(name, package):
    assert package in packages(name)


def test_the_name_promises_a_python_too():
    here = interpreters.default_pin().replace(".", "")
    assert (
        packages(f"AzureML-sklearn-0.24-ubuntu18.04-py{here}-cpu")[0]
        == f"python={interpreters.default_pin()}"
    )


def test_without_that_python_versions_are_left_open_and_that_is_said():
    found = stand_in("AzureML-sklearn-0.24-ubuntu18.04-py21-cpu")
    assert found is not None
    assert "scikit-learn" in packages("AzureML-sklearn-0.24-ubuntu18.04-py21-cpu")
    assert "there is no Python 2.1 here for scikit-learn==0.24.*" in found.note


@pytest.mark.parametrize(
    "name", ["my-environment", "minimal-py312-inference", "sklearn", "xgboost-sklearn-py38"]
)
def test_other_names_promise_nothing(name):
    assert stand_in(name) is None


def test_it_is_built_only_for_scripts_that_this_python_cannot_run(tmp_path):
    reference = "azureml://registries/azureml/environments/lightgbm-3.2/labels/latest"
    environment = Environment(NOWHERE, reference=At(reference, NOWHERE))
    assert for_scripts(environment, job(tmp_path, "import json")) == (environment, ())
    found, notes = for_scripts(environment, job(tmp_path, "import nowhere"))
    assert found is not None
    assert found.conda is not None
    assert "curated environment 'lightgbm-3.2'" in notes[0]


def test_scripts_of_the_old_sdk_get_it_and_hear_where_its_metrics_go(tmp_path):
    environment = Environment(NOWHERE, reference=At("azureml:AzureML-sklearn-1.5:1", NOWHERE))
    found, notes = for_scripts(environment, job(tmp_path, "from azureml.core import Run"))
    assert found is not None
    assert found.conda is not None
    assert "azureml-core" in str(found.conda.value)
    assert "reaches MLflow, as on the cluster" in notes[1]
    assert "azureml-core" not in packages("AzureML-sklearn-1.5")


def test_of_another_environment_what_is_missing_is_said(tmp_path):
    environment = Environment(NOWHERE, image=At("python:latest", NOWHERE))
    found, notes = for_scripts(environment, job(tmp_path, "import nowhere"))
    assert found is environment
    assert "imports 'nowhere', which this Python does not have" in notes[0]


def test_what_the_command_installs_is_not_missing(tmp_path):
    environment = Environment(NOWHERE, image=At("python:latest", NOWHERE))
    document = job(tmp_path, "import nowhere", "pip install nowhere && python main.py")
    assert for_scripts(environment, document) == (environment, ())


def job(folder: Path, script: str, command: str = "python main.py") -> Document:
    (folder / "main.py").write_text(script, encoding="utf-8")
    return Document(f"command: {command}\ncode: .\nenvironment: azureml:any@latest\n", folder / "job.yml")


def packages(name: str) -> list[str]:
    """The lines of what stands in, Python first if there is one."""
    found = stand_in(name)
    assert found is not None
    assert found.environment.conda is not None
    dependencies = found.environment.conda.value["dependencies"]
    assert isinstance(dependencies, list)
    return [each for each in dependencies if isinstance(each, str) and each != "pip"] + dependencies[-1][
        "pip"
    ]
