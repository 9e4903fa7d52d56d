"""Nodes that are one machine share its GPUs, and its user is told when they share its cores."""

from joblens.engine.distribution import devices
from joblens.engine.distribution.layout import Layout


def test_gpus_are_those_that_cuda_may_use(tmp_path):
    assert devices.gpus({"CUDA_VISIBLE_DEVICES": "2, GPU-8a"}) == ["2", "GPU-8a"]
    assert devices.gpus({"CUDA_VISIBLE_DEVICES": "-1"}) == []
    for name in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / name).mkdir()
    assert devices.gpus({}, tmp_path) == ["0", "1"]
    assert devices.gpus({}, tmp_path / "none") == []


def test_each_node_gets_an_equal_part_of_the_gpus():
    assert [devices.of_node(node, 2, ["0", "1", "2", "3"]) for node in (0, 1)] == [["0", "1"], ["2", "3"]]


def test_more_nodes_than_gpus_take_turns():
    assert [devices.of_node(node, 3, ["0", "1"]) for node in range(3)] == [["0"], ["1"], ["0"]]


def test_sharing_is_told_in_a_line_each(monkeypatch):
    monkeypatch.setattr(devices, "cores", lambda: 2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,3")
    assert devices.told(Layout("pytorch", 2, 2)) == [
        "4 processes take turns on this machine's 2 cores.",
        "Each instance sees 2 of the machine's 4 GPUs (CUDA_VISIBLE_DEVICES).",
    ]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert devices.told(Layout("pytorch", 2, 1)) == ["The 2 instances share 1 GPU."]
    assert devices.told(Layout("pytorch", 1, 2)) == []
