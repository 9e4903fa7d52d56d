"""Environments and data of a workspace or a registry, as `az ml environment` and `az ml data` show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Literal

import yaml

from joblens.azure import alike
from joblens.azure.listings import Listings
from joblens.azure.resource_manager import RefusedError
from joblens.errors import CloudError

Shown = Literal["environment", "data"]
View = Literal["ActiveOnly", "ArchivedOnly", "All"]


def listed(
    listings: Listings,
    asset: Shown,
    name: str = "",
    *,
    registry: str = "",
    view: View = "ActiveOnly",
    most: int | None = None,
) -> list[dict[str, Any]]:
    """The names of a kind, each with its newest version; or the versions of one name, the newest first."""
    return list(islice(_entries(listings, asset, name, registry, view), most))


def _entries(
    listings: Listings, asset: Shown, name: str, registry: str, view: View
) -> Iterator[dict[str, Any]]:
    for entry in listings.entries(asset, name, registry, view):
        yield _shown(asset, entry, name)


def one(
    listings: Listings, asset: Shown, name: str, version: str = "", label: str = "", registry: str = ""
) -> dict[str, Any]:
    """One version; the newest where none is named. Raises CloudError where it is not there."""
    if label and label != "latest":
        raise CloudError(f"Only the label 'latest' is known here, not '{label}'.", hint="Give a version.")
    if not version:
        return _shown(asset, _newest(listings, asset, name, registry), name)
    try:
        return _shown(asset, listings.entry(asset, name, version, registry), name)
    except RefusedError as error:
        if error.status != 404:
            raise
        newest = _newest(listings, asset, name, registry).get("name")
        raise CloudError(
            f"There is no version '{version}' of the {asset} '{name}'.", hint=f"The newest is '{newest}'."
        ) from error


def _newest(listings: Listings, asset: Shown, name: str, registry: str) -> Mapping[str, Any]:
    """The version that was made last; raises CloudError where there is no such name."""
    found = max(listings.entries(asset, name, registry), key=_made, default=None)
    if found is None:
        names = (str(each.get("name")) for each in listings.entries(asset, "", registry))
        hint = alike.hint(name, names, f"'joblens {asset} list' shows what there is.")
        raise CloudError(f"There is no {asset} '{name}'.", hint=hint)
    return found


def _made(entry: Mapping[str, Any]) -> str:
    return str((entry.get("systemData") or {}).get("createdAt") or "")


def _shown(asset: Shown, entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    told = entry.get("properties") or {}
    facts = {
        "name": name or entry.get("name"),
        "id": entry.get("id"),
        "version": entry.get("name") if name else None,
        "latest_version": told.get("latestVersion"),
        "description": told.get("description"),
        "tags": told.get("tags") or {},
        "creation_context": _creation(entry.get("systemData") or {}),
        **(_environment(told) if asset == "environment" else _data(told)),
    }
    return {key: value for key, value in facts.items() if value is not None}


def _creation(told: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "created_at": "createdAt",
        "created_by": "createdBy",
        "created_by_type": "createdByType",
        "last_modified_at": "lastModifiedAt",
    }
    return {ours: told[theirs] for ours, theirs in names.items() if told.get(theirs)}


def _environment(told: Mapping[str, Any]) -> dict[str, Any]:
    build = told.get("build") or {}
    system = told.get("osType")
    return {
        "image": told.get("image"),
        "conda_file": _conda(told.get("condaFile")),
        "build": {"path": build.get("contextUri"), "dockerfile_path": build.get("dockerfilePath")}
        if build
        else None,
        "os_type": str(system).lower() if system else None,
    }


def _conda(text: object) -> object:
    if not text:
        return None
    try:
        return yaml.safe_load(str(text))
    except yaml.YAMLError:
        return text


def _data(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": told.get("dataType"), "path": told.get("dataUri")}
