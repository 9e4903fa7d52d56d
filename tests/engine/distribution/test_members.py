"""Each process of a distributed job is told what it would be told on the cluster."""

import json

import pytest

from joblens.engine.distribution.layout import HOST, Layout, free_ports, layout, notes, read
from joblens.engine.distribution.members import Process, defaults, processes, rank_log
from joblens.engine.source import Source, job_of
from joblens.errors import JobFileError
from joblens.job.model import CommandJob

TODAY = """
command: python train.py
environment: azureml:any@latest
compute: azureml:cluster
resources: {{instance_count: {nodes}}}
distribution: {{{distribution}}}
"""
PREVIEW = """
command: python train.py
environment: azureml:any:1
compute: {{target: azureml:cluster, instance_count: {nodes}}}
distribution: {{{distribution}}}
"""


def members(
    tmp_path, distribution: str, nodes: int = 2, form: str = TODAY, hosts: tuple[str, ...] = ()
) -> list[Process]:
    made = laid_out(tmp_path, distribution, nodes, form)
    return processes(made, hosts or [HOST] * made.nodes, free_ports)


def laid_out(tmp_path, distribution: str, nodes: int = 2, form: str = TODAY) -> Layout:
    return layout(job(tmp_path, distribution, nodes, form))


def job(tmp_path, distribution: str, nodes: int, form: str) -> CommandJob:
    text = form.format(nodes=nodes, distribution=distribution)
    found = job_of(Source(tmp_path / "job.yml", text))
    assert isinstance(found, CommandJob)
    return found


def told(found: list[Process], *names: str) -> list[str]:
    return [" ".join(each.variables[name] for name in names) for each in found]


@pytest.mark.parametrize(
    ("form", "distribution"),
    [(TODAY, "type: pytorch, process_count_per_instance: 2"), (PREVIEW, "type: pytorch, process_count: 4")],
)
def test_pytorch_knows_rank_node_and_meeting_point(tmp_path, form, distribution):
    found = members(tmp_path, distribution, form=form, hosts=("node-0", "node-1"))
    places = ("RANK", "LOCAL_RANK", "NODE_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE")
    assert told(found, *places) == ["0 0 0 4 2", "1 1 0 4 2", "2 0 1 4 2", "3 1 1 4 2"]
    assert set(told(found, "MASTER_ADDR")) == {"node-0"}
    assert len(set(told(found, "MASTER_PORT"))) == 1
    azure = ("AZUREML_CR_NODE_RANK", "AZUREML_PROCESS_NAME", "AZUREML_NODE_COUNT")
    assert told(found, *azure) == ["0 rank_0 2", "0 rank_1 2", "1 rank_2 2", "1 rank_3 2"]
    assert set(told(found, "AZ_BATCH_HOST_LIST")) == {"node-0,node-1"}
    assert told(found, "AZ_BATCH_IS_CURRENT_NODE_MASTER") == ["true", "true", "false", "false"]


def test_the_previews_total_is_rounded_up_where_it_does_not_divide(tmp_path):
    asked = job(tmp_path, "type: pytorch, process_count: 5", 2, PREVIEW)
    assert layout(asked).per_node == 3
    assert notes(asked) == ["5 processes do not divide among 2 instances: 3 start on each, 6 in all."]
    assert notes(job(tmp_path, "type: pytorch, process_count: 4", 2, PREVIEW)) == []
    assert notes(job(tmp_path, "type: pytorch, process_count_per_instance: 5", 2, TODAY)) == []


def test_a_count_of_none_or_zero_is_one_process_per_node(tmp_path):
    assert laid_out(tmp_path, "type: pytorch").count == 2
    assert laid_out(tmp_path, "type: mpi, process_count_per_instance: 0").mpi_processes == 2


@pytest.mark.parametrize("form", [TODAY, PREVIEW])
def test_tensorflow_is_told_its_cluster(tmp_path, form):
    found = members(tmp_path, "type: tensorflow, worker_count: 2", form=form)
    configs = [json.loads(each.variables["TF_CONFIG"]) for each in found]
    assert [each["task"] for each in configs] == [
        {"type": "worker", "index": 0},
        {"type": "worker", "index": 1},
    ]
    assert len(set(configs[0]["cluster"]["worker"])) == 2
    assert configs[0]["environment"] == "cloud"
    assert "ps" not in configs[0]["cluster"], "an empty list of servers is refused by TensorFlow"


def test_tensorflows_parameter_servers_come_after_its_workers_and_only_serve(tmp_path):
    distribution = "type: tensorflow, worker_count: 3, parameter_server_count: 1"
    found = members(tmp_path, distribution, hosts=("node-0", "node-1"))
    assert [(each.name, each.node, each.serves) for each in found] == [
        ("worker 0", 0, False),
        ("worker 1", 1, False),
        ("worker 2", 0, False),
        ("ps 0", 0, True),
    ]
    assert [each.log for each in found[2:]] == ["std_log_node_02_worker.txt", "std_log_node_00_ps.txt"]
    cluster = json.loads(found[0].variables["TF_CONFIG"])["cluster"]
    assert [address.partition(":")[0] for address in cluster["worker"]] == ["node-0", "node-1", "node-0"]
    assert len({*cluster["worker"], *cluster["ps"]}) == 4


def test_tensorflow_has_a_worker_per_node_unless_told(tmp_path):
    assert laid_out(tmp_path, "type: tensorflow", 3).workers == 3


def test_without_a_distribution_every_node_runs_the_command():
    found = processes(Layout(nodes=2), [HOST, HOST], free_ports)
    assert told(found, "NODE_RANK", "AZUREML_PROCESS_NAME") == ["0 rank_0", "1 rank_1"]


def test_a_plain_command_is_told_nothing():
    (found,) = processes(Layout(), [HOST], free_ports)
    assert (found.variables, found.log) == ({}, "std_log.txt")


def test_logs_have_the_clusters_names():
    assert rank_log(0, 1) == "std_log_process_0.txt"
    assert [rank_log(rank, 4) for rank in (0, 3)] == ["std_log_process_00.txt", "std_log_process_03.txt"]
    assert rank_log(7, 128) == "std_log_process_007.txt"


def test_rays_head_stands_beside_the_command_and_workers_elsewhere(tmp_path):
    distribution = (
        "type: ray, port: 6400, include_dashboard: true, dashboard_port: 8300, "
        "head_node_additional_args: --num-cpus 1, worker_node_additional_args: --num-cpus 2"
    )
    command, head, worker = members(tmp_path, distribution, hosts=("node-0", "node-1"))
    assert (command.serves, head.serves, worker.serves) == (False, True, True)
    assert (command.node, head.node, worker.node) == (0, 0, 1)
    assert command.variables["RAY_ADDRESS"] == "node-0:6400"
    for part in ("--head", "--port=6400", "--dashboard-port=8300", "--num-cpus 1"):
        assert part in head.instead
    for part in ("--address=node-0:6400", "--node-ip-address=node-1", "--num-cpus 2"):
        assert part in worker.instead


def test_a_ray_cluster_that_exists_is_joined(tmp_path):
    (command,) = members(tmp_path, "type: ray, address: 'ray://there:10001'")
    assert command.variables["RAY_ADDRESS"] == "ray://there:10001"


def test_a_layout_is_read_back_as_it_was_written(tmp_path):
    from dataclasses import asdict

    for distribution in ("type: ray, port: 6400", "type: tensorflow, worker_count: 3"):
        made = laid_out(tmp_path, distribution)
        assert read(json.loads(json.dumps(asdict(made)))) == made


def test_an_unknown_distribution_is_refused(tmp_path):
    with pytest.raises(JobFileError, match="'horovod'"):
        laid_out(tmp_path, "type: horovod")


def test_processes_that_share_a_machine_get_one_thread_each_and_its_loopback():
    shape = Layout("pytorch", 1, 2)
    assert defaults(shape, [HOST])["OMP_NUM_THREADS"] == "1"
    assert defaults(shape, [HOST])["GLOO_SOCKET_IFNAME"].startswith("lo")
    assert defaults(Layout("pytorch", 2, 1), ["node-0", "node-1"])["NCCL_SOCKET_IFNAME"] == "eth0"
    assert defaults(Layout("pytorch"), [HOST]) == {}
