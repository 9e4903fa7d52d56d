"""Jobs of a Ray cluster: files sent and brought back, gangs, sweeps, and clusters that are not to be used."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from joblens.engine import processes, run
from joblens.engine.backends.ray import cluster, packages, parcel
from joblens.engine.environments.needs import Needs
from joblens.engine.run import RunOptions
from joblens.errors import ConfigurationError, MissingToolError, UserError
from tests.engine import jobs
from tests.engine.backends import ray_cluster

SENT = "[ray]\nshared = false\n"
REPORT = """
import json, os, sys, urllib.request
def log(name, value):
    body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": name, "value": value, "timestamp": 1, "step": 0}
    url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers))
"""


@pytest.mark.slow
def test_files_are_sent_to_nodes_that_do_not_see_them_and_what_is_written_comes_back(
    ray: str, tmp_path: Path
):
    file = jobs.write(
        tmp_path,
        "command: python main.py ${{inputs.data}} ${{outputs.model}} ${{outputs.single}}\ncode: src\n"
        "inputs: {data: {type: uri_folder, path: 'my data'}}\n"
        "outputs: {model: {type: uri_folder}, single: {type: uri_file}}\ncompute: local\n"
        "environment: azureml:any@latest\n",
        {
            "joblens.toml": SENT,
            "my data/a.csv": "a,b\n",
            "src/.gitignore": "own.txt\n",
            "src/own.txt": "own\n",
            "src/.amlignore": "",
            "src/main.py": REPORT
            + """
print(open(sys.argv[1] + "/a.csv").read() + open("own.txt").read(), end="")
log("loss", 0.5)
open(sys.argv[2] + "/m", "w").write("model")
open(sys.argv[3], "w").write("single")
open("outputs/plain", "w").write("plain")
sys.exit(3)
""",
        },
    )
    ended = jobs.finished(file, environment=None, backend="ray")
    assert ended.lines == ["a,b", "own"], ended.record
    assert (ended.record.status, ended.record.exit_code) == ("Failed", 3)
    outputs = ended.folder.outputs
    written = [(outputs / name).read_text() for name in ("model/m", "single", "plain")]
    assert written == ["model", "single", "plain"]
    assert "Code and inputs are sent to its nodes, outputs and logs brought back." in ended.notes
    assert metrics_of(ended) == {"loss": 0.5}
    assert not list(Path("/tmp").glob(f"joblens-{ended.record.name}-*"))
    assert ended.folder.supervisor_log.read_text() == ""


@pytest.mark.slow
def test_a_gang_has_a_node_of_the_cluster_for_each_instance(ray: str, tmp_path: Path):
    more_than_half = ray_cluster.CPUS // 2 + 1
    file = jobs.write(
        tmp_path,
        "command: echo $RANK $MASTER_ADDR; echo $RANK > ${{outputs.all}}/$RANK\n"
        "outputs: {all: {type: uri_folder}}\ncompute: local\nenvironment: azureml:any@latest\n"
        "resources: {instance_count: 2}\n"
        "distribution: {type: pytorch, process_count_per_instance: 2}\n",
        {"joblens.toml": f"{SENT}cpus = {more_than_half}\n"},
    )
    ended = jobs.finished(file, environment=None, backend="ray")
    assert ended.record.status == "Completed", ended.record
    address = ended.lines[0].split()[1]
    logs = [ended.folder.log, *(ended.folder.log.with_name(f"std_log_process_0{n}.txt") for n in (1, 2, 3))]
    assert [log.read_text() for log in logs] == [f"{rank} {address}\n" for rank in range(4)]
    assert sorted(file.name for file in (ended.folder.outputs / "all").iterdir()) == ["0", "1", "2", "3"]
    assert f"The 2 instances are at {address}, {address} (1 machine)." in ended.notes


@pytest.mark.slow
def test_a_node_that_is_lost_is_named_and_the_others_are_ended(ray: str, tmp_path: Path):
    lost = "[ $NODE_RANK = 0 ] || kill -9 $PPID; echo begun; exec sleep 600"
    file = jobs.write(tmp_path, jobs.job(f"'{lost}'", "resources: {instance_count: 2}\n"))
    ended = jobs.finished(file, environment=None, backend="ray")
    assert ended.record.status == "Failed"
    assert "Node 1 of the run was lost" in ended.record.reason
    assert processes.end_run(ended.folder.path, 0) == 0


@pytest.mark.slow
def test_each_trial_of_a_sweep_is_a_job_of_the_cluster(ray: str, tmp_path: Path):
    file = jobs.write(
        tmp_path,
        """
        type: sweep
        trial:
          command: python main.py ${{search_space.rate}}
          code: src
          environment: azureml:any@latest
        sampling_algorithm: grid
        search_space: {rate: {type: choice, values: [0.1, 0.3]}}
        objective: {goal: minimize, primary_metric: loss}
        limits: {max_total_trials: 2, max_concurrent_trials: 2}
        compute: local
        """,
        {"src/main.py": REPORT + "log('loss', float(sys.argv[1]))\n"},
    )
    ended = jobs.finished(file, environment=None, backend="ray")
    assert ended.record.status == "Completed", ended.record
    assert (ended.record.best["metric"], ended.record.best["value"]) == ("loss", 0.1), ended.record.best
    jobs_of_trials = [
        json.loads((ended.folder.path.with_name(f"{ended.record.name}_{n}") / "ray.json").read_text())["job"]
        for n in (0, 1)
    ]
    assert len(set(jobs_of_trials)) == 2


@pytest.mark.slow
def test_a_python_that_the_nodes_do_not_have_is_refused_unless_drift_is_allowed(ray: str, tmp_path: Path):
    file = jobs.write(
        tmp_path,
        "command: echo ran\ncompute: local\n"
        "environment: {image: any, conda_file: {dependencies: [python=3.4]}}\n",
        {"joblens.toml": SENT},
    )
    ended = jobs.finished(file, environment=None, backend="ray")
    assert ended.record.status == "Failed"
    assert ended.record.reason.startswith(
        "The job's environment wants Python 3.4; the cluster's nodes have 3."
    )
    assert ended.lines == []


def test_a_cluster_that_does_not_answer_is_told_before_anything_is_started(tmp_path: Path):
    file = jobs.write(tmp_path, jobs.job("echo never"))
    with pytest.raises(UserError, match=r"No Ray cluster answers at http://127\.0\.0\.1:9 ") as error:
        run.create(file, options=RunOptions(backend="ray", address="127.0.0.1:9"))
    assert "8265" in error.value.hint
    assert not (tmp_path / ".joblens").exists()


def test_without_an_address_the_three_places_for_it_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    file = jobs.write(tmp_path, jobs.job("echo never"))
    with pytest.raises(ConfigurationError) as error:
        run.create(file, options=RunOptions(backend="ray"))
    assert all(place in error.value.hint for place in ("--address", "[ray]", "RAY_ADDRESS"))


def test_the_client_of_ray_is_no_address_of_the_jobs_api(tmp_path: Path):
    file = jobs.write(tmp_path, jobs.job("echo never"))
    with pytest.raises(ConfigurationError, match="'ray://head:10001' is no address"):
        run.create(file, options=RunOptions(backend="ray", address="ray://head:10001"))


@pytest.fixture
def old_cluster() -> Iterator[str]:
    """What says that it is a cluster of another age."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"version": "4", "ray_version": "1.13.0"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_cluster_of_another_version_is_refused_with_both_versions(old_cluster: str, tmp_path: Path):
    file = jobs.write(tmp_path, jobs.job("echo never"))
    try:
        with pytest.raises(UserError, match=r"is version 1\.13\.0, and Ray here is \d"):
            run.create(file, options=RunOptions(backend="ray", address=old_cluster))
    except MissingToolError:
        pytest.skip("Ray is not installed")


def test_a_cluster_that_has_nobody_yet_to_start_the_job_is_asked_again():
    answers = iter(["No available agent to submit job, please try again later.", "", "The job is no good."])
    given: list[str] = []

    class Client:
        def submit_job(self, **order: str) -> None:
            given.append(order["entrypoint"])
            if refusal := next(answers):
                raise RuntimeError(refusal)

    cluster.submit(Client(), entrypoint="first")
    with pytest.raises(RuntimeError, match="no good"):
        cluster.submit(Client(), entrypoint="second")
    assert given == ["first", "first", "second"]


def test_the_table_of_the_cluster_is_checked(tmp_path: Path):
    file = jobs.write(tmp_path, jobs.job("echo never"), {"joblens.toml": "[ray]\nshared = 'yes'\n"})
    with pytest.raises(ConfigurationError, match=r"'shared' under \[ray\] is true or false, not 'yes'"):
        run.create(file, options=RunOptions(backend="ray", address="127.0.0.1:9"))


@pytest.mark.slow
def test_what_is_too_large_to_be_sent_is_refused_with_the_way_out(
    ray: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parcel, "LARGEST", 1 << 20)
    (tmp_path / "big").write_bytes(bytes(3 << 20))
    file = jobs.write(
        tmp_path,
        jobs.job("cat ${{inputs.big}}", "inputs: {big: {type: uri_file, path: big}}\n"),
        {"joblens.toml": SENT},
    )
    plan = run.plan_of(file, RunOptions(backend="ray"))
    with pytest.raises(UserError, match="are 3 MB") as error:
        parcel.check(plan)
    assert "shared = true" in error.value.hint


def test_the_python_of_an_environment_is_read_as_conda_writes_it():
    pins = ["=3.10", "3.10.4", "==3.9.*", None, ">=3.8"]
    assert [packages.python_wanted(Needs(python=pin)) for pin in pins] == ["3.10", "3.10", "3.9", "", ""]


def metrics_of(ended: jobs.Finished) -> dict[str, float]:
    """The metrics of the run in MLflow."""
    import urllib.request

    tracking = ended.record.tracking
    url = f"{tracking['uri']}/api/2.0/mlflow/runs/get?run_id={tracking['run_id']}"
    with urllib.request.urlopen(url) as answer:
        data = json.loads(answer.read())["run"]["data"]
    return {each["key"]: each["value"] for each in data.get("metrics", [])}
