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
    answered = _shown(name, state.computes[name])
    if not (state.changing or state.failure):
        return Answer(answered, 200 if known else 201)
    answered["properties"] = answered["properties"] | {"provisioningState": "Creating"}
    if state.failure:
        del state.computes[name]
    followed = {"Azure-AsyncOperation": _change(state, "operations"), "Retry-After": "0"}
    return Answer(answered, 201, followed)


def _delete(state: State, name: str, **_: Any) -> Answer:
    if state.computes.pop(name, None) is None:
        return refusal(404, f"The compute {name} was not found.")
    if not state.changing:
        return Answer()
    return Answer(status=202, headers={"Location": _change(state, "results"), "Retry-After": "0"})


def _change(state: State, kind: str) -> str:
    """Where a change of a compute can be followed."""
    number = f"change-{len(state.changes)}"
    state.changes[number] = 0
    return f"{state.url}{ROOT}/changes/{number}/{kind}?api-version=1"


def _looked(state: State, number: str) -> bool:
    """Whether the change is over at this look."""
    state.changes[number] += 1
    return state.changes[number] > state.changing


def _operation(state: State, number: str, **_: Any) -> Answer:
    if not _looked(state, number):
        return Answer({"status": "InProgress"}, headers={"Retry-After": "0"})
    if state.failure:
        return Answer({"status": "Failed", "error": {"code": "QuotaExceeded", "message": state.failure}})
    return Answer({"status": "Succeeded"})


def _result(state: State, number: str, **_: Any) -> Answer:
    if _looked(state, number):
        return Answer()
    again = f"{state.url}{ROOT}/changes/{number}/results?api-version=1"
    return Answer(status=202, headers={"Location": again, "Retry-After": "0"})


def _shown(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return resource(f"{ROOT}/computes/{name}", properties, location="eastus")


ROUTES: Routes = (
    ("GET", rf"{ROOT}/computes", _computes),
    ("GET", rf"{ROOT}/computes/([^/]+)", _compute),
    ("PUT", rf"{ROOT}/computes/([^/]+)", _put),
    ("GET", rf"{ROOT}/changes/([^/]+)/operations", _operation),
    ("GET", rf"{ROOT}/changes/([^/]+)/results", _result),
    ("DELETE", rf"{ROOT}/computes/([^/]+)", _delete),
)
