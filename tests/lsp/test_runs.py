"""A run asked for by the editor: its lines arrive while it goes, then its end; a dry run starts nothing."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from tests.lsp.conftest import Editor

Story = Callable[[Callable[[Editor], Awaitable[None]]], None]

JOB = """
command: echo hello ${{inputs.whom}}
environment:
  image: docker.io/library/python
inputs:
  whom: world
compute: local
"""


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


async def request(editor: Editor, method: str, **params: object) -> Any:
    return await asyncio.wait_for(editor.client.protocol.send_request_async(method, params), 60)


async def events_of(editor: Editor) -> list[Any]:
    """Everything up to the end of the run."""
    found = []
    while True:
        found.append(await asyncio.wait_for(editor.events.get(), 60))
        if getattr(found[-1], "status", None) in ("Completed", "Failed", "Canceled"):
            return found


def test_the_lines_of_a_run_arrive_and_then_its_end(with_editor: Story, job: Path) -> None:
    async def story(editor: Editor) -> None:
        started = await request(editor, "joblens/run", uri=job.as_uri(), dryRun=False)
        found = await events_of(editor)
        lines = [one.text for one in found if one.kind == "line"]
        assert "hello world" in lines
        assert found[-1].status == "Completed"
        assert {one.name for one in found} == {started.name}
        log = Path(started.folder) / "user_logs" / "std_log.txt"
        assert log.read_text(encoding="utf-8") == "hello world\n"

    with_editor(story)


def test_a_dry_run_says_the_command_and_starts_nothing(with_editor: Story, job: Path) -> None:
    async def story(editor: Editor) -> None:
        answer = await request(editor, "joblens/run", uri=job.as_uri(), dryRun=True)
        assert "echo hello world" in answer.text
        assert not (job.parent / ".joblens").exists()

    with_editor(story)


def test_a_cancelled_run_ends(with_editor: Story, job: Path) -> None:
    job.write_text(JOB.replace("echo hello", "echo ready; sleep 600; echo"), encoding="utf-8")

    async def story(editor: Editor) -> None:
        started = await request(editor, "joblens/run", uri=job.as_uri(), dryRun=False)
        while getattr(await asyncio.wait_for(editor.events.get(), 60), "text", "") != "ready":
            pass
        await request(editor, "joblens/cancel", name=started.name)
        assert (await events_of(editor))[-1].status == "Canceled"

    with_editor(story)


def test_a_run_whose_folder_goes_away_is_told(with_editor: Story, job: Path) -> None:
    async def story(editor: Editor) -> None:
        text = JOB.replace("echo hello ${{inputs.whom}}", "echo on ${{inputs.whom}}; sleep 600")
        job.write_text(text, encoding="utf-8")
        started = await request(editor, "joblens/run", uri=job.as_uri(), dryRun=False)
        while getattr(await asyncio.wait_for(editor.events.get(), 60), "text", "") != "on world":
            pass
        (Path(started.folder) / "events.jsonl").unlink()
        while "moved or deleted" not in (getattr(await editor.events.get(), "text", "") or ""):
            pass
        await request(editor, "joblens/cancel", name=started.name)

    with_editor(story)


def test_a_job_that_cannot_run_is_refused_with_the_next_step(with_editor: Story, job: Path) -> None:
    missing = "whom:\n    type: uri_file\n    path: nowhere.csv"
    job.write_text(JOB.replace("whom: world", missing), encoding="utf-8")

    async def story(editor: Editor) -> None:
        with pytest.raises(JsonRpcException, match=r"nowhere\.csv") as refusal:
            await request(editor, "joblens/run", uri=job.as_uri(), dryRun=False)
        assert refusal.value.code == -32001

    with_editor(story)


def test_a_run_that_nobody_knows_cannot_be_cancelled(with_editor: Story, job: Path) -> None:
    async def story(editor: Editor) -> None:
        with pytest.raises(JsonRpcException, match="There is no run 'nobody'"):
            await request(editor, "joblens/cancel", name="nobody")

    with_editor(story)


def test_errors_are_counted_and_listed_by_the_editor_itself(with_editor: Story, job: Path) -> None:
    job.write_text(JOB + "experiment: one\nnames: two\n", encoding="utf-8")

    async def story(editor: Editor) -> None:
        with pytest.raises(JsonRpcException) as refusal:
            await request(editor, "joblens/run", uri=job.as_uri(), dryRun=False)
        assert refusal.value.message == "job.yml has 2 errors, so nothing was started."
        assert refusal.value.data["show"] == "problems"
        assert "joblens check" not in refusal.value.data["hint"]

    with_editor(story)


def test_submitting_without_a_workspace_is_refused_without_a_traceback(
    with_editor: Story, job: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for variable in [name for name in os.environ if name.startswith(("AZURE_", "AZUREML_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(job.parent / "azure"))

    async def story(editor: Editor) -> None:
        with pytest.raises(JsonRpcException, match="No workspace is set") as refusal:
            await request(editor, "joblens/submit", uri=job.as_uri())
        assert "config.json" in refusal.value.data["hint"]
        assert "--subscription" not in refusal.value.data["hint"]

    with_editor(story)
    assert "Traceback" not in capfd.readouterr().err


SWEEP = """
type: sweep
trial:
  command: echo rate ${{search_space.rate}}
  environment: {image: docker.io/library/python}
search_space:
  rate: {type: choice, values: [1, 2]}
  kind: {type: choice, values: [a, "1"]}
sampling_algorithm: grid
objective: {goal: minimize, primary_metric: loss}
limits: {max_total_trials: 9}
compute: local
"""


def test_a_trial_runs_with_the_values_that_were_shown_and_changed(with_editor: Story, job: Path) -> None:
    job.write_text(SWEEP, encoding="utf-8")

    async def story(editor: Editor) -> None:
        drawn = await request(editor, "joblens/trial", uri=job.as_uri(), number=1)
        assert [(one.name, one.value) for one in drawn.values] == [("rate", "1"), ("kind", '"1"')]
        assert [one.distribution for one in drawn.values] == ["one of 1, 2", "one of a, 1"]
        assert drawn.total == 4
        trial = {"rate": "0.5", "kind": "a"}
        started = await request(editor, "joblens/run", uri=job.as_uri(), dryRun=False, trial=trial)
        assert not started.sweep
        assert "rate 0.5" in [one.text for one in await events_of(editor) if one.kind == "line"]

    with_editor(story)


def test_the_trials_of_a_sweep_and_its_page_are_told(with_editor: Story, job: Path) -> None:
    job.write_text(SWEEP, encoding="utf-8")

    async def story(editor: Editor) -> None:
        started = await request(editor, "joblens/run", uri=job.as_uri(), dryRun=False)
        assert started.sweep
        await events_of(editor)
        sweep = await request(editor, "joblens/sweep", name=started.name)
        assert sweep.total == 4
        assert [one.name for one in sweep.trials] == [f"{started.name}_{number}" for number in range(4)]
        assert [Path(one.log).read_text(encoding="utf-8") for one in sweep.trials][3] == "rate 2\n"
        page = await request(editor, "joblens/sweepPage", name=started.name, nonce="abc")
        assert '<style nonce="abc">' in page.html
        assert "4 of 4 trials have ended" in page.html

    with_editor(story)
