"""The computes of the workspace."""

from typing import Any

from tests.azure.state import ROOT, Answer, Routes, State, listed, refusal, resource


def _computes(state: State, *, path: str, query: dict[str, str], **_: Any) -> Answer:
    found = [_shown(name, properties) for name, properties in state.computes.items()]
    return listed(state, path, found, query)


def _compute(state: State, name: str, **_: Any) -> Answer:
    if name not in state.computes:
        return refusal(404, f"The compute {name} was not found.")
    return Answer(_shown(name, state.computes[name]))


def _put(state: State, name: str, *, body: Any, **_: Any) -> Answer:
    known = state.computes.get(name)
    if known is not None and known["computeType"] != body["properties"]["computeType"]:
        return refusal(409, f"There is a compute {name} of another kind.")
    nodes = {"allocationState": "Steady", "currentNodeCount": 0, "targetNodeCount": 0}
    inner = nodes | (body["properties"].get("properties") or {})
    state.computes[name] = body["properties"] | {"provisioningState": "Succeeded", "properties": inner}
    return Answer(_shown(name, state.computes[name]), 200 if known else 201)


def _delete(state: State, name: str, **_: Any) -> Answer:
    if state.computes.pop(name, None) is None:
        return refusal(404, f"The compute {name} was not found.")
    return Answer()


def _shown(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return resource(f"{ROOT}/computes/{name}", properties, location="eastus")


ROUTES: Routes = (
    ("GET", rf"{ROOT}/computes", _computes),
    ("GET", rf"{ROOT}/computes/([^/]+)", _compute),
    ("PUT", rf"{ROOT}/computes/([^/]+)", _put),
    ("DELETE", rf"{ROOT}/computes/([^/]+)", _delete),
)
