"""A run asked for by an editor without our extension: told by messages, followed as progress, ended there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.raw import Raw, talking

JOB = """\
command: echo hello ${{inputs.whom}}
environment:
  image: docker.io/library/python
inputs:
  whom: world
compute: local
"""
USER_ERROR = -32001


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    # A store that refuses at once: these tests are about the editor, not about MLflow.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    file = tmp_path / "project" / "job.yml"
    file.parent.mkdir()
    file.write_text(JOB, encoding="utf-8")
    return file


@pytest.fixture
def raw(job: Path) -> Iterator[Raw]:
    with talking(job.parent) as started:
        started.initialize({"window": {"workDoneProgress": True}})
        yield started


def call(raw: Raw, command: str, *arguments: object) -> Any:
    return raw.request("workspace/executeCommand", {"command": command, "arguments": arguments})


def hear_progress(raw: Raw, kind: str) -> Any:
    while True:
        heard = raw.hear("$/progress")
        if heard["value"]["kind"] == kind:
            return heard


def test_a_run_is_logged_and_its_end_is_told(raw: Raw, job: Path) -> None:
    started = call(raw, "joblens.runLocally", job.as_uri())
    assert hear_progress(raw, "begin")["value"]["title"] == "Running job.yml"
    assert raw.hear("window/logMessage", message="hello world")["type"] == 4
    assert hear_progress(raw, "end")["value"]["message"] == "Completed"
    message = raw.hear("window/showMessage", type=3)["message"]
    assert message.startswith(f"Run {started['name']}: Completed.")
    assert started["folder"] in message


def test_a_run_ends_where_its_progress_is_ended(raw: Raw, job: Path) -> None:
    job.write_text(JOB.replace("echo hello", "echo ready; sleep 600; echo"), encoding="utf-8")
    call(raw, "joblens.runLocally", job.as_uri())
    begun = hear_progress(raw, "begin")
    raw.hear("window/logMessage", message="ready")
    raw.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
    assert hear_progress(raw, "end")["value"]["message"] == "Canceled"
    assert "Canceled." in raw.hear("window/showMessage", type=2)["message"]


def test_a_run_ends_by_its_name(raw: Raw, job: Path) -> None:
    job.write_text(JOB.replace("echo hello", "echo ready; sleep 600; echo"), encoding="utf-8")
    started = call(raw, "joblens.runLocally", job.as_uri())
    raw.hear("window/logMessage", message="ready")
    call(raw, "joblens.cancelRun", started["name"])
    assert "Canceled." in raw.hear("window/showMessage", type=2)["message"]


def test_a_dry_run_is_shown_and_starts_nothing(raw: Raw, job: Path) -> None:
    text = call(raw, "joblens.dryRun", job.as_uri())["text"]
    assert "echo hello world" in text
    assert raw.hear("window/showMessage")["message"] == text
    assert not (job.parent / ".joblens").exists()


def test_what_is_not_saved_is_not_run(raw: Raw, job: Path) -> None:
    raw.open(job.as_uri(), JOB.replace("hello", "goodbye"))
    for command in ("joblens.runLocally", "joblens.dryRun", "joblens.submit"):
        asked = raw.ask("workspace/executeCommand", {"command": command, "arguments": [job.as_uri()]})
        error = raw.answer(asked)["error"]
        assert error["code"] == USER_ERROR
        assert "not saved" in error["message"]


def test_a_job_with_errors_is_refused_and_its_progress_ended(raw: Raw, job: Path) -> None:
    job.write_text(JOB + "experiment: one\n", encoding="utf-8")
    asked = raw.ask(
        "workspace/executeCommand", {"command": "joblens.runLocally", "arguments": [job.as_uri()]}
    )
    assert raw.answer(asked)["error"]["message"] == "job.yml has an error, so nothing was started."
    assert hear_progress(raw, "end")["value"]["message"] == "Not started."
