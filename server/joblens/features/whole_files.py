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

_FILES = (
    ("command job", "commandJob", _COMMAND, "Runs one command: a script, its inputs, its environment."),
    ("sweep job", "sweepJob", _SWEEP, "Runs a command many times, each with other hyperparameters."),
    ("pipeline job", "pipelineJob", _PIPELINE, "Runs steps in the order in which they need each other."),
    ("environment", "environment", _ENVIRONMENT, "Registers an image with a conda file's packages."),
)


def whole_files(span: Span) -> list[Completion]:
    """The files that may take the place of `span`, the only text there is."""
    return [
        Completion(
            label, rf"\$schema: {schema_address(kind)}" + "\n" + body, "file", span, rank, about, "whole file"
        )
        for rank, (label, kind, body, about) in enumerate(_FILES, start=1)
    ]
