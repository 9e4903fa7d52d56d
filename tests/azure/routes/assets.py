"""Code, environments, data, models and components: of the workspace and of registries, names and versions."""

import uuid
from typing import Any

from tests.azure.state import (
    KINDS,
    PROVIDER,
    ROOT,
    Answer,
    Route,
    Routes,
    Shelf,
    State,
    Version,
    listed,
    refusal,
    resource,
)

_KIND = rf"({'|'.join(KINDS)})"


def _names(state: State, shelf: Shelf, kind: str, *, path: str, query: dict[str, str], **_: Any) -> Answer:
    found = [
        _container(shelf, kind, name, versions)
        for name, versions in shelf.assets(kind).items()
        if _is_viewed((kind, name) in shelf.archived, query)
    ]
    return listed(state, path, found, query)


def _name(_state: State, shelf: Shelf, kind: str, name: str, **_: Any) -> Answer:
    versions = shelf.of(kind, name)
    if not versions:
        return refusal(404, f"{kind}/{name} was not found.")
    return Answer(_container(shelf, kind, name, versions))


def _container(shelf: Shelf, kind: str, name: str, versions: dict[str, Version]) -> dict[str, Any]:
    newest = next(iter(versions))
    of_newest = versions[newest].properties
    properties = {
        "latestVersion": newest,
        "nextVersion": str(int(newest) + 1) if newest.isdecimal() else "1",
        "isArchived": (kind, name) in shelf.archived,
        "description": of_newest.get("description"),
        "tags": of_newest.get("tags") or {},
    }
    if kind == "data":
        properties["dataType"] = of_newest.get("dataType")
    return resource(f"{shelf.root}/{kind}/{name}", properties, versions[newest].created)


def _versions(
    state: State, shelf: Shelf, kind: str, name: str, *, path: str, query: dict[str, str], **_: Any
) -> Answer:
    if "hash" in query:  # Code that was uploaded before, under whatever name.
        found = [
            _shown(shelf, kind, of_name, version, one)
            for (of_kind, of_name, version), one in shelf.versions.items()
            if of_kind == kind
            and (one.properties.get("properties") or {}).get("hash_sha256") == query["hash"]
        ]
        return Answer({"value": found})
    viewed = _is_viewed((kind, name) in shelf.archived, query)
    found = [_shown(shelf, kind, name, *one) for one in shelf.of(kind, name).items() if viewed]
    return listed(state, path, found, query)


def _version(_state: State, shelf: Shelf, kind: str, name: str, version: str, **_: Any) -> Answer:
    one = shelf.versions.get((kind, name, version))
    if one is None:
        return refusal(404, f"{kind}/{name}:{version} was not found.")
    return Answer(_shown(shelf, kind, name, version, one))


def _labelled(_state: State, shelf: Shelf, kind: str, name: str, label: str, **_: Any) -> Answer:
    versions = shelf.of(kind, name)
    if label != "latest" or not versions:
        return refusal(404, f"{kind}/{name}@{label} was not found.")
    version = next(iter(versions))
    return Answer(_shown(shelf, kind, name, version, versions[version]))


def _put(_state: State, shelf: Shelf, kind: str, name: str, version: str, *, body: Any, **_: Any) -> Answer:
    shelf.put(kind, name, version, **body["properties"])
    one = shelf.versions[kind, name, version]
    shown = _shown(shelf, kind, name, version, one)
    return Answer({**shown, "properties": {**one.properties, "provisioningState": "Succeeded"}}, 201)


def _upload_place(state: State, _shelf: Shelf, _kind: str, _name: str, _version: str, **_: Any) -> Answer:
    container = f"upload-{uuid.uuid4().hex[:16]}"
    state.files.client().create_container(container)
    uri = f"{state.files.url}/{container}"
    reference = {
        "blobUri": uri,
        "storageAccountArmId": f"{ROOT}/storage",
        "credential": {"credentialType": "SAS", "sasUri": f"{uri}?{state.signature(container)}"},
    }
    return Answer({"pendingUploadType": "TemporaryBlobReference", "blobReferenceForConsumption": reference})


def _shown(shelf: Shelf, kind: str, name: str, version: str, one: Version) -> dict[str, Any]:
    return resource(f"{shelf.root}/{kind}/{name}/versions/{version}", one.properties, one.created)


def _is_viewed(archived: bool, query: dict[str, str]) -> bool:
    view = query.get("listViewType", "ActiveOnly")
    return view == "All" or archived == (view == "ArchivedOnly")


def _in_workspace(route: Route) -> Route:
    return lambda state, *parts, **more: route(state, state.workspace, *parts, **more)


def _in_registry(route: Route) -> Route:
    def answer(state: State, registry: str, *parts: str, **more: Any) -> Answer:
        shelf = state.registries.get(registry)
        if shelf is None:
            return refusal(404, f"Registry {registry} was not found.")
        return route(state, shelf, *parts, **more)

    return answer


_REGISTRY = (
    rf"(?:/mferp/managementfrontend)?/subscriptions/[^/]+/resourceGroups/[^/]+/{PROVIDER}/registries/([^/]+)"
)
_BELOW: Routes = (
    ("GET", rf"/{_KIND}", _names),
    ("GET", rf"/{_KIND}/([^/]+)", _name),
    ("POST", rf"/{_KIND}/([^/]+)/versions/([^/]+)/startPendingUpload", _upload_place),
    ("GET", rf"/{_KIND}/([^/]+)/versions", _versions),
    ("PUT", rf"/{_KIND}/([^/]+)/versions/([^/]+)", _put),
    ("GET", rf"/{_KIND}/([^/]+)/versions/([^/]+)", _version),
    ("GET", rf"/{_KIND}/([^/]+)/labels/([^/]+)", _labelled),
)
ROUTES: Routes = (
    *((method, ROOT + path, _in_workspace(route)) for method, path, route in _BELOW),
    *((method, _REGISTRY + path, _in_registry(route)) for method, path, route in _BELOW),
)
