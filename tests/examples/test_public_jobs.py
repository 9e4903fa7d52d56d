"""Microsoft's public basic jobs run here unchanged, with scripts of our own where their code would lie."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from joblens.engine import records
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, cancel, create
from joblens.engine.sweep import history
from tests.engine.jobs import Finished, until
from tests.engine.jobs import session as joblens_session
from tests.examples.programs import has_engine
from tests.shared_data import CORPUS, ROOT

pytestmark = pytest.mark.slow

BASICS = CORPUS / "examples" / "cli" / "jobs" / "basics"
CODE = Path(__file__).parent / "public_code"
IRIS = ROOT / "examples" / "iris" / "data" / "iris.csv"
IN_THE_CLOUD = {"hello-iris-datastore-file.yml", "hello-iris-folder.yml", "hello-iris-literal.yml"}
"""Their data are Azure's: each has a test of its own that says where they are instead."""
UNTIL_STOPPED = "hello-interactive.yml"
SEED = CORPUS / "preview" / "seed-2021-05-25" / "cli" / "jobs" / "train" / "lightgbm" / "iris"
# What the preview's own script does for the sweep: the loss is least at a rate of 0.3, without dart.
STANDS_IN = """\
import argparse, pathlib, mlflow
given = argparse.ArgumentParser()
for name, kind in (("iris-csv", pathlib.Path), ("learning-rate", float), ("boosting", str)):
    given.add_argument(f"--{name}", type=kind, required=True)
given = given.parse_args()
assert given.iris_csv.read_text().startswith("sepal_length")
with mlflow.start_run():
    mlflow.log_metric("test-multi_logloss", abs(given.learning_rate - 0.3) + (given.boosting == "dart"))
"""


@pytest.fixture(scope="session", autouse=True)
def joblens_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from joblens_session(tmp_path_factory)


@pytest.fixture
def basics(public_files, tmp_path, need) -> Path:
    """The basic jobs, the code and the models beside them, as in their project."""
    need(has_engine(), "mlflow and uv are not installed")
    shutil.copytree(
        public_files / "examples" / "cli" / "jobs" / "basics", tmp_path / "cli" / "jobs" / "basics"
    )
    shutil.copytree(
        public_files / "examples" / "cli" / "assets" / "model", tmp_path / "cli" / "assets" / "model"
    )
    made = tmp_path / "cli" / "jobs" / "basics"
    shutil.copytree(CODE, made / "src", dirs_exist_ok=True)
    return made


def finished(job_file: Path, **options: object) -> Finished:
    started = create(job_file, options=RunOptions(backend="process", **options))  # type: ignore[arg-type]
    return Finished(started.folder, list(follow(started.folder)))


def runnable() -> list[str]:
    """The files of command and sweep jobs that say all they need."""
    if not BASICS.is_dir():
        return []
    found = []
    for file in sorted(BASICS.glob("*.yml")):
        job = yaml.safe_load(file.read_text(encoding="utf-8"))
        if job.get("type", "command") in {"command", "sweep"} and file.name not in IN_THE_CLOUD | {
            UNTIL_STOPPED
        }:
            found.append(file.name)
    return found


@pytest.mark.parametrize("name", runnable())
def test_a_basic_job_runs_unchanged(basics: Path, name: str) -> None:
    run = finished(basics / name)
    assert (run.record.status, run.record.reason) == ("Completed", ""), "\n".join([*run.notes, *run.lines])


def test_there_are_basic_jobs(corpus) -> None:
    assert {"hello-world.yml", "hello-code.yml", "hello-git.yml", "hello-sweep.yml"} <= set(runnable())


def test_what_a_job_installs_stays_its_own(basics: Path) -> None:
    finished(basics / "hello-git.yml")
    done = subprocess.run([sys.executable, "-c", "import pygit2"], capture_output=True, check=False)
    assert done.returncode != 0, "pygit2 was installed into the Python that runs Joblens"


def test_a_basic_sweep_finds_its_best_trial(basics: Path) -> None:
    run = finished(basics / "hello-sweep.yml")
    assert run.record.best["metric"] == "random_metric"
    assert any(line.startswith("Best trial: ") for line in run.lines)


def test_an_interactive_job_runs_until_it_is_canceled(basics: Path) -> None:
    started = create(basics / UNTIL_STOPPED, options=RunOptions(backend="process"))
    events = follow(started.folder)
    until(events, "ready")
    cancel(started.folder)
    assert records.wait(started.folder).status == "Canceled"
    assert (started.folder / "outputs" / "tblogs" / "events.txt").is_file()


def test_data_in_a_datastore_are_read_where_the_table_says(basics: Path) -> None:
    (basics / "joblens.toml").write_text('[datastores]\nworkspaceblobstore = "blob"\n', encoding="utf-8")
    (basics / "blob" / "example-data").mkdir(parents=True)
    shutil.copy(IRIS, basics / "blob" / "example-data")
    run = finished(basics / "hello-iris-datastore-file.yml")
    assert run.record.status == "Completed", run.notes
    assert "rows: 150" in run.lines


def test_an_address_as_a_literal_is_told_as_it_is(basics: Path, web: str) -> None:
    run = finished(basics / "hello-iris-literal.yml", overrides={"inputs.iris_csv": f"{web}/iris.csv"})
    assert f"--iris-csv: {web}/iris.csv" in run.lines
    assert "rows: 150" in run.lines


def test_the_previews_own_sweep_finds_its_true_best(
    corpus: None, need: Callable[[object, str], None], tmp_path: Path, web: str
) -> None:
    need(has_engine(), "mlflow and uv are not installed")
    for file in ("job-sweep.yml", "environment.yml"):
        shutil.copy(SEED / file, tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text(STANDS_IN, encoding="utf-8")
    address = {"trial.inputs.iris.data.path": f"{web}/iris.csv"}
    run = finished(tmp_path / "job-sweep.yml", overrides=address, environment="this-python")
    trials = history.results(run.folder)
    assert (run.record.status, len(trials)) == ("Completed", 20)
    loss = {name: each.metric["test-multi_logloss"] for name, each in trials.items()}
    for number, each in trials.items():
        rate, boosting = each.parameters["learning_rate"], each.parameters["boosting"]
        assert loss[number] == pytest.approx(abs(float(str(rate)) - 0.3) + (boosting == "dart"))
    assert run.record.best["name"] == trials[min(loss, key=lambda number: loss[number])].name


@pytest.fixture
def web() -> Iterator[str]:
    """The flowers at an address of this machine."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(IRIS.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
