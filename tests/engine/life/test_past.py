"""Runs that are kept: found, copied out, deleted, started again."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens import cli
from joblens.engine import listing, past, records
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.records import Record
from joblens.engine.rerun import rerun
from joblens.engine.run import RunOptions, create
from joblens.errors import RunNotFoundError, UserError
from tests.engine.jobs import Finished, finished, job, until, write

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about MLflow."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:nowhere")


@pytest.fixture
def joblens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command in the test's folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        return (code, *capsys.readouterr())

    return call


def kept(project: Path, name: str, **facts: object) -> RunFolder:
    """A run that ended some time ago."""
    folder = RunFolder(project / ".joblens" / "runs" / name)
    folder.path.mkdir(parents=True)
    folder.job.touch()
    record = Record(name, **{"status": "Completed", "job_file": "job.yml", **facts})  # type: ignore[arg-type]
    records.write(folder, record)
    os.utime(folder.job, (record.created, record.created))
    return folder


def test_a_list_has_the_newest_runs_and_those_that_are_asked_for(joblens, tmp_path):
    for number in range(60):
        kept(tmp_path, f"run_{number}", created=1000.0 + number, experiment="e" if number % 2 else "f")
    kept(tmp_path, "run_5_0", created=5.0, parent="run_5", status="Failed")
    kept(tmp_path, "old", created=6.0, status="Failed")
    code, out, err = joblens("job", "list")
    assert (code, len(out.splitlines())) == (0, 52)
    assert out.splitlines()[2].startswith("run_59 ")
    assert "--all-results shows all" in err
    assert len(joblens("job", "list", "--all-results")[1].splitlines()) == 63
    assert [line.split()[0] for line in joblens("job", "list", "-r", "2")[1].splitlines()[2:]] == [
        "run_59",
        "run_58",
    ]
    for asked, name in ((["--status", "Failed"], "old"), (["--parent-job-name", "run_5"], "run_5_0")):
        assert [line.split()[0] for line in joblens("job", "list", *asked)[1].splitlines()[2:]] == [name]
    out = joblens("job", "list", "--experiment-name", "e", "--json")[1]
    assert len(out.splitlines()) == 30
    assert json.loads(out.splitlines()[0])["name"] == "run_59"


def test_a_list_reads_no_more_runs_than_it_shows(tmp_path, monkeypatch):
    for number in range(200):
        kept(tmp_path, f"run_{number}", created=1000.0 + number)
    read, times = records.read, []
    monkeypatch.setattr(records, "read", lambda folder: times.append(folder) or read(folder))
    assert len(listing.list_runs(tmp_path, 10)) == 10
    assert len(times) == 10


def test_enough_of_a_name_is_a_name(tmp_path):
    kept(tmp_path, "bold_fox_1")
    kept(tmp_path, "bold_owl_2")
    assert listing.folder_of("bold_f", tmp_path).name == "bold_fox_1"
    for name, trials in (("calm_elk_3", 2), ("cold_elk_4", 1)):
        kept(tmp_path, name)
        for number in range(trials):
            kept(tmp_path, f"{name}_{number}", parent=name)
    assert listing.folder_of("calm_e", tmp_path).name == "calm_elk_3"
    kept(tmp_path, "calm_fox_2")
    kept(tmp_path, "calm_fox_2_b")
    with pytest.raises(RunNotFoundError, match="2 runs begin with 'calm_f'"):
        listing.folder_of("calm_f", tmp_path)
    assert listing.folder_of("calm_elk_3_1", tmp_path).name == "calm_elk_3_1"
    with pytest.raises(RunNotFoundError, match="7 runs begin with 'c'"):
        listing.folder_of("c", tmp_path)
    with pytest.raises(RunNotFoundError, match="2 runs begin with 'bold'"):
        listing.folder_of("bold", tmp_path)
    for name in ("", "..", "fox"):
        with pytest.raises(RunNotFoundError):
            listing.folder_of(name, tmp_path)


@pytest.mark.slow
def test_files_of_a_run_are_copied_out_as_az_lays_them_out(joblens, tmp_path):
    command = "echo m > ${{outputs.m}}/f; echo p > outputs/plain; echo l > logs/l; echo said"
    more = "outputs: {m: {type: uri_folder}, empty: {type: uri_folder}}"
    finished(write(tmp_path, job(command, more)), name="one")
    joblens("job", "download", "--name", "one", "--download-path", "some")
    assert (tmp_path / "some/artifacts/user_logs/std_log.txt").read_text() == "said\n"
    assert (tmp_path / "some/artifacts/outputs/plain").exists()
    assert (tmp_path / "some/artifacts/logs/l").exists()
    assert not (tmp_path / "some/named-outputs").exists()
    joblens("job", "download", "one", "-p", "all", "--all")
    assert (tmp_path / "all/named-outputs/m/f").read_text() == "m\n"
    assert (tmp_path / "all/artifacts/outputs/plain").exists()
    assert joblens("job", "download", "one", "--output-name", "m")[1] == f"{Path('named-outputs/m')}\n"
    assert not (tmp_path / "artifacts").exists()
    code, _, err = joblens("job", "download", "one", "--output-name", "n")
    assert code == 1
    assert "hint: Its outputs: m, empty." in err


def test_a_run_is_deleted_once_that_is_confirmed(joblens, tmp_path, monkeypatch):
    folder = kept(tmp_path, "one")
    locked = folder.path / "inputs" / "read-only"
    locked.mkdir(parents=True)
    (locked / "file").touch()
    locked.chmod(0o555)
    code, _, err = joblens("job", "delete", "one")
    assert code == 1
    assert "--yes" in err
    assert folder.path.exists()
    answers = io.StringIO("n\ny\n")
    monkeypatch.setattr(answers, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", answers)
    assert joblens("job", "delete", "one")[0] == 1
    assert joblens("job", "delete", "on")[:2] == (0, "one: deleted\n")
    assert list((tmp_path / ".joblens" / "runs").iterdir()) == []
    kept(tmp_path, "two")
    assert joblens("job", "delete", "tw", "--yes")[0] == 5  # what nobody confirms is named in full
    assert joblens("job", "delete", "two", "-y", "--json")[1] == '{"deleted": "two"}\n'


def test_a_sweep_is_deleted_with_its_trials_and_with_nothing_else(tmp_path):
    sweep = kept(tmp_path, "s", type="sweep")
    kept(tmp_path, "s_0", parent="s")
    kept(tmp_path, "s_other")
    assert past.delete(sweep.path) == ["s_0", "s"]
    assert [run.name for run in listing.list_runs(tmp_path)] == ["s_other"]


@pytest.mark.slow
def test_a_run_that_goes_on_is_not_deleted(tmp_path):
    started = create(
        write(tmp_path, job('"echo on; sleep 600"')), options=RunOptions(environment="this-python", name="r")
    )
    events = follow(started.folder)
    until(events, "on")
    with pytest.raises(UserError, match="has not ended") as caught:
        past.delete(started.folder)
    assert "'joblens job cancel r'" in caught.value.hint
    from joblens.engine.run import cancel

    cancel(started.folder)
    assert records.wait(started.folder).status == "Canceled"


@pytest.mark.slow
def test_a_run_is_repeated_from_its_own_copy_with_other_values(tmp_path):
    files = {"main.py": "import sys; print('first', *sys.argv[1:])\n", ".amlignore": ".joblens\n"}
    more = "code: .\ninputs: {n: 1, m: 2}\ntags: {a: b}\n"
    file = write(tmp_path, job("python main.py ${{inputs.n}} ${{inputs.m}}", more), files)
    first = finished(file, overrides={"inputs.m": 3})
    (tmp_path / "main.py").write_text("print('changed')", encoding="utf-8")
    file.write_text("command: echo changed\n", encoding="utf-8")
    again = rerun(first.folder.path, RunOptions(overrides={"inputs.n": 5}))
    second = Finished(again.folder, list(follow(again.folder)))
    assert first.lines == ["first 1 3"]
    assert second.lines == ["first 5 3"]
    assert second.record.rerun_of == first.folder.name
    plan = json.loads(second.folder.plan.read_text(encoding="utf-8"))
    assert plan["tags"] == {"a": "b", "joblens.rerun_of": first.folder.name}
    assert second.record.snapshot == first.record.snapshot


@pytest.mark.slow
def test_a_run_is_repeated_elsewhere_and_with_another_python(joblens: Call, tmp_path: Path):
    conda = {"conda.yml": "{name: a, dependencies: [python=3.99]}\n"}
    own = job("echo it runs").replace("azureml:any@latest", "{image: a, conda_file: conda.yml}")
    first = finished(write(tmp_path, own, conda), environment=None, backend="process")
    assert first.record.status == "Failed"  # there is no such Python
    again = ("job", "rerun", first.record.name)
    code, out, _ = joblens(*again, "--backend", "process", "--environment", "this-python")
    assert (code, "it runs" in out) == (0, True)
    code, out, err = joblens(
        *again, "--backend", "ray", "--address", "nowhere", "--environment", "this-python"
    )
    assert code != 0
    assert "nowhere" in out + err


@pytest.mark.slow
def test_a_run_whose_project_is_gone_can_be_repeated(tmp_path):
    file = write(tmp_path, job("cat a.txt", "code: src\n"), {"src/a.txt": "kept\n"})
    first = finished(file)
    (tmp_path / "src" / "a.txt").unlink()
    (tmp_path / "src").rmdir()
    file.unlink()
    again = rerun(first.folder.path, RunOptions())
    assert Finished(again.folder, list(follow(again.folder))).lines == ["kept"]


@pytest.mark.parametrize("plan", [b"", b'{"name": "r', b"[1]", b'{"needs": null}', b"\xa6"])
def test_a_run_whose_plan_is_damaged_gives_its_files_and_says_what_it_cannot(joblens, tmp_path, plan):
    folder = kept(tmp_path, "r")
    kept(tmp_path, "s", type="sweep").plan.write_bytes(plan)
    folder.plan.write_bytes(plan)
    (folder.path / "outputs").mkdir()
    (folder.path / "outputs" / "model.txt").write_text("made")
    assert joblens("job", "download", "r", "--download-path", "d")[0] == 0
    assert (tmp_path / "d" / "artifacts" / "outputs" / "model.txt").read_text() == "made"
    for command in (
        ("job", "download", "r", "--output-name", "o"),
        ("job", "rerun", "r"),
        ("sweep", "show", "s"),
        ("job", "resume", "s"),
    ):
        code, _, err = joblens(*command)
        assert code == 1
        assert "cannot be read.\nhint: It is damaged" in err
