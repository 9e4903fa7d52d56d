"""Where the services are, and which workspaces and registries there are."""

import uuid
from typing import Any

from tests.azure.state import GROUP, PROVIDER, ROOT, WORKSPACE, Answer, Routes, State, refusal, resource


def _cloud(state: State, **_: Any) -> Answer:
    cloud = {
        "name": "TestsCloud",
        "portal": "https://portal.azure.com",
        "resourceManager": state.url,
        "suffixes": {"storage": state.storage_endpoint if state.storage else "core.localhost"},
        "authentication": {"loginEndpoint": f"{state.url}/login", "audiences": [state.url]},
    }
    return Answer([cloud])


def _discovery(state: State, **_: Any) -> Answer:
    return Answer({"api": state.url, "history": state.url, "mlflow": state.url})


def _registry(state: State, name: str, **_: Any) -> Answer:
    if name not in state.registries:
        return refusal(404, f"Registry {name} was not found.")
    where = {"primaryRegion": "eastus", "registryFqdns": {"eastus": {"uri": f"{state.url}/"}}}
    whose = {"subscriptionId": "registries", "resourceGroup": "registries", "workspaceName": ""}
    uri = {"primaryRegionResourceProviderUri": f"{state.url}/"}
    return Answer({"registryName": name, "workspaceId": "", **whose, **where, **uri})


def _subscriptions(state: State, **_: Any) -> Answer:
    found = [
        {
            "id": f"/subscriptions/{one}",
            "subscriptionId": one,
            "displayName": f"Tests {at}",
            "state": "Enabled",
        }
        for at, one in enumerate(state.workspaces, 1)
    ]
    return Answer({"value": found})


def _workspaces(state: State, subscription: str, **_: Any) -> Answer:
    root = f"/subscriptions/{subscription}/resourceGroups/{GROUP}/{PROVIDER}/workspaces"
    names = state.workspaces.get(subscription, ())
    return Answer({"value": [_shown(state, f"{root}/{name}") for name in names]})


def _workspace(state: State, **_: Any) -> Answer:
    return Answer(_shown(state, ROOT))


def _other(_state: State, _subscription: str, _group: str, name: str, **_: Any) -> Answer:
    return refusal(404, f"The workspace {name} was not found; there is {WORKSPACE}.")


def _shown(state: State, path: str) -> dict[str, Any]:
    properties = {
        "workspaceId": str(uuid.UUID(int=1)),
        "discoveryUrl": f"{state.url}/discovery",
        "storageAccount": f"{ROOT}/storage",
        "provisioningState": "Succeeded",
    }
    return resource(path, properties, location="eastus")


ROUTES: Routes = (
    ("GET", "/metadata/endpoints", _cloud),
    ("GET", "/discovery", _discovery),
    ("GET", r"/registrymanagement/v1\.0/registries/([^/]+)/discovery", _registry),
    ("GET", "/subscriptions", _subscriptions),
    ("GET", rf"/subscriptions/([^/]+)/{PROVIDER}/workspaces", _workspaces),
    ("GET", ROOT, _workspace),
    (
        "GET",
        rf"/subscriptions/([^/]+)/resourceGroups/([^/]+)/{PROVIDER}/workspaces/((?!{WORKSPACE}$)[^/]+)",
        _other,
    ),
)
