"""What a workspace and registries have: the names of a kind in one request, versions in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from joblens.azure.resource_manager import ResourceManager
from joblens.azure.workspace import Workspace
from joblens.job.asset_reference import FOLDERS
from joblens.job.known_names import VERSIONED, Asset, Facts

KINDS: tuple[Asset, ...] = ("compute", "environment", "data", "model", "component", "datastore")
"""What a workspace is asked for; registries have those with versions."""
OF_REGISTRIES: tuple[Asset, ...] = ("environment", "component", "model", "data")

_VERSION = "2024-04-01"
_VERSION_OF_REGISTRIES = "2021-10-01-dataplanepreview"
_MADE_BY_CLIENTS = frozenset(("CliV2AnonymousEnvironment", "azureml_anonymous"))
"""Names that clients keep nameless assets under."""
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """One name, or one version of a name."""

    name: str
    newest: str = ""
    """Of a name, the version that was made last."""
    detail: str = ""
    facts: Facts = ()
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found, and whether that is all there is."""

    found: tuple[Found, ...]
    complete: bool = True


class Listings:
    """Asks for the names and versions of one workspace, and of registries."""

    def __init__(self, manager: ResourceManager, workspace: Workspace) -> None:
        self._manager = manager
        self._root = (
            f"/subscriptions/{workspace.subscription_id}/resourceGroups/{workspace.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{workspace.name}"
        )
        self._registries: dict[str, str] = {}

    def names(self, asset: Asset, registry: str = "") -> Listing:
        """The names of a kind; those that were archived too, which may be referred to still."""
        folder = FOLDERS[asset]
        if registry:
            found = self._of_registry(registry, folder)
        else:
            query = {"listViewType": "All"} if asset in VERSIONED else {}
            found = self._manager.entries(f"{self._root}/{folder}", _VERSION, **query)
        return _listing(found, _READERS.get(asset, _named))

    def versions(self, asset: Asset, name: str, registry: str = "") -> Listing:
        """The versions of one name, the newest first."""
        path = f"{FOLDERS[asset]}/{name}/versions"
        if registry:
            found = self._of_registry(registry, path)
        else:
            found = self._manager.entries(f"{self._root}/{path}", _VERSION, listViewType="ActiveOnly")
        listing = _listing(found, _version)
        newest_first = sorted(listing.found, key=_created, reverse=True)
        return Listing(tuple(newest_first), listing.complete)

    def entries(
        self, asset: Asset, name: str = "", registry: str = "", view: str = "ActiveOnly"
    ) -> Iterator[dict[str, Any]]:
        """The names of a kind, or the versions of one name, as they are told; without what clients keep."""
        path = f"{FOLDERS[asset]}/{name}/versions" if name else FOLDERS[asset]
        if registry:
            found = self._of_registry(registry, path)
        else:
            found = self._manager.entries(f"{self._root}/{path}", _VERSION, listViewType=view)
        yield from (entry for entry in found if name or entry.get("name") not in _MADE_BY_CLIENTS)

    def computes(self) -> dict[str, dict[str, Any]]:
        """All computes as they are told, by their names."""
        found = self._manager.entries(f"{self._root}/computes", _VERSION)
        return {str(entry.get("name")): entry for entry in found}

    def entry(self, asset: Asset, name: str, version: str, registry: str = "") -> dict[str, Any]:
        """One version as it is told."""
        path = f"{FOLDERS[asset]}/{name}/versions/{version}"
        if registry:
            return self._manager.get(f"{self._at(registry)}/{path}?api-version={_VERSION_OF_REGISTRIES}")
        return self._manager.get(self._address(path))

    def version(self, asset: Asset, name: str, version: str, registry: str = "") -> dict[str, Any]:
        """All that is said of one version."""
        return dict(self.entry(asset, name, version, registry).get("properties") or {})

    def store(self, name: str) -> dict[str, Any]:
        """All that is said of a datastore."""
        return dict(self._manager.get(self._address(f"datastores/{name}")).get("properties") or {})

    def secrets(self, store: str) -> dict[str, Any]:
        """The credentials of a datastore, to those who may see them."""
        return self._manager.post(self._address(f"datastores/{store}/listSecrets"))

    def _address(self, path: str) -> str:
        return f"{self._manager.cloud.resource_manager}{self._root}/{path}?api-version={_VERSION}"

    def _of_registry(self, registry: str, path: str) -> Iterator[dict[str, Any]]:
        return self._manager.entries_at(f"{self._at(registry)}/{path}", _VERSION_OF_REGISTRIES)

    def _at(self, registry: str) -> str:
        address = self._registries.get(registry)
        if address is None:
            address = self._registries[registry] = self._discovered(registry)
        return address

    def _discovered(self, registry: str) -> str:
        base = self._manager.cloud.registries
        where = f"{base}/registrymanagement/v1.0/registries/{registry}/discovery?api-version=v1.0"
        told = self._manager.get(where)
        service = str(told.get("primaryRegionResourceProviderUri", "")).rstrip("/")
        return (
            f"{service}/mferp/managementfrontend/subscriptions/{told.get('subscriptionId')}"
            f"/resourceGroups/{told.get('resourceGroup')}"
            f"/providers/Microsoft.MachineLearningServices/registries/{registry}"
        )


def workspaces(manager: ResourceManager, subscription: str) -> Iterator[Workspace]:
    """The workspaces of a subscription."""
    path = f"/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/workspaces"
    for entry in manager.entries(path, _VERSION):
        parts = str(entry.get("id", "")).split("/")
        if len(parts) > 4 and (entry.get("kind") or "Default") in ("Default", "Project"):
            yield Workspace(subscription, parts[4], str(entry["name"]))


def subscriptions(manager: ResourceManager) -> dict[str, str]:
    """The name of each subscription that the account sees, by its id."""
    found = manager.entries("/subscriptions", "2022-12-01")
    return {str(one["subscriptionId"]): str(one.get("displayName") or "") for one in found}


def _listing(entries: Iterator[dict[str, Any]], read: Callable[[str, Mapping[str, Any]], Found]) -> Listing:
    found: list[Found] = []
    for entry in entries:
        name, properties = str(entry.get("name", "")), entry.get("properties") or {}
        if name in _MADE_BY_CLIENTS:
            continue
        if len(found) == _MOST:
            return Listing(tuple(found), complete=False)
        made = str((entry.get("systemData") or {}).get("createdAt") or "")
        found.append(read(name, {**properties, "made": made}))
    return Listing(tuple(found))


def _named(name: str, properties: Mapping[str, Any]) -> Found:
    """A name with versions, as its container tells of it."""
    newest = str(properties.get("latestVersion") or "")
    facts = _facts(properties, ("type", "dataType"), ("description", "description"))
    detail = str(properties.get("dataType") or "")
    return Found(name, newest, detail, facts, bool(properties.get("isArchived")))


def _version(name: str, properties: Mapping[str, Any]) -> Found:
    kinds = (("type", "dataType"), ("type", "modelType"), ("image", "image"))
    places = (("path", "dataUri"), ("path", "modelUri"), ("description", "description"))
    spec = properties.get("componentSpec") or {}
    of_component = _facts(spec, ("type", "type"), ("name", "display_name"), ("description", "description"))
    build = properties.get("build") or {}
    facts = of_component + _facts(properties, *kinds, *places) + _facts(build, ("built from", "contextUri"))
    return Found(name, facts=facts + _facts(properties, ("created", "made")))


def _compute(name: str, properties: Mapping[str, Any]) -> Found:
    inner = properties.get("properties") or {}
    size = str(inner.get("vmSize") or inner.get("instanceTypes") or "")
    state = str(
        inner.get("state") or inner.get("allocationState") or properties.get("provisioningState") or ""
    )
    scale = inner.get("scaleSettings") or {}
    nodes = ""
    if scale:
        running = f", {inner['currentNodeCount']} running" if "currentNodeCount" in inner else ""
        nodes = f"{scale.get('minNodeCount', 0)}–{scale.get('maxNodeCount')} nodes{running}"
    priority = str(inner.get("vmPriority") or "")
    cheap = "low priority" if priority == "LowPriority" else ""
    detail = " · ".join(part for part in (size, nodes, cheap, state) if part)
    kind = str(properties.get("computeType") or "")
    facts: Facts = (("type", kind), ("size", size), ("nodes", nodes))
    facts += (
        ("priority", priority),
        ("state", state),
        ("description", str(properties.get("description") or "")),
    )
    created = _facts(properties, ("created", "made"))
    return Found(name, detail=detail, facts=tuple(one for one in facts if one[1]) + created)


def _store(name: str, properties: Mapping[str, Any]) -> Found:
    kind = str(properties.get("datastoreType") or "")
    detail = f"{kind} · default" if properties.get("isDefault") else kind
    named = (("account", "accountName"), ("container", "containerName"), ("container", "filesystem"))
    return Found(name, detail=detail, facts=(("type", kind), *_facts(properties, *named)))


_READERS: Mapping[Asset, Callable[[str, Mapping[str, Any]], Found]] = {
    "compute": _compute,
    "datastore": _store,
}


def _facts(properties: Mapping[str, Any], *wanted: tuple[str, str]) -> Facts:
    return tuple((ours, str(properties[theirs])) for ours, theirs in wanted if properties.get(theirs))


def _created(found: Found) -> str:
    return dict(found.facts).get("created", "")
