"""`joblens compute`: the same requests as azure-ai-ml's, and what a user sees of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from joblens.cli import main
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, ROOT, SUBSCRIPTION, WORKSPACE
from tests.azure.test_control_plane import told

WHERE = ("--subscription", SUBSCRIPTION, "-g", GROUP, "-w", WORKSPACE)
NO_COMPUTE = f"The workspace '{WORKSPACE}' has no compute"
USER = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity/x/me"
SUBNET = USER.replace("ManagedIdentity/x/me", "Network/virtualNetworks/net/subnets/inner")
FILES = {
    "plain.yml": "name: plain\ntype: amlcompute\n",
    "whole.yml": f"""\
$schema: https://azuremlschemas.azureedge.net/latest/amlCompute.schema.json
name: whole
type: amlcompute
size: STANDARD_D2_V2
tier: low_priority
min_instances: 1
max_instances: 9
idle_time_before_scale_down: 5430
description: Ours
location: westus
tags: {{team: a}}
ssh_public_access_enabled: false
enable_node_public_ip: false
ssh_settings: {{admin_username: me, ssh_key_value: ssh-rsa AAAA}}
network_settings: {{vnet_name: net, subnet: inner}}
identity: {{type: user_assigned, user_assigned_identities: [{{resource_id: "{USER}"}}]}}
""",
    "system.yml": "name: system\ntype: AmlCompute\nidentity: {type: system_assigned}\n"
    f"network_settings: {{subnet: {SUBNET}}}\nidle_time_before_scale_down: 0\n",
}


@pytest.fixture
def joblens(
    names_plane: ControlPlane,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """Call the command beside the files: `code, out, err = joblens("compute", "list")`."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    def call(*words: str) -> tuple[int, str, str]:
        return (main([*words, *WHERE]), *capsys.readouterr())

    return call


@pytest.mark.parametrize("name", ["cpu-clster", "cpu-cluster?x", "cpu-cluster#x"])
def test_a_compute_that_is_not_there_is_not_deleted_nor_another(
    joblens, names_plane: ControlPlane, name: str
) -> None:
    code, _, err = joblens("compute", "delete", "-n", name, "--yes")
    assert code == 6
    assert err.startswith(f"error: {NO_COMPUTE} '{name}'.\nhint: Did you mean 'cpu-cluster'?")
    assert "cpu-cluster" in names_plane.computes


def changes(plane: ControlPlane) -> list[tuple[str, str, dict[str, str], Any]]:
    """What was asked to change, as it was asked."""
    return [
        (one.method, one.path, one.query, one.body) for one in plane.calls if one.method in ("PUT", "DELETE")
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("azure_client")
def test_clusters_are_made_and_deleted_with_the_requests_of_azure_ai_ml(
    joblens, names_plane: ControlPlane, tmp_path: Path
) -> None:
    program = """
from azure.ai.ml import load_compute
for file in ("plain.yml", "whole.yml", "system.yml"):
    c.compute.begin_create_or_update(load_compute(file)).result()
c.compute.begin_create_or_update(AmlCompute(name="cpu-two", min_instances=0, max_instances=40)).result()
c.compute.begin_create_or_update(
    AmlCompute(name="spot", size="Standard_NC6", max_instances=2, tier="low_priority", description="d")
).result()
c.compute.begin_delete("spot").wait()
"""
    told(program, tmp_path)
    wanted = changes(names_plane)
    names_plane.calls.clear()
    names_plane.computes.clear()
    for file in ("plain.yml", "whole.yml", "system.yml"):
        assert joblens("compute", "create", "-f", file)[0] == 0
    assert (
        joblens("compute", "create", "-n", "cpu-two", "--min-instances", "0", "--max-instances", "40")[0] == 0
    )
    spot = ("--size", "Standard_NC6", "--max-instances", "2", "--tier", "LowPriority", "--description", "d")
    assert joblens("compute", "create", "--name", "spot", "--type", "amlcompute", *spot)[0] == 0
    assert joblens("compute", "delete", "spot", "--yes")[0] == 0
    assert changes(names_plane) == wanted
    assert len(wanted) == 6


def test_a_name_of_the_examples_is_enough(joblens, names_plane: ControlPlane) -> None:
    names_plane.computes.clear()
    code, out, err = joblens(
        "compute", "create", "-n", "gpu-cluster", "--query", "[size, max_instances]", "-o", "tsv"
    )
    assert (code, out) == (0, "Standard_NC12\n8\n")
    assert "as Azure's examples have it" in err
    joblens("compute", "create", "cpu-cluster")
    scale = names_plane.computes["cpu-cluster"]["properties"]["scaleSettings"]
    assert (scale["minNodeCount"], scale["maxNodeCount"]) == (0, 40)


def test_a_cluster_of_the_examples_that_is_there_is_left_as_it_is(joblens, names_plane: ControlPlane) -> None:
    code, _, err = joblens("compute", "create", "-n", "cpu-cluster")
    assert code == 0
    assert "nothing was changed" in err
    code, _, err = joblens("compute", "create", "-n", "cpu-cluster", "--max-instances", "9")
    assert code == 1
    assert "There is a 'cpu-cluster' already; nothing was changed." in err
    code, _, err = joblens("compute", "delete", "cpu-cluster", "-n", "gpu-cluster", "--yes")
    assert code == 2
    assert "Two are given: 'cpu-cluster' and 'gpu-cluster'." in err
    code, _, err = joblens("compute", "create", "-n", "other", "--tags", "a=b", "c")
    assert code == 2
    assert "'c' is no tag." in err
    assert changes(names_plane) == []
    assert not changes(names_plane)


def test_options_come_over_the_file_and_what_is_set_over_both(joblens, names_plane: ControlPlane) -> None:
    joblens(
        "compute",
        "create",
        "-f",
        "whole.yml",
        "-n",
        "other",
        "--max-instances",
        "3",
        "--set",
        "size=X",
        "--set",
        "tags.b=1",
    )
    made = names_plane.sent("/computes/other")[0]
    inner = made["properties"]["properties"]
    assert (inner["vmSize"], inner["scaleSettings"]["maxNodeCount"], made["tags"]) == (
        "X",
        3,
        {"team": "a", "b": 1},
    )


def test_a_change_is_waited_for_and_its_failure_told(joblens, names_plane: ControlPlane) -> None:
    names_plane.changing = 2
    code, out, _ = joblens("compute", "create", "-n", "new", "--query", "provisioning_state", "-o", "tsv")
    assert (code, out) == (0, "Succeeded\n")
    assert names_plane.changes["change-0"] == 3
    assert joblens("compute", "delete", "new", "-y")[0] == 0
    assert names_plane.changes["change-1"] == 3
    names_plane.failure = "The quota for Standard_NC12 is 0."
    code, out, err = joblens("compute", "create", "-n", "new")
    assert (code, out) == (6, "")
    assert err.startswith("error: Azure could not do it: The quota for Standard_NC12 is 0.")


def test_nobody_waits_who_does_not_want_to(joblens, names_plane: ControlPlane) -> None:
    names_plane.changing = 10**6
    code, out, _ = joblens("compute", "create", "-n", "new", "--no-wait", "--query", "provisioning_state")
    assert (code, out) == (0, '"Creating"\n')
    assert joblens("compute", "delete", "new", "-y", "--no-wait")[0] == 0
    assert not any(names_plane.changes.values())


def test_a_change_survives_throttling_and_lost_connections(joblens, names_plane: ControlPlane) -> None:
    names_plane.changing = 1
    names_plane.faults.add(where="/changes/", status=429, retry_after="0", times=2)
    names_plane.faults.add(where="/changes/", cut_after=0, times=2)
    assert joblens("compute", "create", "-n", "new")[0] == 0


def test_computes_are_listed_and_shown(joblens) -> None:
    lines = joblens("compute", "list")[1].splitlines()
    assert lines[0].split() == ["Name", "Type", "Size", "Tier", "Min", "Max", "Now", "State"]
    assert lines[3].split() == [
        "gpu-cluster",
        "amlcompute",
        "STANDARD_NC6",
        "low_priority",
        "0",
        "2",
        "1",
        "Steady",
    ]
    assert (
        joblens("compute", "list", "--type", "ComputeInstance", "--query", "[].name", "-o", "tsv")[1]
        == "my-machine\n"
    )
    assert joblens("compute", "list", "-r", "1", "--query", "length(@)")[1] == "1\n"
    shown = json.loads(joblens("compute", "show", "-n", "cpu-cluster", "-o", "json")[1])
    assert shown["id"] == f"{ROOT}/computes/cpu-cluster"
    assert (shown["size"], shown["max_instances"]) == ("STANDARD_D2_V2", 4)


@pytest.mark.parametrize("command", ["compute", "environment", "data"])
def test_a_number_of_results_below_none_is_refused(joblens, capsys, command: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        joblens(command, "list", "-r", "-1")
    assert "'-1' is no number of that kind" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("show", "-n", "nothing"), 6, f"{NO_COMPUTE} 'nothing'."),
        (("show", "-n", "cpu-clster"), 6, f"{NO_COMPUTE} 'cpu-clster'.\nhint: Did you mean 'cpu-cluster'?"),
        (("show",), 2, "No compute is named."),
        (("create",), 2, "'' cannot be the name of a compute."),
        (("create", "-n", "a_b"), 2, "'a_b' cannot be the name of a compute."),
        (("create", "-n", "new", "--tier", "spot"), 2, "'spot' is no tier."),
        (("create", "-n", "new", "--type", "ComputeInstance"), 2, "A compute of the type 'ComputeInstance'"),
        (("create", "-n", "new", "--min-instances", "5"), 2, "The cluster would have at least 5 instances"),
        (("create", "-n", "new", "--set", "max_instances=many"), 2, "'max_instances' is 'many'"),
        (("create", "-n", "new", "--subnet", "inner"), 2, "The virtual network is missing."),
        (("create", "-f", "none.yml"), 2, "There is no file none.yml."),
        (("create", "-f", "job.yml"), 2, "job.yml does not describe a cluster."),
        (("create", "-f", "wrong.yml"), 2, "wrong.yml, line 3: "),
        (("delete", "-n", "cpu-cluster"), 1, "Nobody can be asked here whether to delete."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_changes(
    joblens, names_plane: ControlPlane, tmp_path: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    (tmp_path / "job.yml").write_text("command: echo\nenvironment: azureml:x:1\n")
    (tmp_path / "wrong.yml").write_text("name: new\ntype: amlcompute\nmax_instances: many\n")
    answered, out, err = joblens("compute", *words)
    assert (answered, out) == (code, "")
    assert err.startswith(f"error: {error}")
    assert not changes(names_plane)
