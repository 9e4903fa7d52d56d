"""Small changes to correct files get the same verdict from our schemas and from the SDK's own classes."""

import copy
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripts.schemas.roots import root_schemas

from tests.schemas_gen.committed import accepts

COMMAND_JOB: dict[str, Any] = {
    "type": "command",
    "name": "a-job",
    "tags": {"stage": "1"},
    "command": "python train.py",
    "environment": {"image": "python:3.11", "os_type": "linux"},
    "environment_variables": {"A": "b"},
    "compute": "azureml:cpu-cluster",
    "distribution": {"type": "pytorch", "process_count_per_instance": 2},
    "resources": {"instance_count": 2, "shm_size": "8g", "locations": ["westeurope"]},
    "limits": {"timeout": 60},
    "identity": {"type": "user_identity"},
    "queue_settings": {"job_tier": "spot", "priority": "low"},
    "services": {"shell": {"type": "ssh", "ssh_public_keys": "key"}, "board": {"type": "tensor_board"}},
    "inputs": {
        "data": {"type": "uri_file", "path": "azureml:data:1", "mode": "download"},
        "table": {"type": "mltable", "path": "azureml:table:1", "mode": "eval_mount"},
        "epochs": 3,
        "rate": 0.1,
        "word": "x",
    },
    "outputs": {"model": {"type": "mlflow_model", "mode": "upload"}, "rest": None},
}
SWEEP_JOB: dict[str, Any] = {
    "type": "sweep",
    "sampling_algorithm": {"type": "random", "rule": "sobol", "seed": 1, "logbase": "e"},
    "search_space": {
        "choice": {"type": "choice", "values": [1, "a", 0.5]},
        "uniform": {"type": "uniform", "min_value": 0.1, "max_value": 1},
        "quniform": {"type": "quniform", "min_value": 0, "max_value": 1, "q": 0.1},
        "normal": {"type": "lognormal", "mu": 0, "sigma": 1},
        "randint": {"type": "randint", "upper": 9},
    },
    "objective": {"goal": "minimize", "primary_metric": "loss"},
    "early_termination": {"type": "bandit", "slack_factor": 0.2, "evaluation_interval": 1},
    "limits": {"max_total_trials": 4, "timeout": 60},
    "trial": {
        "command": "python train.py",
        "environment": "azureml:env:1",
        "resources": {"instance_count": 1},
    },
    "inputs": {"data": {"path": "azureml:data:1"}},
    "outputs": {"model": {}},
}
PIPELINE_JOB: dict[str, Any] = {
    "type": "pipeline",
    "inputs": {"epochs": 3, "data": {"type": "uri_folder", "path": "azureml:data:1"}},
    "settings": {"default_compute": "azureml:cpu-cluster", "continue_on_step_failure": False},
    "jobs": {
        "prepare": {
            "command": "echo",
            "environment": "azureml:env:1",
            "outputs": {"out": {"mode": "upload"}},
        },
        "train": {"type": "command", "component": "azureml:train:1", "inputs": {"epochs": 3}},
    },
}
JOBS = {"commandJob": COMMAND_JOB, "sweepJob": SWEEP_JOB, "pipelineJob": PIPELINE_JOB}

# Where ours is deliberately stricter: the SDK cuts fractions and ignores what `$schema` holds.
_VALUES = st.sampled_from(
    [
        "x",
        "12",
        "1e-3",
        "Minimize",
        "MINIMIZE",
        "PyTorch",
        "userIdentity",
        "azureml:a:1",
        "azureml:a",
        "file:./x.yml",
    ]
) | st.sampled_from(
    [3, -1, True, None, [], [1], {}, {"a": 1}, {"type": "uri_file"}, {"type": "mpi"}, {"type": "ssh"}]
)
_NEW_KEYS = st.sampled_from(
    ["type", "mode", "path", "tags", "limits", "resources", "services", "value", "unknown"]
)


@pytest.mark.parametrize("kind", JOBS)
def test_the_unchanged_file_is_valid(kind: str) -> None:
    assert _sdk_loads(kind, JOBS[kind])
    assert accepts(kind, JOBS[kind])


@pytest.mark.parametrize("kind", JOBS)
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_change_is_judged_as_the_sdk_judges_it(kind: str, data: st.DataObject) -> None:
    document = copy.deepcopy(JOBS[kind])
    path = data.draw(st.sampled_from(list(_paths(document))))
    _change(document, path, data)
    loads = _sdk_loads(kind, document)
    if loads or not _beyond_a_schema(kind, document):
        assert accepts(kind, document) == loads, document


def _paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from _paths(value, (*path, key))


def _change(document: Any, path: tuple[Any, ...], data: st.DataObject) -> None:
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    match data.draw(st.sampled_from(["delete", "replace", "rename", "add"])):
        case "delete":
            del parent[path[-1]]
        case "replace":
            parent[path[-1]] = data.draw(_VALUES)
        case "rename" if isinstance(parent, dict):
            parent[f"{path[-1]}x"] = parent.pop(path[-1])
        case "add" if isinstance(parent, dict):
            parent[data.draw(_NEW_KEYS)] = data.draw(_VALUES)


def _sdk_loads(kind: str, document: Any) -> bool:
    logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (schema,) = root_schemas(kind)
        try:
            schema.load(copy.deepcopy(document))
        except Exception:  # noqa: BLE001 - the SDK's constructors raise anything
            return False
    return True


def _beyond_a_schema(kind: str, document: Any) -> bool:
    """What the SDK refuses by code: files that are not there, and steps whose kind it tries out."""
    return "file:" in str(document) or kind == "pipelineJob"
