"""The preview's schemas take the job files of 2021 and agree with the official ones on every key."""

import json
from typing import Any

import pytest
import yaml

from tests.schemas_gen.committed import accepts, schema, validator
from tests.shared_data import CORPUS, SHARED

_JOBS = sorted(
    path.relative_to(CORPUS / "preview").as_posix()
    for folder in ("seed-2021-05-25", "late-d1-2021-08-16")
    for path in (CORPUS / "preview" / folder / "cli" / "jobs").rglob("*.yml")
    if path.name != "environment.yml"
)

COMMAND_JOB = {
    "command": "python main.py",
    "environment": "azureml:my-env:1",
    "compute": {"target": "local"},
}
SWEEP_JOB = {
    "type": "sweep_job",
    "algorithm": "random",
    "objective": {"primary_metric": "loss", "goal": "minimize"},
    "trial": COMMAND_JOB,
}


@pytest.mark.parametrize("path", _JOBS)
def test_a_job_of_2021_is_valid(path: str) -> None:
    document = yaml.safe_load((CORPUS / "preview" / path).read_text(encoding="utf-8"))
    kind = "preview/sweepJob" if document.get("type") == "sweep_job" else "preview/commandJob"
    assert [error.message for error in validator(kind).iter_errors(document)] == []


def test_there_are_jobs_of_2021(corpus: None) -> None:
    assert len(_JOBS) >= 16


@pytest.mark.parametrize("missing", ["command", "environment", "compute"])
def test_a_command_job_needs_its_required_keys(missing: str) -> None:
    assert accepts("preview/commandJob", COMMAND_JOB)
    assert not accepts("preview/commandJob", {key: COMMAND_JOB[key] for key in COMMAND_JOB if key != missing})


@pytest.mark.parametrize("missing", ["type", "algorithm", "objective", "trial"])
def test_a_sweep_job_needs_its_required_keys(missing: str) -> None:
    assert accepts("preview/sweepJob", SWEEP_JOB)
    assert not accepts("preview/sweepJob", {key: SWEEP_JOB[key] for key in SWEEP_JOB if key != missing})


@pytest.mark.parametrize(
    "extra",
    [
        {"compute": "local"},
        {"code": "src"},
        {"type": "command"},
        {"inputs": {"a": 1}},
        {"distribution": {"type": "pytorhc"}},
        {"distribution": {"type": "pytorch", "process_count_per_instance": 2}},
        {"experimen_name": "x"},
        {"environment": {"image": "python"}},
    ],
)
def test_what_only_today_or_nobody_takes_is_invalid(extra: dict[str, object]) -> None:
    assert not accepts("preview/commandJob", COMMAND_JOB | extra)


def test_a_trial_has_no_environment_variables() -> None:
    trial = COMMAND_JOB | {"environment_variables": {"A": "1"}}
    assert accepts("preview/commandJob", trial)
    assert not accepts("preview/sweepJob", SWEEP_JOB | {"trial": trial})


@pytest.mark.parametrize("kind", ["commandJob", "sweepJob"])
def test_keys_enums_and_required_are_those_of_the_official_schema(kind: str, corpus: None) -> None:
    official = json.loads((SHARED / "schemas-2021-08-02" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    ours = schema(f"preview/{kind}")
    assert _facts(ours, ours, "") == _facts(official, official, "")


def _facts(node: dict[str, Any], root: dict[str, Any], path: str) -> set[tuple[str, ...]]:
    while "$ref" in node:
        node = root["definitions"][node["$ref"].removeprefix("#/definitions/")]
    out: set[tuple[str, ...]] = {(path, "required", key) for key in node.get("required", [])}
    out |= {(path, "enum", word) for word in node.get("enum", [])}
    for branch in node.get("anyOf", []):
        out |= _facts(branch, root, path)
    for keyword, step in (("additionalProperties", ".*"), ("items", "[]")):
        if isinstance(node.get(keyword), dict):
            out |= _facts(node[keyword], root, path + step)
    for key, value in node.get("properties", {}).items():
        out |= {(path, "key", key)} | _facts(value, root, f"{path}.{key}")
    return out
