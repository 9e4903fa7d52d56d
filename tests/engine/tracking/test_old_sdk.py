"""What scripts log by Run of the real azureml.core lands in the run that was made for them."""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from joblens.engine.environments import old_sdk
from joblens.engine.sweep import view
from tests.engine.jobs import Finished, finished, write

pytestmark = pytest.mark.slow

# azureml.core takes its versions from pkg_resources, which later setuptools no longer has.
ENVIRONMENT = (
    "environment: {image: any, conda_file: {dependencies: [pip, pip: [azureml-core, 'setuptools<80']]}}"
)
JOB = f"command: python main.py\ncode: .\n{ENVIRONMENT}\ncompute: local\n"
START = "from azureml.core import Run\nrun = Run.get_context()\n"


def run_of(folder: Path, script: str, name: str) -> Finished:
    job = write(folder, f"{JOB}experiment_name: {name}\n", {"main.py": START + script})
    return finished(job, environment=None, backend="process")


def ask(run: Finished, what: str) -> Any:
    with urllib.request.urlopen(f"{run.record.tracking['uri']}/api/2.0/{what}") as answer:
        return answer.read()


def tracked(run: Finished) -> dict[str, Any]:
    """The run in MLflow."""
    return json.loads(ask(run, f"mlflow/runs/get?run_id={run.record.tracking['run_id']}"))["run"]["data"]  # type: ignore[no-any-return]


def values(data: dict[str, Any], kind: str) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in data.get(kind, [])}


def history(run: Finished, metric: str) -> list[tuple[int, float]]:
    found = ask(run, f"mlflow/metrics/get-history?run_id={run.record.tracking['run_id']}&metric_key={metric}")
    return [(each["step"], each["value"]) for each in json.loads(found)["metrics"]]


def artifact(run: Finished, name: str) -> bytes:
    experiment, run_id = run.record.tracking["experiment_id"], run.record.tracking["run_id"]
    return ask(run, f"mlflow-artifacts/artifacts/{experiment}/{run_id}/artifacts/{name}")  # type: ignore[no-any-return]


def experiment(run: Finished) -> list[dict[str, Any]]:
    """The runs in the run's experiment."""
    found = urllib.request.Request(
        f"{run.record.tracking['uri']}/api/2.0/mlflow/runs/search",
        json.dumps({"experiment_ids": [run.record.tracking["experiment_id"]]}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(found) as answer:
        return json.load(answer)["runs"]  # type: ignore[no-any-return]


def test_values_become_metrics_and_tags(tmp_path):
    script = """
for value in (0.5, 0.75):
    run.log("accuracy", value)
run.log("loss", 0.25, step=7)
run.log("broken", float("inf"))
run.log("passed", True)
run.log("word", "hello")
run.log_list("many", [3, 2])
run.log_row("row", a=1, b=2)
run.log_table("table", {"x": [1, 2], "y": 3})
run.tag("kind", "old")
print(run.get_metrics("accuracy"), run.id.startswith("OfflineRun"))
"""
    run = run_of(tmp_path, script, "values")
    assert run.record.status == "Completed", run.lines
    assert run.lines[-1] == "{'accuracy': [0.5, 0.75]} True"
    data = tracked(run)
    assert values(data, "metrics") == {
        "accuracy": 0.75,
        "loss": 0.25,
        "broken": sys.float_info.max,
        "passed": 1.0,
        "many": 2.0,
        "row.a": 1.0,
        "row.b": 2.0,
        "table.x": 2.0,
        "table.y": 3.0,
    }
    assert history(run, "accuracy") == [(0, 0.5), (1, 0.75)]
    assert history(run, "loss") == [(7, 0.25)]
    assert history(run, "table.x") == [(0, 1.0), (1, 2.0)]
    assert {"word": "hello", "kind": "old"}.items() <= values(data, "tags").items()


def test_a_model_is_registered(tmp_path):
    script = """
import os
os.makedirs("outputs", exist_ok=True)
open("outputs/model.pkl", "w").write("model")
for version in (1, 2):
    model = run.register_model("flowers", "outputs/model.pkl", tags={"area": "iris"}, model_framework="x")
    print(model.name, model.version, model.id)
"""
    run = run_of(tmp_path, script, "models")
    assert run.record.status == "Completed", run.lines
    assert run.lines == ["flowers 1 flowers:1", "flowers 2 flowers:2"]
    found = json.loads(ask(run, "mlflow/model-versions/get?name=flowers&version=2"))["model_version"]
    assert found["run_id"] == run.record.tracking["run_id"]
    assert values(found, "tags") == {"area": "iris", "framework": "x"}
    assert found["source"].endswith(f"{run.record.tracking['run_id']}/artifacts/outputs/model.pkl")
    assert artifact(run, "outputs/model.pkl") == b"model"


def test_files_and_charts_become_artifacts(tmp_path):
    script = """
import io, os
os.makedirs("folder/below")
for name in ("one.txt", "folder/below/two.txt"):
    open(name, "w").write(name)
run.upload_file("kept/one.txt", "one.txt")
run.upload_file("stream", io.BytesIO(b"bytes"))
run.upload_folder("all", "folder")
run.log_image("picture", path="one.txt")
run.log_confusion_matrix("matrix", {"data": {"matrix": [[1]]}})
"""
    run = run_of(tmp_path, script, "files")
    assert run.record.status == "Completed", run.lines
    assert artifact(run, "kept/one.txt") == artifact(run, "picture.txt") == b"one.txt"
    assert artifact(run, "stream") == b"bytes"
    assert artifact(run, "all/below/two.txt") == b"folder/below/two.txt"
    assert json.loads(artifact(run, "matrix.json")) == {"data": {"matrix": [[1]]}}


def test_a_child_is_a_run_below_the_jobs_own(tmp_path):
    script = """
child = run.child_run("inner")
child.log("depth", 3)
child.complete()
run.log("outer", 1)
run.complete()
raise SystemExit(7)
"""
    run = run_of(tmp_path, script, "children")
    assert values(tracked(run), "metrics") == {"outer": 1.0}
    runs = {each["info"]["run_name"]: each for each in experiment(run)}
    assert runs[run.record.name]["info"]["status"] == "FAILED", "by the exit code, whatever the script says"
    assert runs["inner"]["info"]["status"] == "FINISHED"
    assert values(runs["inner"]["data"], "metrics") == {"depth": 3.0}
    assert values(runs["inner"]["data"], "tags")["mlflow.parentRunId"] == run.record.tracking["run_id"]


def test_a_child_ends_with_its_block_and_several_are_made_at_once(tmp_path):
    script = """
with run.child_run("good") as child:
    child.log("depth", 1)
try:
    with run.child_run("bad"):
        raise KeyError
except KeyError:
    pass
for child in [*run.create_children(2), *run.create_children(tag_key="fold", tag_values=["a"])]:
    child.complete()
with run:
    run.log("outer", 1)
"""
    run = run_of(tmp_path, script, "blocks")
    assert run.record.status == "Completed", run.lines
    assert values(tracked(run), "metrics") == {"outer": 1.0}
    below = [each for each in experiment(run) if each["info"]["run_name"] != run.record.name]
    ends = {each["info"]["run_name"]: each["info"]["status"] for each in below}
    assert (ends.pop("good"), ends.pop("bad"), *ends.values()) == ("FINISHED", "FAILED", *["FINISHED"] * 3)
    tags = [values(each["data"], "tags") for each in below]
    assert {each.get("azureml.batch_child_number") for each in tags} == {"0", "1", None}
    assert [each["fold"] for each in tags if "fold" in each] == ["a"]


def test_what_mlflow_refuses_is_told_once_and_the_script_goes_on(tmp_path):
    run = run_of(tmp_path, "run.log('a|b', 1)\nrun.log('a|b', 1)\nprint('on')\n", "refused")
    assert run.record.status == "Completed"
    (told,) = (line for line in run.lines if "did not take" in line)
    assert "did not take what the script logs: Invalid value" in told
    assert '"a|b"' in told
    assert "on" in run.lines


def test_a_sweep_reads_its_primary_metric_from_it(tmp_path):
    sweep = f"""\
        type: sweep
        trial:
          command: python main.py ${{{{search_space.x}}}}
          code: .
          {ENVIRONMENT}
        compute: local
        search_space: {{x: {{type: choice, values: [1, 3, 2]}}}}
        sampling_algorithm: grid
        objective: {{goal: maximize, primary_metric: score}}
        limits: {{max_total_trials: 3, max_concurrent_trials: 1}}
        """
    script = f"{START}import sys\nrun.log('score', float(sys.argv[1]))\n"
    run = finished(write(tmp_path, sweep, {"main.py": script}), environment=None, backend="process")
    assert run.record.status == "Completed", run.notes
    best = view.view(run.folder.path).best
    assert best is not None
    assert (best.number, best.metric) == (1, 3.0)


def test_an_environment_without_it_is_left_as_it_is(tmp_path):
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    old_sdk.join(tmp_path)
    assert list(packages.iterdir()) == []


@pytest.mark.parametrize(
    ("package", "may"),
    [
        ("azureml-core", True),
        ("conda-forge::azureml-sdk=1.4", True),
        (" AzureML_defaults>1 ", True),
        ("azure-ml", False),
    ],
)
def test_what_may_bring_it_is_known_by_its_name(package, may):
    assert old_sdk.may_be_in(["numpy", package]) is may
