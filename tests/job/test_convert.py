from pathlib import Path
from typing import Any

import pytest
import yaml

from joblens.job.convert import Converted, to_today
from joblens.text.document import Document
from tests.shared_data import CORPUS, SEED

CONVERTED = CORPUS / "preview" / "converted-ga" / "cli"
JOBS = sorted(
    path.relative_to(CONVERTED).as_posix()
    for path in CONVERTED.rglob("*.yml")
    if "environment" not in path.name
)


def check(text: str, path: Path | None = None, **overrides: object) -> Converted:
    return to_today(Document(text, path), {key.replace("__", "."): value for key, value in overrides.items()})


def job(**parts: Any) -> str:
    whole = {"command": "x", "environment": "azureml:e:1", "compute": {"target": "local"}, **parts}
    return yaml.safe_dump(whole)


def sweep(**parts: Any) -> str:
    trial = {
        "command": "x",
        "environment": "azureml:e:1",
        "compute": {"target": "azureml:c", "instance_count": 2},
    }
    whole = {"type": "sweep_job", "algorithm": "grid", "trial": trial, "max_total_trials": 4, **parts}
    return yaml.safe_dump(whole)


@pytest.mark.usefixtures("corpus")
def test_there_are_ten_converted_jobs() -> None:
    assert len(JOBS) == 10


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", JOBS)
def test_the_public_preview_jobs_become_what_their_conversion_was(name: str) -> None:
    converted = check((SEED / name).read_text("utf-8"), SEED / name)
    assert converted.data == yaml.safe_load((CONVERTED / name).read_text("utf-8"))


def test_a_job_of_today_is_left_as_it_is() -> None:
    text = "command: x ${{inputs.a}}\nenvironment: {image: i}\ncompute: azureml:c\n"
    assert check(text) == Converted(yaml.safe_load(text))


def test_only_declared_names_become_expressions() -> None:
    converted = check(
        job(command="awk '{print}' {inputs.a} {inputs.b}", inputs={"a": {"data": "azureml:d:1"}})
    )
    assert converted.data["command"] == "awk '{print}' ${{inputs.a}} {inputs.b}"
    assert any("'{inputs.b}' names nothing" in note for note in converted.notes)


def test_processes_are_counted_for_each_instance() -> None:
    compute = {"target": "azureml:c", "instance_count": 2}
    even = check(job(compute=compute, distribution={"type": "pytorch", "process_count": 4}))
    assert even.data["distribution"] == {"type": "pytorch", "process_count_per_instance": 2}
    assert even.notes == ()
    odd = check(job(compute=compute, distribution={"type": "pytorch", "process_count": 3}))
    assert odd.data["distribution"] == {"type": "pytorch", "process_count_per_instance": 2}
    assert odd.notes == (
        "distribution.process_count: 3 processes do not divide among 2 instances; 2 start on each.",
    )


def test_a_local_input_is_a_file_if_it_is_one_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("")
    (tmp_path / "a.folder").mkdir()
    paths = {"one": "README", "two": "a.folder", "three": "gone.csv"}
    inputs = {name: {"data": {"local_path": path}} for name, path in paths.items()}
    converted = check(job(inputs=inputs), tmp_path / "job.yml")
    types = {name: value["type"] for name, value in converted.data["inputs"].items()}  # type: ignore[attr-defined]
    assert types == {"one": "uri_file", "two": "uri_folder", "three": "uri_file"}
    assert converted.notes == (
        "inputs.three: 'gone.csv' is taken for one file; change the type if it is not.",
    )


def test_an_environment_in_a_file_of_its_own_is_written_in(tmp_path: Path) -> None:
    (tmp_path / "env.yml").write_text("docker: {image: python}\nconda_file: file:conda.yml\n")
    converted = check(job(environment="file:env.yml"), tmp_path / "job.yml")
    assert converted.data["environment"] == {"image": "python", "conda_file": "conda.yml"}


def test_a_dockerfile_becomes_a_build_context() -> None:
    docker = {"build": {"dockerfile": "file:docker/Dockerfile"}}
    converted = check(job(environment={"docker": docker, "conda_file": "file:conda.yml"}))
    assert converted.data["environment"] == {
        "build": {"path": "docker", "dockerfile_path": "Dockerfile"},
        "conda_file": "conda.yml",
    }


def test_an_environment_file_that_is_not_there_is_noted(tmp_path: Path) -> None:
    converted = check(job(environment="file:env.yml"), tmp_path / "job.yml")
    assert converted.data["environment"] == "file:env.yml"
    assert converted.notes == ("environment: 'env.yml' cannot be read, so the reference stays as it is.",)


def test_the_places_of_the_other_keys() -> None:
    text = job(
        name="n",
        timeout=60,
        identity={"type": "amltoken"},
        interaction_endpoints={"s": {"type": "ssh"}},
        environment_variables={"A": "b"},
        compute={"target": "azureml:c", "instance_type": "T", "location": "east", "properties": {"p": 1}},
        code={"path": "https://x/y"},
        status="Completed",
        output={"datastore_id": "azureml:d", "path": "p"},
        unknown=1,
    )
    converted = check(text)
    assert converted.data == {
        "$schema": "https://azuremlschemas.azureedge.net/latest/commandJob.schema.json",
        "type": "command",
        "name": "n",
        "command": "x",
        "code": "https://x/y",
        "environment": "azureml:e:1",
        "environment_variables": {"A": "b"},
        "compute": "azureml:c",
        "resources": {"instance_type": "T", "locations": ["east"], "properties": {"p": 1}},
        "limits": {"timeout": 60},
        "identity": {"type": "aml_token"},
        "services": {"s": {"type": "ssh"}},
        "unknown": 1,
    }
    assert converted.notes == (
        "output: left out; name an output with 'path: azureml://datastores/d/paths/p' instead.",
    )


def test_a_sweep_keeps_its_resources_and_policy_in_their_new_places() -> None:
    policy = {"policy_type": "bandit", "slack_factor": 0.1, "exclude_finished_jobs": True}
    converted = check(sweep(early_termination=policy, timeout_minutes=2))
    assert converted.data["trial"]["resources"] == {"instance_count": 2}  # type: ignore[index]
    assert converted.data["early_termination"] == {"type": "bandit", "slack_factor": 0.1}
    assert converted.data["limits"] == {"max_total_trials": 4, "timeout": 120}
    assert converted.notes == (
        "early_termination.exclude_finished_jobs: today's dialect has none; left out.",
    )


def test_overrides_are_in_the_words_of_the_preview() -> None:
    converted = check(job(), compute__target="azureml:big", compute__instance_count=3, name="other")
    assert converted.data["compute"] == "azureml:big"
    assert converted.data["resources"] == {"instance_count": 3}
    assert converted.data["name"] == "other"


def test_values_of_wrong_types_do_not_stop_the_conversion() -> None:
    for text in (job(inputs=[1], code=[], distribution="x"), job(compute=[], environment=3), sweep(trial=4)):
        check(text)
