"""The computes of a workspace: listed, shown, made and deleted, as `az ml compute` does, over plain HTTPS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from joblens.azure import alike, clusters
from joblens.azure.long_running import change
from joblens.azure.resource_manager import RefusedError, ResourceManager
from joblens.azure.workspace import Workspace
from joblens.errors import CloudError, JobFileError

_VERSION = "2023-08-01-preview"
"""The one that the client asks with."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]")


class Computes:
    """Asks for the computes of one workspace."""

    def __init__(self, manager: ResourceManager, workspace: Workspace) -> None:
        self._manager, self._workspace = manager, workspace
        self._root = (
            f"{manager.cloud.resource_manager}/subscriptions/{workspace.subscription_id}"
            f"/resourceGroups/{workspace.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{workspace.name}"
        )

    def all(self) -> Iterator[dict[str, Any]]:
        """Every compute, in the words of the client."""
        for entry in self._manager.entries_at(f"{self._root}/computes", _VERSION):
            yield shown(entry)

    def one(self, name: str) -> dict[str, Any]:
        """One compute; raises CloudError where it is not there."""
        try:
            return shown(self._manager.get(self._address(name)))
        except RefusedError as error:
            raise self._missing(name) if error.status == 404 else error from error

    def has(self, name: str) -> bool:
        """Whether there is a compute of that name."""
        try:
            self._manager.get(self._address(name))
        except RefusedError as error:
            if error.status == 404:
                return False
            raise
        return True

    def create(self, asked: Mapping[str, Any], *, wait: bool = True) -> dict[str, Any]:
        """Make a cluster, or change the one of that name; `asked` are the keys of a cluster's file."""
        name = str(asked.get("name") or "")
        if not _NAME.fullmatch(name):
            raise JobFileError(
                f"'{name}' cannot be the name of a compute.",
                hint="It has 3 to 32 letters, digits and '-', begins with a letter and does not end with '-'."
                if name
                else "Give one with --name.",
            )
        location = asked.get("location") or self._location()
        body = clusters.request(asked, location, self._workspace)
        return shown(change(self._manager, "PUT", self._address(name), body, wait=wait))

    def delete(self, name: str, *, wait: bool = True) -> None:
        """Delete a compute with its machines; raises CloudError where it is not there."""
        address = f"{self._address(name)}&underlyingResourceAction=Delete"
        try:
            change(self._manager, "DELETE", address, wait=wait)
        except RefusedError as error:
            raise self._missing(name) if error.status == 404 else error from error

    def _missing(self, name: str) -> CloudError:
        names = (str(each["name"]) for each in self.all())
        return CloudError(
            f"The workspace '{self._workspace.name}' has no compute '{name}'.",
            hint=alike.hint(name, names, "'joblens compute list' shows what there is."),
        )

    def _address(self, name: str) -> str:
        return f"{self._root}/computes/{quote(name, safe='')}?api-version={_VERSION}"

    def _location(self) -> str:
        return str(self._manager.get(f"{self._root}?api-version={_VERSION}").get("location") or "")


def shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A compute in the words of the client's files, with how it stands."""
    outer = entry.get("properties") or {}
    inner = outer.get("properties") or {}
    scale = inner.get("scaleSettings") or {}
    errors = outer.get("provisioningErrors") or [{}]
    facts = {
        "name": entry.get("name"),
        "id": entry.get("id"),
        "type": str(outer.get("computeType") or "").lower(),
        "location": outer.get("computeLocation") or entry.get("location"),
        "description": outer.get("description"),
        "tags": entry.get("tags"),
        "created_on": outer.get("createdOn"),
        "provisioning_state": outer.get("provisioningState"),
        "provisioning_errors": (errors[0].get("error") or {}).get("code"),
        "size": inner.get("vmSize"),
        "tier": _snake(inner.get("vmPriority")),
        "state": inner.get("state") or inner.get("allocationState"),
        "current_instances": inner.get("currentNodeCount"),
        "min_instances": scale.get("minNodeCount"),
        "max_instances": scale.get("maxNodeCount"),
        "idle_time_before_scale_down": _seconds(scale.get("nodeIdleTimeBeforeScaleDown")),
        "enable_node_public_ip": inner.get("enableNodePublicIp"),
        "identity": entry.get("identity"),
    }
    return {key: value for key, value in facts.items() if value is not None}


def _snake(word: str | None) -> str | None:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower() if word else None


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")


def _seconds(duration: str | None) -> int | None:
    match = _DURATION.fullmatch(duration or "-")
    if match is None:
        return None
    parts = zip(match.groups(), (86400, 3600, 60, 1), strict=True)
    return sum(int(count or 0) * unit for count, unit in parts)
