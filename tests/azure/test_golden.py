"""What we send is what azure-ai-ml sends by itself, for the same job or a preview job's known conversion."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from joblens.azure.submit import submit
from joblens.azure.workspace import Workspace
from tests.azure import plain_client
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, SUBSCRIPTION, WORKSPACE
from tests.shared_data import CORPUS, SEED

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("corpus")]

TWINS = CORPUS / "preview" / "converted-ga" / "cli"
JOBS = sorted(
    path.relative_to(SEED)
    for path in (SEED / "jobs").rglob("*.yml")
    if path.name not in ("environment.yml", "hello-world.yml")  # The last runs on this machine.
)
PIPELINE = """\
type: pipeline
experiment_name: flowers
tags: {team: garden}
settings: {default_compute: azureml:cpu-cluster}
jobs:
  prepare:
    command: echo 1 > ${{outputs.data}}/x
    code: src
    environment: azureml:sklearn:1
    outputs: {data: {type: uri_folder}}
  train:
    command: ls ${{inputs.data}}
    environment: {image: python, conda_file: environment.yml}
    inputs: {data: "${{parent.jobs.prepare.outputs.data}}"}
"""
LITERAL = """\
command: python main.py --lr ${{inputs.lr}} --data ${{inputs.data}}
code: src
environment: {image: python}
description: a job with a bit of everything
tags: {team: garden}
inputs:
  lr: 0.1
  data: {type: uri_folder, path: data}
compute: cpu-cluster
environment_variables: {A: b}
limits: {timeout: 60}
services: {lab: {type: jupyter_lab}}
distribution: {type: pytorch, process_count_per_instance: 2}
resources: {instance_count: 2, instance_type: Standard_D2, shm_size: 2g}
"""


def folder_of(root: Path, text: str) -> Path:
    """A folder with the job and all that any of the jobs names; the folder's name is the experiment's."""
    folder = root / "garden"
    for name in ("src", "data"):
        (folder / name).mkdir(parents=True)
        (folder / name / "main.py").write_text(f"print('{name}')\n")
    (folder / "environment.yml").write_text("name: e\ndependencies: [python=3.11]\n")
    (folder / "DOCKERFILE").write_text("FROM python\n")
    (folder / "job.yml").write_text(text, encoding="utf-8")
    return folder


def cases(root: Path) -> Iterator[tuple[str, Path, Path]]:
    """Each job's label, our file, and the one that azure-ai-ml reads by itself."""
    for number, job in enumerate(JOBS):
        today = (TWINS / job).read_text("utf-8")
        plain = folder_of(root / f"plain{number}", today)
        yield f"preview {job}", folder_of(root / f"preview{number}", (SEED / job).read_text("utf-8")), plain
        if job.parent.name == "iris":  # The same text in both: two are enough.
            yield f"today {job}", folder_of(root / f"today{number}", today), plain
    for name, text in (("pipeline", PIPELINE), ("literal", LITERAL)):
        yield name, folder_of(root / f"ours-{name}", text), folder_of(root / f"plain-{name}", text)


def bodies(plane: ControlPlane, name: str) -> list[Any]:
    """What was put for one job, with its name taken out."""
    calls = [one for one in plane.calls if one.method == "PUT" and one.path.endswith(f"/jobs/{name}")]
    return [json.loads(_without_names(json.dumps([one.body, one.query]), name)) for one in calls]


def _without_names(text: str, name: str) -> str:
    text = text.replace(name, "NAME")
    # A build context that is the job's own folder has the job's file in it, whose text is another one.
    is_own_folder = "pets dataset" in text
    return re.sub(r"(?<=/versions/)[0-9a-f]{32,}", "CONTENT", text) if is_own_folder else text


def test_our_requests_are_those_of_azure_ml_itself(
    plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    found = list(cases(tmp_path))
    assert len(found) == 13
    folders = dict.fromkeys(plain for _, _, plain in found)
    plain = {folder: f"plain-{number}-x" for number, folder in enumerate(folders)}
    asked = [[str(folder), "job.yml", name] for folder, name in plain.items()]
    command = [sys.executable, plain_client.__file__, SUBSCRIPTION, GROUP, WORKSPACE]
    subprocess.run(command, input=json.dumps(asked), text=True, check=True, capture_output=True)
    codes = plane.sent("/codes/")
    for number, (label, ours, theirs) in enumerate(found):
        submit(ours / "job.yml", workspace, name=f"ours-{number}-x")
        sent, expected = bodies(plane, f"ours-{number}-x"), bodies(plane, plain[theirs])
        assert sent == expected, label
        assert len(sent) == 1, label
    assert plane.sent("/codes/") == codes, "the code is known by its content, and is not sent again"
