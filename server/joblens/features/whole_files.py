"""Whole files to start from: what an empty file may become."""

from __future__ import annotations

from joblens.features.proposal import Completion
from joblens.job.kinds import schema_address
from joblens.text.nodes import Span

_COMMAND = r"""type: command
display_name: ${1:train}
code: ${2:src}
command: >-
  python ${3:train.py}
  --data \${{inputs.data}}
inputs:
  data:
    type: ${4:uri_folder}
    path: ${5:data}
environment:
  image: ${6:mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04}
  conda_file: ${7:environment.yml}
compute: ${8:azureml:cpu-cluster}
$0"""

_SWEEP = r"""type: sweep
display_name: ${1:tune}
trial:
  code: ${2:src}
  command: >-
    python ${3:train.py}
    --learning-rate \${{search_space.learning_rate}}
  environment:
    image: ${4:mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04}
    conda_file: ${5:environment.yml}
search_space:
  learning_rate:
    type: loguniform
    min_value: ${6:-7}
    max_value: ${7:-1}
sampling_algorithm: ${8:random}
objective:
  primary_metric: ${9:loss}
  goal: ${10:minimize}
limits:
  max_total_trials: ${11:20}
  max_concurrent_trials: ${12:4}
compute: ${13:azureml:cpu-cluster}
$0"""

_PIPELINE = r"""type: pipeline
display_name: ${1:prepare and train}
settings:
  default_compute: ${2:azureml:cpu-cluster}
inputs:
  raw_data:
    type: uri_folder
    path: ${3:data}
jobs:
  prepare:
    type: command
    code: ${4:src}
    command: python ${5:prepare.py} --in \${{inputs.raw_data}} --out \${{outputs.prepared}}
    inputs:
      raw_data: \${{parent.inputs.raw_data}}
    outputs:
      prepared:
        type: uri_folder
    environment: ${6:azureml:my-environment:1}
  train:
    type: command
    code: ${4:src}
    command: python ${7:train.py} --data \${{inputs.prepared}} --model \${{outputs.model}}
    inputs:
      prepared: \${{parent.jobs.prepare.outputs.prepared}}
    outputs:
      model:
        type: uri_folder
    environment: ${6:azureml:my-environment:1}
$0"""

_ENVIRONMENT = r"""name: ${1:my-environment}
description: ${2:What it is for}
image: ${3:mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04}
conda_file: ${4:conda.yml}
$0"""

_COMPONENT = r"""type: command
name: ${1:train}
display_name: ${2:Train}
version: ${3:"1"}
inputs:
  data:
    type: ${4:uri_folder}
  learning_rate:
    type: number
    default: ${5:0.01}
outputs:
  model:
    type: ${6:uri_folder}
code: ${7:src}
command: >-
  python ${8:train.py}
  --data \${{inputs.data}}
  --learning-rate \${{inputs.learning_rate}}
  --model \${{outputs.model}}
environment:
  image: ${9:mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04}
  conda_file: ${10:conda.yml}
$0"""

_DATA = r"""name: ${1:my-data}
version: ${2:"1"}
description: ${3:What it holds}
type: ${4:uri_folder}
path: ${5:data}
$0"""

_MODEL = r"""name: ${1:my-model}
version: ${2:"1"}
description: ${3:What it does}
type: ${4:mlflow_model}
path: ${5:model}
$0"""

_ENDPOINT = r"""name: ${1:my-endpoint}
description: ${2:What it answers}
auth_mode: ${3:key}
$0"""

_DEPLOYMENT = r"""name: ${1:blue}
endpoint_name: ${2:my-endpoint}
model: ${3:azureml:my-model:1}
code_configuration:
  code: ${4:src}
  scoring_script: ${5:score.py}
environment: ${6:azureml:my-environment:1}
instance_type: ${7:Standard_DS3_v2}
instance_count: ${8:1}
$0"""

_SCHEDULE = r"""name: ${1:every-night}
display_name: ${2:Every night}
trigger:
  type: recurrence
  frequency: ${3:day}
  interval: ${4:1}
  schedule:
    hours: ${5:2}
    minutes: ${6:0}
  time_zone: ${7:UTC}
create_job: ${8:./pipeline.yml}
$0"""

_COMPUTE = r"""name: ${1:cpu-cluster}
type: amlcompute
size: ${2:Standard_DS3_v2}
min_instances: ${3:0}
max_instances: ${4:4}
idle_time_before_scale_down: ${5:300}
$0"""

_FILES = (
    ("command job", "commandJob", _COMMAND, "Runs one command: a script, its inputs, its environment."),
    ("sweep job", "sweepJob", _SWEEP, "Runs a command many times, each with other hyperparameters."),
    ("pipeline job", "pipelineJob", _PIPELINE, "Runs steps in the order in which they need each other."),
    ("command component", "commandComponent", _COMPONENT, "Describes a step that many pipelines can run."),
    ("environment", "environment", _ENVIRONMENT, "Registers an image with a conda file's packages."),
    ("data asset", "data", _DATA, "Registers a file or folder under a name and a version."),
    ("model", "model", _MODEL, "Registers a trained model under a name and a version."),
    ("online endpoint", "managedOnlineEndpoint", _ENDPOINT, "An address that models answer at."),
    ("online deployment", "managedOnlineDeployment", _DEPLOYMENT, "Puts a model behind an online endpoint."),
    ("schedule", "schedule", _SCHEDULE, "Runs a job again and again, at set times."),
    ("compute cluster", "amlCompute", _COMPUTE, "Machines that come when jobs wait, and go when they idle."),
)


def whole_files(span: Span) -> list[Completion]:
    """The files that may take the place of `span`, the only text there is."""
    return [
        Completion(
            label, rf"\$schema: {schema_address(kind)}" + "\n" + body, "file", span, rank, about, "whole file"
        )
        for rank, (label, kind, body, about) in enumerate(_FILES, start=1)
    ]
