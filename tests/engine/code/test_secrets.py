"""Secrets reach the command and no record."""

import os
from pathlib import Path

import pytest

from joblens.engine import secrets
from joblens.engine.listing import list_runs
from joblens.engine.run import RunOptions, create, dry_run, plan_of
from joblens.errors import JobFileError
from tests.engine.jobs import finished, job, write

SECRET = "correct-horse-battery"
VARIABLES = f"""environment_variables:
  MODE: fast
  DB_PASSWORD: {SECRET}  # ours
  HF_TOKEN: >-
    {SECRET}
  STORE: DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRET}
"""
HERE = RunOptions(environment="this-python")


@pytest.mark.parametrize(
    "name",
    ["HF_TOKEN", "AZURE_CLIENT_SECRET", "db_password", "WANDB_API_KEY", "AWS_SECRET_ACCESS_KEY", "GH_PAT"],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert secrets.is_secret(name, "x")


@pytest.mark.parametrize(
    "name",
    ["MODE", "PWD", "TOKENIZERS_PARALLELISM", "MAX_TOKENS", "KEYBOARD", "MONKEY", "TOKEN_FILE", "PATH"],
)
def test_what_only_sounds_alike_is_none(name: str) -> None:
    assert not secrets.is_secret(name, "x")


@pytest.mark.parametrize(
    "value",
    [
        "https://a.blob.core.windows.net/c?sv=1&sig=abcdefgh123%3D",
        "postgres://user:word@host/db",
        "ghp_0123456789abcdefghij",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_a_secret_is_known_by_its_value(value: str) -> None:
    assert secrets.is_secret("X", value)


@pytest.mark.slow
def test_a_secret_reaches_the_command_and_no_file_of_the_run(tmp_path: Path) -> None:
    command = f'"[ ${{#DB_PASSWORD}} = {len(SECRET)} ] && echo it is $MODE"'
    run = finished(write(tmp_path, job(command, VARIABLES)))
    assert run.lines == ["it is fast"]
    kept = [path for path in run.folder.path.rglob("*") if path.is_file()]
    assert run.folder.plan in kept
    assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []
    assert 'DB_PASSWORD: "***"  # ours\n' in run.folder.job.read_text(encoding="utf-8")
    assert "MODE: fast" in run.folder.job.read_text(encoding="utf-8")


@pytest.mark.slow
def test_trials_of_a_sweep_have_the_secret_too(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        f"""\
        type: sweep
        trial:
          command: '[ ${{#API_KEY}} = {len(SECRET)} ] || exit ${{{{search_space.n}}}}'
          environment: azureml:any@latest
          environment_variables: {{API_KEY: {SECRET}}}
        search_space: {{n: {{type: choice, values: [3, 4]}}}}
        sampling_algorithm: grid
        objective: {{goal: minimize, primary_metric: loss}}
        limits: {{max_total_trials: 2}}
        compute: local
        """,
    )
    run = finished(file)
    trials = [record for record in list_runs(tmp_path) if record.parent]
    assert [(record.status, record.exit_code) for record in trials] == [("Completed", 0)] * 2
    plans = list(run.folder.path.parent.glob("*/plan.json"))
    assert len(plans) == 3
    assert not any(SECRET in plan.read_text(encoding="utf-8") for plan in plans)


def test_neither_a_dry_run_nor_json_shows_a_secret(tmp_path: Path) -> None:
    file = write(tmp_path, job("echo", VARIABLES))
    text = dry_run(file, HERE)
    assert "MODE=fast" in text
    assert "DB_PASSWORD='***'" in text
    assert SECRET not in text + repr(plan_of(file, HERE).data())


def test_a_kept_job_file_takes_its_secrets_from_the_caller(tmp_path: Path, monkeypatch) -> None:
    file = write(tmp_path, job("echo", 'environment_variables: {HF_TOKEN: "***"}\n'))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with pytest.raises(JobFileError, match="was not kept with the run") as caught:
        create(file, options=HERE)
    assert "export HF_TOKEN" in caught.value.hint
    monkeypatch.setenv("HF_TOKEN", SECRET)
    assert plan_of(file, HERE).variables["HF_TOKEN"] == SECRET


def test_the_callers_secrets_stay_with_the_caller_unless_they_are_named(tmp_path: Path, monkeypatch) -> None:
    for name in ("HF_TOKEN", "WANDB_API_KEY", "MY_SETTING"):
        monkeypatch.setenv(name, "given")
    command = '"echo ${HF_TOKEN-none} ${WANDB_API_KEY-none} ${MY_SETTING-none} ${JOBLENS_SECRETS-none}"'
    file = write(tmp_path, job(command))
    assert finished(file).lines == ["none none given none"]
    (tmp_path / "joblens.toml").write_text('[run]\npass_environment = ["HF_*"]\n', encoding="utf-8")
    assert finished(file).lines == ["given none given none"]


def test_what_was_handed_over_is_taken_once(monkeypatch) -> None:
    given = secrets.handed_over({"A_TOKEN": "x", "B": "y"})
    monkeypatch.setenv(secrets.CHANNEL, given[secrets.CHANNEL])
    assert secrets.taken_over({"A_TOKEN": "***", "B": "y"}) == {"A_TOKEN": "x", "B": "y"}
    assert secrets.CHANNEL not in os.environ
