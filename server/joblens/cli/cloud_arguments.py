"""The arguments of `joblens compute|environment|data`, in the words of `az ml`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from joblens.cli.numbers import number
from joblens.cli.output import add_output_arguments
from joblens.cli.workspace import add_workspace_arguments

Command = Callable[[str, str, str, str], argparse.ArgumentParser]
_COMPUTE, _ASSETS = "joblens.cli.compute", "joblens.cli.assets"


def compute(command: Command) -> None:
    """Add the commands about computes."""
    create = command("create", "make a cluster, or change the one of that name", _COMPUTE, "create")
    create.description = (
        "Make a cluster, which has no machine while nothing runs on it. "
        "'cpu-cluster' and 'gpu-cluster' stand by themselves for the clusters of Azure's examples."
    )
    _named(create, "compute")
    _cluster(create)
    listing = command("list", "list the computes of the workspace", _COMPUTE, "list_computes")
    listing.add_argument("--type", "-t", help="only of that type: AmlCompute, ComputeInstance, ...")
    _most(listing)
    show = command("show", "show one compute", _COMPUTE, "show")
    delete = command("delete", "delete a compute", _COMPUTE, "delete")
    delete.add_argument("--yes", "-y", action="store_true", help="do not ask")
    delete.add_argument("--no-wait", action="store_true", help="do not wait until it is gone")
    for one in (show, delete):
        _named(one, "compute")
    for one in (create, listing, show, delete):
        add_workspace_arguments(one)
        add_output_arguments(one)


def _cluster(create: argparse.ArgumentParser) -> None:
    create.add_argument("--file", "-f", type=Path, metavar="FILE.yml", help="what describes the cluster")
    create.add_argument("--type", "-t", help="AmlCompute, the only one that is made here")
    create.add_argument("--size", help="of the machines; STANDARD_DS3_V2")
    create.add_argument("--min-instances", type=int, metavar="N", help="machines that are always there; 0")
    create.add_argument("--max-instances", type=int, metavar="N", help="machines that may be there; 4")
    idle = "seconds until a machine without work goes away; 120"
    create.add_argument("--idle-time-before-scale-down", type=int, metavar="SECONDS", help=idle)
    create.add_argument("--tier", help="dedicated, or low_priority")
    create.add_argument("--description", help="what it is for")
    create.add_argument("--location", "-l", help="the region; the workspace's")
    create.add_argument("--tags", nargs="+", metavar="KEY=VALUE", help="words to find it by")
    create.add_argument("--vnet-name", help="the virtual network")
    create.add_argument("--subnet", help="the subnet in it, or the address of one")
    create.add_argument("--identity-type", help="SystemAssigned or UserAssigned")
    create.add_argument(
        "--user-assigned-identities", "-i", metavar="IDS", help="addresses with commas between"
    )
    create.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="A.B=VALUE",
        help="put a value over what the file says; may be given several times",
    )
    create.add_argument("--no-wait", action="store_true", help="do not wait until it is made")


def environment(command: Command) -> None:
    """Add the commands about environments of the workspace."""
    _versioned(command, "environment", "environments")


def data(command: Command) -> None:
    """Add the commands about data of the workspace."""
    _versioned(command, "data", "data")


def _versioned(command: Command, asset: str, plural: str) -> None:
    listing = command("list", f"list the {plural} of the workspace", _ASSETS, f"list_{plural}")
    listing.add_argument("--name", "-n", help="list the versions of that one")
    view = listing.add_mutually_exclusive_group()
    view.add_argument("--archived-only", action="store_true", help="only what was archived")
    view.add_argument("--include-archived", action="store_true", help="what was archived, too")
    _most(listing)
    show = command("show", "show one version", _ASSETS, f"show_{asset}")
    _named(show, asset)
    show.add_argument("--version", "-v", help="which version; the newest")
    show.add_argument("--label", "-l", help="'latest'")
    for one in (listing, show):
        one.add_argument("--registry-name", metavar="NAME", help="of that registry, not of the workspace")
        add_workspace_arguments(one)
        add_output_arguments(one)


def _named(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("named_plainly", nargs="?", metavar="NAME", help=f"the name of the {what}")
    command.add_argument("--name", "-n", help="the same, in the words of az")


def _most(listing: argparse.ArgumentParser) -> None:
    listing.add_argument("--max-results", "-r", type=number, metavar="N", help="at most N")
