"""Which Azure ML workspace is meant: what the user said, else what the tools around Azure have been told."""

from __future__ import annotations

import configparser
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.errors import CloudError


class NoWorkspaceError(CloudError):
    """No place says which workspace is meant."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The full address of a workspace."""

    subscription_id: str
    resource_group: str
    name: str


Settings = Mapping[str, str]

_PARTS = ("subscription_id", "resource_group", "name")
_WORDS = {"subscription_id": "subscription", "resource_group": "resource group", "name": "workspace"}
_VARIABLES = {
    "subscription_id": ("AZUREML_ARM_SUBSCRIPTION", "AZURE_SUBSCRIPTION_ID"),
    "resource_group": ("AZUREML_ARM_RESOURCEGROUP", "AZURE_RESOURCE_GROUP", "AZURE_DEFAULTS_GROUP"),
    "name": ("AZUREML_ARM_WORKSPACE_NAME", "AZURE_ML_WORKSPACE", "AZURE_DEFAULTS_WORKSPACE"),
}
_CONFIG_FILES = (".azureml/config.json", "aml_config/config.json", "config.json")
"""Where the SDK's own `MLClient.from_config` looks, in each folder upwards."""


def find_workspace(
    folder: Path,
    *,
    subscription: str | None = None,
    resource_group: str | None = None,
    workspace: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Workspace:
    """The workspace for a job file in `folder`; each part comes from the first place that has it.

    The places: the arguments, the environment, the SDK's config.json in `folder` or above, and the
    defaults of the Azure command line. Raises NoWorkspaceError when a part is nowhere.
    """
    environment = os.environ if environment is None else environment
    said = {"subscription_id": subscription, "resource_group": resource_group, "name": workspace}
    parts = {part: value for part, value in said.items() if value}
    for settings in _places(folder, environment):
        if len(parts) == len(_PARTS):
            break
        parts = {**settings, **parts}
    missing = [_WORDS[part] for part in _PARTS if not parts.get(part)]
    if missing:
        raise NoWorkspaceError(
            f"No workspace is set (missing: {', '.join(missing)}).",
            hint="Give --subscription, --resource-group and --workspace-name, put the workspace's config.json"
            " beside the job, or set them once with `az account set` and `az configure --defaults`.",
        )
    return Workspace(*(parts[part] for part in _PARTS))


def command_line_folder(environment: Mapping[str, str]) -> Path:
    """Where the Azure command line keeps its settings."""
    own = environment.get("AZURE_CONFIG_DIR")
    return Path(own) if own else Path(environment.get("HOME") or Path.home()) / ".azure"


def _places(folder: Path, environment: Mapping[str, str]) -> Iterator[Settings]:
    yield _from_environment(environment)
    yield _from_config_file(folder)
    yield _from_command_line(environment)


def _from_environment(environment: Mapping[str, str]) -> Settings:
    found: dict[str, str] = {}
    for part, variables in _VARIABLES.items():
        value = next((environment[variable] for variable in variables if environment.get(variable)), None)
        if value:
            found[part] = value
    return found


def _from_config_file(folder: Path) -> Settings:
    for place in (folder, *folder.absolute().parents):
        for name in _CONFIG_FILES:
            found = _json(place / name)
            if "workspace_name" in found:
                keys = {
                    "subscription_id": "subscription_id",
                    "resource_group": "resource_group",
                    "name": "workspace_name",
                }
                return {part: str(found[key]) for part, key in keys.items() if found.get(key)}
    return {}


def _from_command_line(environment: Mapping[str, str]) -> Settings:
    """The defaults of `az`: `az configure --defaults group=... workspace=...` and its subscription."""
    folder = command_line_folder(environment)
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(folder / "config", encoding="utf-8")
    except (OSError, configparser.Error, UnicodeDecodeError):
        config.clear()
    defaults = {"resource_group": "group", "name": "workspace"}
    found = {part: config.get("defaults", key, fallback="") for part, key in defaults.items()}
    found["subscription_id"] = _default_subscription(folder)
    return {part: value for part, value in found.items() if value}


def _default_subscription(folder: Path) -> str:
    subscriptions = _json(folder / "azureProfile.json").get("subscriptions")
    for subscription in subscriptions if isinstance(subscriptions, list) else ():
        if isinstance(subscription, dict) and subscription.get("isDefault"):
            return str(subscription.get("id", ""))
    return ""


def _json(path: Path) -> dict[str, object]:
    try:
        # The Azure command line writes a byte order mark.
        found = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
