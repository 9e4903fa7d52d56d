"""`joblens environment|data list|show`: what the workspace has, in the shape of `az ml`."""

from __future__ import annotations

import argparse
import sys

from joblens.azure import versioned
from joblens.azure.listings import Listings
from joblens.azure.versioned import Shown, View
from joblens.azure.workspace import Workspace
from joblens.cli.output import Columns, is_chosen, printed
from joblens.cli.workspace import manager, workspace_of
from joblens.errors import JobFileError
from joblens.job.asset_reference import reference

_NAMES: Columns = {"Name": "name", "Latest version": "latest_version", "Description": "description"}
_VERSIONS: dict[Shown, Columns] = {
    "environment": {"Name": "name", "Version": "version", "Image": "image", "Description": "description"},
    "data": {"Name": "name", "Version": "version", "Type": "type", "Path": "path"},
}


def list_environments(parsed: argparse.Namespace) -> int:
    """A line for each environment, or for each version of one."""
    return _list(parsed, "environment")


def list_data(parsed: argparse.Namespace) -> int:
    """A line for each data asset, or for each version of one."""
    return _list(parsed, "data")


def show_environment(parsed: argparse.Namespace) -> int:
    """One version of an environment."""
    return _show(parsed, "environment")


def show_data(parsed: argparse.Namespace) -> int:
    """One version of a data asset."""
    return _show(parsed, "data")


def _list(parsed: argparse.Namespace, asset: Shown) -> int:
    view: View = "ActiveOnly"
    if parsed.archived_only or parsed.include_archived:
        view = "ArchivedOnly" if parsed.archived_only else "All"
    name = parsed.name or ""
    registry = parsed.registry_name or ""
    listings = _listings(parsed)
    found = versioned.listed(listings, asset, name, registry=registry, view=view, most=parsed.max_results)
    printed(found, parsed, _VERSIONS[asset] if name else _columns(asset))
    if not found and not is_chosen(parsed):
        of_name = f" of the name '{name}'" if name else ""
        print(f"There is no {asset}{of_name}.", file=sys.stderr)
    return 0


def _columns(asset: Shown) -> Columns:
    return _NAMES if asset == "environment" else {**_NAMES, "Type": "type"}


def _show(parsed: argparse.Namespace, asset: Shown) -> int:
    name, version, label = parsed.name or parsed.named_plainly or "", parsed.version or "", parsed.label or ""
    if not name:
        raise JobFileError(
            f"No {asset} is named.", hint=f"'joblens {asset} list' shows what the workspace has."
        )
    registry, listings = parsed.registry_name or "", None
    written = reference(f"azureml:{name.removeprefix('azureml:')}")
    if written is not None:  # as a job writes it: NAME:3, NAME@latest, the long forms
        if written.asset not in (None, asset):
            raise JobFileError(f"'{name}' is no {asset}.", hint=f"It names a {written.asset}.")
        name, version, label = written.name, version or written.version, label or written.label
        registry = registry or written.registry
        if written.workspace:
            listings = Listings(manager(), Workspace(*written.workspace.split("/")))
    listings = listings or _listings(parsed)
    printed(versioned.one(listings, asset, name, version, label, registry), parsed, _VERSIONS[asset])
    return 0


def _listings(parsed: argparse.Namespace) -> Listings:
    return Listings(manager(), workspace_of(parsed))
