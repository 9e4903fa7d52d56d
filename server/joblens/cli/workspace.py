"""Which workspace a command is about, and who asks it: the arguments of `az ml`, else what is configured."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.azure.resource_manager import ResourceManager
    from joblens.azure.workspace import Workspace


def add_workspace_arguments(command: argparse.ArgumentParser) -> None:
    """Let the user name the workspace: `--subscription`, `--resource-group`, `--workspace-name`."""
    for part, short in (("subscription", None), ("resource-group", "-g"), ("workspace-name", "-w")):
        flags = [f"--{part}", *([short] if short else [])]
        command.add_argument(*flags, help=f"the {part.replace('-', ' ')} of the cluster's workspace")


def workspace_of(arguments: argparse.Namespace, folder: Path | None = None) -> Workspace:
    """The workspace that the arguments name; what they leave open is as configured for a folder."""
    from joblens.azure.workspace import find_workspace

    return find_workspace(
        Path.cwd() if folder is None else folder,
        subscription=arguments.subscription,
        resource_group=arguments.resource_group,
        workspace=arguments.workspace_name,
    )


def manager() -> ResourceManager:
    """Who asks Azure for a command: the account that this machine is signed in with."""
    from joblens.azure.resource_manager import ResourceManager
    from joblens.azure.sign_in import MachineAccount

    return ResourceManager(MachineAccount())
