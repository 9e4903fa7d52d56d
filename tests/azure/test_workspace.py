import json
from pathlib import Path

import pytest

from joblens.azure.workspace import Workspace, find_workspace
from joblens.errors import CloudError


def check(folder: Path, environment: dict[str, str] | None = None, **said: str) -> Workspace:
    home = {"AZURE_CONFIG_DIR": str(folder / "azure-command-line")}
    return find_workspace(folder, environment=home | (environment or {}), **said)


def config(folder: Path, name: str = "from-file") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = {"subscription_id": "s-file", "resource_group": "g-file", "workspace_name": name}
    (folder / "config.json").write_text(json.dumps(content))


def command_line(folder: Path) -> None:
    settings = folder / "azure-command-line"
    settings.mkdir()
    (settings / "config").write_text("[defaults]\ngroup = g-az\nworkspace = w-az\n")
    subscriptions = [{"id": "other", "isDefault": False}, {"id": "s-az", "isDefault": True}]
    (settings / "azureProfile.json").write_text(json.dumps({"subscriptions": subscriptions}), "utf-8-sig")


def test_what_is_said_counts_first(tmp_path: Path) -> None:
    config(tmp_path)
    found = check(tmp_path, subscription="s", resource_group="g", workspace="w")
    assert found == Workspace("s", "g", "w")


def test_the_environment_counts_before_the_files(tmp_path: Path) -> None:
    config(tmp_path)
    variables = {"AZUREML_ARM_SUBSCRIPTION": "s-env", "AZUREML_ARM_WORKSPACE_NAME": "w-env"}
    assert check(tmp_path, variables) == Workspace("s-env", "g-file", "w-env")


def test_the_config_file_is_found_above_the_job(tmp_path: Path) -> None:
    config(tmp_path / ".azureml")
    jobs = tmp_path / "a" / "b"
    jobs.mkdir(parents=True)
    assert check(jobs) == Workspace("s-file", "g-file", "from-file")


def test_another_config_file_is_passed_over(tmp_path: Path) -> None:
    config(tmp_path)
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    (jobs / "config.json").write_text('{"learning_rate": 0.1}')
    assert check(jobs).name == "from-file"
    (jobs / "config.json").write_text("not JSON")
    assert check(jobs).name == "from-file"


def test_the_defaults_of_the_azure_command_line_come_last(tmp_path: Path) -> None:
    command_line(tmp_path)
    assert check(tmp_path) == Workspace("s-az", "g-az", "w-az")
    assert check(tmp_path, workspace="w") == Workspace("s-az", "g-az", "w")


def test_a_missing_part_is_named_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="missing: subscription, workspace") as caught:
        check(tmp_path, resource_group="g")
    assert "config.json" in caught.value.hint
