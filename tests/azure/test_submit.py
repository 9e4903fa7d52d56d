from pathlib import Path

import pytest

from joblens.azure.submit import submit
from joblens.azure.workspace import Workspace
from tests.azure.control_plane import ControlPlane

pytestmark = pytest.mark.slow

TODAY = """\
command: python main.py --csv ${{inputs.iris}} --lr ${{inputs.lr}}
code: src
environment: azureml:sklearn:1
inputs:
  lr: 0.1
  iris:
    type: uri_file
    path: https://example.com/iris.csv
compute: azureml:cpu-cluster
resources:
  instance_count: 2
experiment_name: iris
"""


def job_folder(folder: Path, text: str) -> Path:
    (folder / "src").mkdir()
    (folder / "src" / "main.py").write_text("print('hello')\n")
    (folder / "environment.yml").write_text("dependencies: [python=3.11]\n")
    job = folder / "job.yml"
    job.write_text(text)
    return job


def test_a_command_job_arrives_as_written(plane: ControlPlane, workspace: Workspace, tmp_path: Path) -> None:
    said: list[str] = []
    submitted = submit(job_folder(tmp_path, TODAY), workspace, name="first", progress=said.append)
    [body] = plane.sent("/jobs/first")
    print(body, submitted, said)
