"""The datastores of the workspace."""

from typing import Any

from tests.azure.state import ROOT, STORES, Answer, Routes, State, listed, refusal, resource


def _stores(state: State, *, path: str, query: dict[str, str], **_: Any) -> Answer:
    names = [*STORES, *state.stores]
    if query.get("isDefault", "").lower() == "true":
        names = ["workspaceblobstore"]
    return listed(state, path, [_shown(state, name) for name in names], query)


def _store(state: State, name: str, **_: Any) -> Answer:
    if name not in STORES and name not in state.stores:
        return refusal(404, f"Datastore {name} was not found.")
    return Answer(_shown(state, name))


def _shown(state: State, name: str) -> dict[str, Any]:
    properties = state.stores.get(name) or {
        "datastoreType": "AzureBlob",
        "accountName": state.storage.account if state.storage else "account",
        "containerName": STORES[name],
        "endpoint": state.storage_endpoint if state.storage else "core.localhost",
        "protocol": "https",
        "isDefault": name == "workspaceblobstore",
        "credentials": {"credentialsType": "AccountKey"},
    }
    return resource(f"{ROOT}/datastores/{name}", properties)


def _secrets(state: State, _name: str, **_: Any) -> Answer:
    return Answer({"secretsType": "AccountKey", "key": state.files.key})


ROUTES: Routes = (
    ("GET", rf"{ROOT}/datastores", _stores),
    ("GET", rf"{ROOT}/datastores/([^/]+)", _store),
    ("POST", rf"{ROOT}/datastores/([^/]+)/listSecrets", _secrets),
)
