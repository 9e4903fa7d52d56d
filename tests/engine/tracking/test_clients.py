"""What scripts do with MLflow's real clients, old and new, lands in the run that was made for them."""

import json
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.engine.jobs import Finished, finished, job, write
from tests.engine.tracking import clients

pytestmark = pytest.mark.slow

MANY = """\
    import os, subprocess, sys, mlflow
    mlflow.set_experiment(os.environ["MLFLOW_EXPERIMENT_NAME"])  # the run's own: allowed
    with mlflow.start_run(run_name="renamed"):
        mlflow.log_param("depth", 3)
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metric("loss", 0.25, step=2)
        with mlflow.start_run(run_name="inner", nested=True):
            mlflow.log_metric("inner", 1)
    with mlflow.start_run(run_name="second"):
        mlflow.log_metric("second", 2)
    script = "import mlflow; mlflow.start_run(run_name='other process'); mlflow.log_metric('other', 3)"
    subprocess.run([sys.executable, "-c", script], check=True)
    sys.exit(7)  # after a run that the client has set to FINISHED
    """

BARE = """\
    import mlflow
    from pathlib import Path
    mlflow.log_metric("bare", 1)
    Path("notes.txt").write_text("x")
    mlflow.log_artifact("notes.txt", "kept")
    raise SystemExit("no end_run")
    """


@pytest.fixture(autouse=True)
def mlflow(need):
    need(find_spec("mlflow"), "mlflow is not installed")


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clients")


def ask(run: Finished, name: str, body: dict[str, Any] | None = None) -> Any:
    """An answer of MLflow's server about the run's experiment."""
    address = f"{run.record.tracking['uri']}/api/2.0/mlflow/{name}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def runs(run: Finished) -> dict[str, Any]:
    """All runs of the run's experiment by their names."""
    found = ask(run, "runs/search", {"experiment_ids": [run.record.tracking["experiment_id"]]})["runs"]
    return {each["info"]["run_name"]: each for each in found}


def values(run: Any, kind: str) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in run["data"].get(kind, [])}


@pytest.mark.parametrize("version", clients.VERSIONS)
def test_a_scripts_runs_are_the_jobs_or_its_children(tmp_path, environments, version):
    python = clients.python(version, environments)
    more = f"code: .\nexperiment_name: e{version}\ninputs: {{rate: 0.1}}\n"
    run = finished(write(tmp_path, job(f"{python} main.py", more), {"main.py": MANY}), name="own")
    assert run.record.exit_code == 7, run.lines
    found = runs(run)
    assert sorted(found) == ["inner", "other process", "own", "second"]
    own = found["own"]
    assert own["info"]["run_id"] == run.record.tracking["run_id"]
    assert own["info"]["status"] == "FAILED"
    assert values(own, "params") == {"rate": "0.1", "depth": "3"}
    assert values(own, "metrics") == {"loss": 0.25}
    parents = {name: values(each, "tags").get("mlflow.parentRunId") for name, each in found.items()}
    assert parents == {"own": None} | dict.fromkeys(
        ("inner", "second", "other process"), own["info"]["run_id"]
    )


@pytest.mark.parametrize("version", clients.VERSIONS)
def test_a_script_without_a_run_of_its_own_logs_into_the_jobs(tmp_path, environments, version):
    python = clients.python(version, environments)
    more = f"code: .\nexperiment_name: bare{version}\n"
    run = finished(write(tmp_path, job(f"{python} main.py", more), {"main.py": BARE}), name="own")
    found = runs(run)
    assert list(found) == ["own"], run.lines
    assert values(found["own"], "metrics") == {"bare": 1.0}
    assert found["own"]["info"]["status"] == "FAILED"
    kept = ask(run, f"artifacts/list?run_id={run.record.tracking['run_id']}&path=kept")["files"]
    assert [file["path"] for file in kept] == ["kept/notes.txt"]


def test_another_experiment_is_refused_by_the_client_as_on_the_cluster(tmp_path):
    script = "import mlflow\nmlflow.set_experiment('elsewhere')\nmlflow.start_run()\n"
    run = finished(write(tmp_path, job("python main.py", "code: ."), {"main.py": script}))
    assert run.record.status == "Failed"
    assert "active experiment ID does not match" in "\n".join(run.lines)


def test_autolog_and_a_registered_model_belong_to_the_run(tmp_path, need):
    need(find_spec("sklearn"), "scikit-learn is not installed")
    script = """\
        import os, mlflow, mlflow.sklearn
        own = os.environ["MLFLOW_RUN_ID"]
        from sklearn.linear_model import LogisticRegression
        mlflow.sklearn.autolog(log_models=False)
        LogisticRegression(C=2.0).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
        client = mlflow.MlflowClient()
        client.log_artifact(own, "main.py", "model")
        client.create_registered_model("m")
        client.create_model_version("m", client.get_run(own).info.artifact_uri + "/model", own)
        """
    run = finished(
        write(tmp_path, job("python main.py", "code: .\nexperiment_name: auto"), {"main.py": script})
    )
    assert run.record.status == "Completed", run.lines
    (own,) = runs(run).values()
    assert values(own, "params")["C"] == "2.0"
    assert values(own, "metrics")["training_accuracy_score"] == 1.0
    version = ask(run, "model-versions/get?name=m&version=1")["model_version"]
    assert version["run_id"] == run.record.tracking["run_id"]
