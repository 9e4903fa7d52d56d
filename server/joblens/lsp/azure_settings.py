"""What the editor's settings say of the workspace, as package.json has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.azure.workspace import Workspace

SECTION = "joblens.azure"
"""The settings, as package.json has them."""
_REGISTRIES = ("azureml",)


@dataclass(frozen=True, slots=True)
class AzureSettings:
    """What the editor's settings say of the workspace."""

    subscription: str = ""
    resource_group: str = ""
    workspace: str = ""
    registries: tuple[str, ...] = _REGISTRIES

    @staticmethod
    def of(told: object) -> AzureSettings:
        """Read from the section of the settings; what is of another type is as not said."""
        said = told if isinstance(told, Mapping) else vars(told) if hasattr(told, "__dict__") else {}
        registries = said.get("registries")
        return AzureSettings(
            _text(said.get("subscription")),
            _text(said.get("resourceGroup")),
            _text(said.get("workspace")),
            tuple(map(str, registries)) if isinstance(registries, list | tuple) else _REGISTRIES,
        )

    def workspace_of(self, folder: Path) -> Workspace:
        """The workspace for files in a folder; raises NoWorkspaceError."""
        from joblens.azure.workspace import find_workspace

        return find_workspace(
            folder,
            subscription=self.subscription,
            resource_group=self.resource_group,
            workspace=self.workspace,
        )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
