from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joblens.job.convert import to_today
from joblens.job.model import CommandJob, Dialect, Job, SweepJob
from joblens.job.read import read
from joblens.text.document import Document
from tests.shared_data import CORPUS, EXAMPLES, SEED

COMMAND = """\
command: >
  python main.py --csv ${{inputs.iris}}
code: src
environment:
  image: python:3.11
  conda_file: env.yml
environment_variables: {THREADS: 4}
inputs:
  iris: {type: uri_file, path: iris.csv, mode: ro_mount}
  lr: 1.0e-3
  name: "yes"
  flag: yes
  count: {value: 3}
  folder: {path: azureml:data:1}
outputs:
  model:
  log: {type: uri_file, mode: upload}
compute: azureml:cpu
resources: {instance_count: "2"}
distribution: {type: PyTorch, process_count_per_instance: 2}
limits: {timeout: 60}
name: 7
display_name: Iris
experiment_name: iris
tags: {a: 1, b: two}
"""

SWEEP = """\
type: sweep
trial:
  command: python main.py --lr ${{search_space.lr}}
  environment: azureml:e:1
  resources: {instance_count: 3}
inputs: {iris: {type: uri_file, path: iris.csv}}
compute: azureml:cpu
sampling_algorithm: {type: random, seed: 4, rule: sobol}
search_space:
  lr: {type: uniform, min_value: 0.1, max_value: 1}
objective: {primary_metric: loss, goal: Minimize}
limits: {max_total_trials: 9, max_concurrent_trials: 3, timeout: 100, trial_timeout: 10}
early_termination: {type: bandit, slack_factor: 0.2}
"""


PREVIEW = """\
type: sweep_job
algorithm: random
trial:
  code: {local_path: src}
  command: python main.py {search_space.lr} {inputs.a}
  inputs: {a: {data: {path: https://x/y.csv}, mode: mount}}
  environment: {docker: {image: python}, conda_file: file:env.yml}
  compute: {target: azureml:c, instance_count: 2}
  distribution: {type: pytorch, process_count: 4}
search_space:
  lr: {type: uniform, min_value: 0.1, max_value: 1}
objective: {primary_metric: loss, goal: minimize}
max_total_trials: 3
timeout_minutes: 2
early_termination: {policy_type: bandit, slack_factor: 0.1}
"""


def check(text: str, path: Path | None = None) -> Job:
    job, _ = read(Document(text, path))
    assert job is not None
    return job


def command_job(text: str, path: Path | None = None) -> CommandJob:
    job = check(text, path)
    assert isinstance(job, CommandJob)
    return job


def sweep_job(text: str, path: Path | None = None) -> SweepJob:
    job = check(text, path)
    assert isinstance(job, SweepJob)
    return job


def test_a_command_job_of_today_is_read_whole() -> None:
    job = command_job(COMMAND)
    assert job.dialect is Dialect.TODAY
    assert job.command and job.command.value == "python main.py --csv ${{inputs.iris}}\n"
    assert job.code and job.code.value == "src"
    assert job.environment and job.environment.image and job.environment.conda_file
    assert (job.environment.image.value, job.environment.conda_file.value) == ("python:3.11", "env.yml")
    assert {name: value.value for name, value in job.environment_variables.items()} == {"THREADS": "4"}
    assert job.compute and job.compute.value == "azureml:cpu"
    assert job.instance_count and job.instance_count.value == 2
    assert job.timeout and job.timeout.value == 60
    assert job.name and job.name.value == "7"
    assert job.tags == {"a": "1", "b": "two"}
    assert job.distribution and job.distribution.process_count_per_instance
    assert (job.distribution.type.value, job.distribution.process_count_per_instance.value) == ("pytorch", 2)


def test_inputs_are_literals_or_data() -> None:
    inputs = command_job(COMMAND).inputs
    assert {name: (one.type, one.literal and one.literal.value) for name, one in inputs.items()} == {
        "iris": ("uri_file", None),
        "lr": ("number", 0.001),
        "name": ("string", "yes"),
        "flag": ("boolean", True),
        "count": ("integer", 3),
        "folder": ("uri_folder", None),
    }
    assert inputs["iris"].path and inputs["iris"].path.value == "iris.csv"
    assert inputs["iris"].mode and inputs["iris"].mode.value == "ro_mount"


def test_outputs_without_settings_are_folders() -> None:
    outputs = command_job(COMMAND).outputs
    assert {name: one.type for name, one in outputs.items()} == {"model": "uri_folder", "log": "uri_file"}


def test_each_value_knows_its_place() -> None:
    job = command_job(COMMAND)
    assert job.code and COMMAND[slice(*job.code.span)] == "src"
    assert job.instance_count and COMMAND[slice(*job.instance_count.span)] == '"2"'
    assert COMMAND[slice(*job.inputs["iris"].name.span)] == "iris"


def test_a_sweep_of_today_gives_its_trial_the_inputs() -> None:
    job = sweep_job(SWEEP)
    assert list(job.trial.inputs) == ["iris"]
    assert job.trial.compute and job.trial.compute.value == "azureml:cpu"
    assert job.trial.instance_count and job.trial.instance_count.value == 3
    assert job.sampling and (job.sampling.type.value, job.sampling.seed, job.sampling.rule) == (
        "random",
        4,
        "sobol",
    )
    assert job.search_space["lr"].type.value == "uniform"
    assert job.search_space["lr"].settings == {"min_value": 0.1, "max_value": 1}
    assert job.goal and job.goal.value == "minimize"
    limits = (job.max_total_trials, job.max_concurrent_trials, job.timeout, job.trial_timeout)
    assert [limit and limit.value for limit in limits] == [9, 3, 100, 10]
    assert job.early_termination == {"type": "bandit", "slack_factor": 0.2}


def test_a_policy_of_the_preview_keeps_its_settings() -> None:
    policy = "{policy_type: truncation_selection, truncation_percentage: 9, exclude_finished_jobs: true}"
    job = sweep_job(PREVIEW.replace("{policy_type: bandit, slack_factor: 0.1}", policy))
    assert job.early_termination == {
        "type": "truncation_selection",
        "truncation_percentage": 9,
        "exclude_finished_jobs": True,
    }


def test_an_algorithm_may_be_a_word_alone() -> None:
    job = sweep_job("type: sweep\nsampling_algorithm: Bayesian\ntrial:\n  command: x\n")
    assert job.sampling and job.sampling.type.value == "bayesian"


def test_aliases_and_merges_are_followed() -> None:
    text = "command: x\ncompute: azureml:c\nresources: &r {instance_count: 2}\n"
    text += "inputs:\n  a: &a {type: uri_file, path: p}\n  b: {<<: *a, path: q}\n  c: *a\n"
    inputs = command_job(text).inputs
    paths = {name: (one.type, one.path and one.path.value) for name, one in inputs.items()}
    assert paths == {"a": ("uri_file", "p"), "b": ("uri_file", "q"), "c": ("uri_file", "p")}


def test_a_preview_job_is_read_in_todays_words(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    text = """\
code: {local_path: src}
command: python train.py {inputs.a}
environment:
  docker: {build: {dockerfile: file:docker/Dockerfile}}
  conda_file: file:env.yml
inputs:
  a: {data: {local_path: data}, mode: mount}
  b: {data: azureml:d:1, mode: download}
  c: {data: {path: https://x/y.csv?z=1}}
compute: {target: azureml:gpu, instance_count: 2}
distribution: {type: pytorch, process_count: 4}
timeout: 30
"""
    job = command_job(text, tmp_path / "job.yml")
    assert job.dialect is Dialect.PREVIEW
    assert job.code and job.code.value == "src"
    environment = job.environment
    assert environment and environment.build_context and environment.dockerfile and environment.conda_file
    assert (environment.build_context.value, environment.dockerfile.value) == ("docker", "Dockerfile")
    assert environment.conda_file.value == "env.yml"
    assert {
        name: (one.type, one.path and one.path.value, one.mode and one.mode.value)
        for name, one in job.inputs.items()
    } == {
        "a": ("uri_folder", "data", "ro_mount"),
        "b": ("uri_folder", "azureml:d:1", "download"),
        "c": ("uri_file", "https://x/y.csv?z=1", None),
    }
    assert job.compute and job.compute.value == "azureml:gpu"
    assert job.distribution and job.distribution.process_count_per_instance
    assert job.distribution.process_count_per_instance.value == 2
    assert job.timeout and job.timeout.value == 30


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("https://x.blob.core.windows.net/d/iris.csv?sv=1", "uri_file"),
        ("https://x.blob.core.windows.net/d/iris/", "uri_folder"),
        ("https://x.blob.core.windows.net/v1.2/iris", "uri_folder"),
        ("wasbs://datasets@x.blob.core.windows.net", "uri_folder"),
        ("data/.hidden", "uri_folder"),
        ("../data", "uri_folder"),
        ("x" * 5000 + ".csv", "uri_file"),
    ],
)
def test_data_that_is_not_here_is_typed_by_its_name(tmp_path: Path, path: str, kind: str) -> None:
    text = f"command: x\ncompute: {{target: local}}\ninputs:\n  a:\n    data: {{local_path: '{path}'}}\n"
    assert command_job(text, tmp_path / "job.yml").inputs["a"].type == kind


@pytest.mark.usefixtures("corpus")
def test_the_preview_sweep_is_read_in_todays_words() -> None:
    path = SEED / "jobs" / "train" / "lightgbm" / "iris" / "job-sweep.yml"
    job = sweep_job(path.read_text("utf-8"), path)
    assert job.sampling and job.sampling.type.value == "random"
    assert list(job.search_space) == ["learning_rate", "boosting"]
    assert job.search_space["boosting"].settings == {"values": ["gbdt", "dart"]}
    assert job.timeout and job.timeout.value == 7200
    assert job.trial.inputs["iris"].type == "uri_file"
    assert job.trial.compute and job.trial.compute.value == "azureml:cpu-cluster"


@pytest.mark.parametrize(
    "value", ["", "3", "[]", "{}", "[1, {a: b}]", "{a: {b: [c]}}", "*nowhere", "'", "2024-01-02"]
)
@pytest.mark.parametrize("text", [COMMAND, SWEEP], ids=["command", "sweep"])
def test_wrong_values_read_as_nothing_and_raise_nothing(text: str, value: str) -> None:
    keys = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    schema = "sweepJob" if text is SWEEP else "commandJob"
    for key in keys:
        for prefix in ("", "compute: {target: x}\nalgorithm: x\ncode: {local_path: x}\ntimeout: 1\n"):
            document = Document(f"$schema: https://x/{schema}.schema.json\n{text}{prefix}{key}: {value}\n")
            job, kind = read(document)
            assert kind is not None
            assert job is not None


def test_other_kinds_and_other_files_are_no_jobs() -> None:
    assert read(Document("services: {}\n")) == (None, None)
    job, kind = read(Document("type: pipeline\njobs: {}\n"))
    assert job is None
    assert kind is not None


@pytest.mark.usefixtures("corpus")
def test_every_public_job_is_read() -> None:
    paths = [
        *EXAMPLES.rglob("*.y*ml"),
        *CORPUS.joinpath("preview").rglob("*.y*ml"),
        *CORPUS.joinpath("broken").glob("*.yml"),
    ]
    commands = 0
    for path in paths:
        job, kind = read(Document(path.read_text("utf-8"), path))
        if kind is not None and kind.name in ("commandJob", "sweepJob"):
            command = job.trial.command if isinstance(job, SweepJob) else job and job.command
            commands += command is not None
            assert job is not None, path
    assert commands > 80


@given(data=st.data())
def test_no_edit_of_a_job_makes_reading_or_converting_raise(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([COMMAND, SWEEP, PREVIEW]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    typed = data.draw(st.text("{}[]:&*!'\"\n -#|>?,%@`\tax1", max_size=8))
    edited = Document(text[:start] + typed + text[max(start, end - data.draw(st.integers(0, 60))) :])
    read(edited)
    to_today(edited)
