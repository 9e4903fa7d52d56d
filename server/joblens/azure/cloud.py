"""Where the services of the user's cloud are: of the public one, a national one, or one that is named."""

from __future__ import annotations

import configparser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblens.errors import CloudError

METADATA = "ARM_CLOUD_METADATA_URL"
"""Leads the SDK, and so us, to a cloud that describes itself."""
_NAME = "AZUREML_CURRENT_CLOUD"
_REGISTRIES = "REGISTRY_DISCOVERY_ENDPOINT_URL"


@dataclass(frozen=True, slots=True)
class Cloud:
    """The addresses of a cloud, without a slash at the end."""

    resource_manager: str
    registries: str
    """Where registries are looked up by name."""

    @property
    def scope(self) -> str:
        """What a token for the resource manager is asked for with."""
        return f"{self.resource_manager}/.default"


_CLOUDS = {
    "AzureCloud": Cloud("https://management.azure.com", "https://eastus.api.azureml.ms"),
    "AzureUSGovernment": Cloud(
        "https://management.usgovcloudapi.net", "https://usgovarizona.api.ml.azure.us"
    ),
    "AzureChinaCloud": Cloud("https://management.chinacloudapi.cn", "https://chinaeast2.api.ml.azure.cn"),
}


def find_cloud(environment: Mapping[str, str], folder: Path, get: Callable[[str], Any]) -> Cloud:
    """The cloud that the variables name, else the Azure command line's (its settings lie in `folder`).

    `get` reads an address, for a cloud that describes itself.
    """
    address = environment.get(METADATA)
    if address:
        return _described(address, get(address), environment)
    name = environment.get(_NAME) or _of_command_line(folder)
    return _CLOUDS.get(name, _CLOUDS["AzureCloud"])


def _described(address: str, told: Any, environment: Mapping[str, str]) -> Cloud:
    clouds = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    named = [one for one in clouds if one.get("name") == environment.get(_NAME)]
    near = [one for one in clouds if str(one.get("resourceManager", "-")).rstrip("/") in address]
    for one in [*named, *near, *clouds]:
        manager = str(one.get("resourceManager", "")).rstrip("/")
        if manager.startswith("https://"):
            registries = environment.get(_REGISTRIES) or _CLOUDS["AzureCloud"].registries
            return Cloud(manager, registries.rstrip("/"))
    raise CloudError(f"{METADATA} leads to no description of a cloud.", hint=f"It is set to {address}.")


def _of_command_line(folder: Path) -> str:
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(folder / "config", encoding="utf-8")
    except (OSError, configparser.Error, UnicodeDecodeError):
        return ""
    return config.get("cloud", "name", fallback="")
