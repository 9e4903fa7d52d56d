"""Jobs, and their runs as run history knows them: a job moves one state on with every look at its run."""

from typing import Any

from tests.azure.state import ROOT, Answer, Routes, State, listed, refusal, resource

_STATES = ("Queued", "Running", "Running", "Completed")
_OVER = ("Completed", "Failed", "Canceled")


def _jobs(state: State, *, path: str, query: dict[str, str], **_: Any) -> Answer:
    view = query.get("listViewType", "ActiveOnly")
    found = [
        job
        for job in reversed(state.jobs.values())
        if view == "All" or bool(job["properties"].get("isArchived")) == (view == "ArchivedOnly")
    ]
    return listed(state, path, found, query)


def _put(state: State, name: str, *, body: Any, **_: Any) -> Answer:
    properties = dict(body["properties"])
    if properties["jobType"] == "Command" and not properties.get("command"):
        return refusal(400, "The job has no command.")
    known = state.jobs.get(name)
    studio = {"jobServiceType": "Studio", "endpoint": f"https://ml.azure.com/runs/{name}"}
    uri = f"azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.{name}"
    kept = {"jobOutputType": "uri_folder", "mode": "ReadWriteMount", "uri": uri}
    properties["status"] = known["properties"]["status"] if known else _STATES[0]
    properties["services"] = {"Studio": studio}
    properties["outputs"] = (properties.get("outputs") or {}) | {"default": kept}
    state.jobs[name] = resource(f"{ROOT}/jobs/{name}", properties)
    return Answer(state.jobs[name], 200 if known else 201)


def _job(state: State, name: str, **_: Any) -> Answer:
    return Answer(state.jobs[name]) if name in state.jobs else _missing(name)


def _delete(state: State, name: str, **_: Any) -> Answer:
    return Answer() if state.jobs.pop(name, None) else _missing(name)


def _cancel(state: State, name: str, **_: Any) -> Answer:
    if name not in state.jobs:
        return _missing(name)
    if state.jobs[name]["properties"]["status"] not in _OVER:
        state.jobs[name]["properties"]["status"] = "Canceled"
    return Answer(status=202, headers={"Location": f"{state.url}{ROOT}/jobs/{name}"})


def _missing(name: str) -> Answer:
    return refusal(404, f"Job {name} was not found.")


def _run(state: State, name: str, **_: Any) -> Answer:
    job = state.jobs.get(name)
    if job is None:
        return refusal(404, f"Run {name} was not found.")
    looks = state.looks[name] = state.looks.get(name, 0) + 1
    end = {"status": "Completed", "after": len(_STATES) - 1} | state.ends.get(name, {})
    if job["properties"]["status"] not in _OVER:
        still = _STATES[min(looks, len(_STATES) - 2)]
        is_over = looks >= end["after"] and name not in state.held
        job["properties"]["status"] = end["status"] if is_over else still
    status = job["properties"]["status"]
    if status == "Completed":
        _keep(state, name, "outputs/model.txt", f"the model of {name}\n".encode())
    logs = {file: _keep(state, name, file, text) for file, text in _logs(state, name, looks).items()}
    told = {"runId": name, "status": status, "logFiles": logs, "warnings": [], "properties": {}}
    return Answer(
        told | ({"error": {"error": end["error"]}} if "error" in end and status == "Failed" else {})
    )


def _logs(state: State, name: str, looks: int) -> dict[str, bytes]:
    """What the files of the log hold at this look; a file that is None is not there yet."""
    if name in state.logs:
        now = {file: seen[min(looks, len(seen)) - 1] for file, seen in state.logs[name].items()}
        return {file: text for file, text in now.items() if text is not None}
    lines = state.lines.get(name) or [f"line {number}" for number in range(1, looks + 1)]
    return {"user_logs/std_log.txt": "".join(f"{line}\n" for line in lines).encode()}


def _keep(state: State, name: str, file: str, text: bytes) -> str:
    """Put a file where the job's artifacts lie; the address that it is read at."""
    path = f"ExperimentRun/dcid.{name}/{file}"
    state.files.client().get_blob_client("artifacts", path).upload_blob(text, overwrite=True)
    return f"{state.storage_url}/artifacts/{path}?{state.signature('artifacts')}"


def _change_run(state: State, name: str, *, body: Any, **_: Any) -> Answer:
    """Archive a run, or say something else of it."""
    if name not in state.jobs:
        return refusal(404, f"Run {name} was not found.")
    properties = state.jobs[name]["properties"]
    if body.get("hidden") is not None:
        properties["isArchived"] = body["hidden"]
    words = {"displayName": "displayName", "description": "description"}
    properties.update({ours: body[theirs] for theirs, ours in words.items() if body.get(theirs)})
    properties["tags"] = (properties.get("tags") or {}) | (body.get("tags") or {})
    return Answer({"runId": name, "status": properties["status"], "hidden": properties.get("isArchived")})


def _children(state: State, name: str, *, path: str, query: dict[str, str], **_: Any) -> Answer:
    if name not in state.jobs:
        return refusal(404, f"Run {name} was not found.")
    return listed(state, path, state.children.get(name, []), query)


def _child(state: State, name: str, **_: Any) -> Answer:
    """A run of its own: steps of pipelines are known to run history alone."""
    found = [one for runs in state.children.values() for one in runs if one["runId"] == name]
    return Answer(found[0]) if found else refusal(404, f"Run {name} was not found.")


def _run_data(state: State, *, body: Any, **_: Any) -> Answer:
    name = body["runId"]
    if name not in state.jobs:
        return refusal(404, f"Run {name} was not found.")
    status = state.jobs[name]["properties"]["status"]
    kinds = {
        output: "CustomModel" if "model" in output else "uri_folder" for output in state.outputs.get(name, {})
    }
    outputs = {output: {"assetId": _asset(name, output), "type": kind} for output, kind in kinds.items()}
    return Answer({"runMetadata": {"runId": name, "status": status, "outputs": outputs}})


def _asset(name: str, output: str) -> str:
    return f"azureml://locations/eastus/workspaces/1/data/{name}.{output}/versions/1"


def _resolved(state: State, kind: str, *, body: Any, **_: Any) -> Answer:
    """Where assets lie, that jobs have put out."""
    every = {
        _asset(name, output): uri for name, told in state.outputs.items() for output, uri in told.items()
    }
    key = "uri" if kind == "data" else "path"
    found = {asset: {key: every[asset], "type": "uri_folder"} for asset in body["values"] if asset in every}
    return Answer({"values": found})


_HISTORY = rf"/history/v1\.0{ROOT}"
ROUTES: Routes = (
    ("GET", rf"{ROOT}/jobs", _jobs),
    ("PUT", rf"{ROOT}/jobs/([^/]+)", _put),
    ("GET", rf"{ROOT}/jobs/([^/]+)", _job),
    ("DELETE", rf"{ROOT}/jobs/([^/]+)", _delete),
    ("POST", rf"{ROOT}/jobs/([^/]+)/cancel", _cancel),
    ("GET", rf"{_HISTORY}/.*runs/([^/]+)/details", _run),
    ("GET", rf"{_HISTORY}/.*runs/([^/]+)/children", _children),
    ("GET", rf"{_HISTORY}/runs/([^/]+)", _child),
    ("POST", rf"/(data)/v1\.0{ROOT}/dataversion/batchGetResolvedUris", _resolved),
    ("POST", rf"/(modelregistry)/v1\.0{ROOT}/models/batchGetResolvedUris", _resolved),
    ("PATCH", rf"{_HISTORY}/.*runs/([^/]+)", _change_run),
    ("POST", rf"{_HISTORY}/.*rundata", _run_data),
)
