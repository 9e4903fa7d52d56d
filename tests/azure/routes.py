"""What the stand-in for Azure's control plane answers, path by path."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.azure.azurite import Storage

SUBSCRIPTION, GROUP, WORKSPACE = "00000000-0000-0000-0000-000000000001", "tests-group", "tests-workspace"
ROOT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE}"
)
_STATES = ("Queued", "Running", "Running", "Completed")
STORES = {"workspaceblobstore": "blobstore", "workspaceartifactstore": "artifacts"}
_WHO = {"createdBy": "tests", "createdByType": "User", "createdAt": "2024-01-01T00:00:00Z"}


@dataclass(frozen=True)
class Answer:
    """What a route answers."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class State:
    """What the routes know."""

    storage: Storage
    url: str = ""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    assets: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)
    """How often each job's run was asked for."""

    def signature(self, container: str) -> str:
        """The query that lets its bearer read and write a container for an hour."""
        from azure.storage.blob import ContainerSasPermissions, generate_container_sas

        rights = ContainerSasPermissions(read=True, write=True, list=True, create=True, add=True)
        end = dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=1)
        signature: str = generate_container_sas(
            self.storage.account, container, self.storage.key, permission=rights, expiry=end
        )
        return signature


def _resource(path: str, properties: dict[str, Any]) -> dict[str, Any]:
    kind = path.removeprefix(ROOT).split("/")[1] if path != ROOT else ""
    return {
        "id": path,
        "name": path.rsplit("/", 1)[1],
        "type": f"Microsoft.MachineLearningServices/workspaces/{kind}".rstrip("/"),
        "location": "eastus",
        "systemData": _WHO,
        "properties": properties,
    }


def refusal(status: int, message: str) -> Answer:
    codes = {400: "BadRequest", 401: "Unauthorized", 403: "AuthorizationFailed", 404: "NotFound"}
    return Answer({"error": {"code": codes.get(status, "Error"), "message": message}}, status)


def _cloud(state: State, **_: Any) -> Answer:
    return Answer(
        [
            {
                "name": "TestsCloud",
                "portal": "https://portal.azure.com",
                "resourceManager": state.url,
                "suffixes": {"storage": state.storage.endpoint},
                "authentication": {"loginEndpoint": f"{state.url}/login", "audiences": [state.url]},
            }
        ]
    )


def _discovery(state: State, **_: Any) -> Answer:
    return Answer({"api": state.url, "history": state.url, "mlflow": state.url})


def _workspace(state: State, **_: Any) -> Answer:
    properties = {
        "workspaceId": str(uuid.UUID(int=1)),
        "discoveryUrl": f"{state.url}/discovery",
        "storageAccount": f"{ROOT}/storage",
        "provisioningState": "Succeeded",
    }
    return Answer(_resource(ROOT, properties))


def _store(state: State, name: str, **_: Any) -> Answer:
    if name not in STORES:
        return refusal(404, f"Datastore {name} was not found.")
    properties = {
        "datastoreType": "AzureBlob",
        "accountName": state.storage.account,
        "containerName": STORES[name],
        "endpoint": state.storage.endpoint,
        "protocol": "https",
        "isDefault": name == "workspaceblobstore",
        "credentials": {"credentialsType": "AccountKey"},
    }
    return Answer(_resource(f"{ROOT}/datastores/{name}", properties))


def _store_secrets(state: State, _name: str, **_: Any) -> Answer:
    return Answer({"secretsType": "AccountKey", "key": state.storage.key})


def _upload_place(state: State, _kind: str, _name: str, _version: str, **_: Any) -> Answer:
    container = f"upload-{uuid.uuid4().hex[:16]}"
    state.storage.client().create_container(container)
    uri = f"{state.storage.url}/{container}"
    reference = {
        "blobUri": uri,
        "storageAccountArmId": f"{ROOT}/storage",
        "credential": {"credentialType": "SAS", "sasUri": f"{uri}?{state.signature(container)}"},
    }
    return Answer({"pendingUploadType": "TemporaryBlobReference", "blobReferenceForConsumption": reference})


def _versions(state: State, kind: str, _name: str, *, query: dict[str, str], **_: Any) -> Answer:
    found = [
        _resource(f"{ROOT}/{kind}/{name}/versions/{version}", properties)
        for (of_kind, name, version), properties in state.assets.items()
        if of_kind == kind and _has_hash(properties, query.get("hash"))
    ]
    return Answer({"value": found})


def _has_hash(properties: dict[str, Any], digest: str | None) -> bool:
    return digest is not None and (properties.get("properties") or {}).get("hash_sha256") == digest


def _put_version(state: State, kind: str, name: str, version: str, *, body: Any, **_: Any) -> Answer:
    state.assets[kind, name, version] = body["properties"]
    path = f"{ROOT}/{kind}/{name}/versions/{version}"
    return Answer(_resource(path, {**body["properties"], "provisioningState": "Succeeded"}), 201)


def _version(state: State, kind: str, name: str, version: str, **_: Any) -> Answer:
    properties = state.assets.get((kind, name, version))
    if properties is None:
        return refusal(404, f"{kind}/{name}:{version} was not found.")
    return Answer(_resource(f"{ROOT}/{kind}/{name}/versions/{version}", properties))


def _put_job(state: State, name: str, *, body: Any, **_: Any) -> Answer:
    properties = dict(body["properties"])
    if properties["jobType"] == "Command" and not properties.get("command"):
        return refusal(400, "The job has no command.")
    properties["status"] = _STATES[0]
    studio = {"jobServiceType": "Studio", "endpoint": f"https://ml.azure.com/runs/{name}"}
    properties["services"] = {"Studio": studio}
    state.jobs[name] = _resource(f"{ROOT}/jobs/{name}", properties)
    return Answer(state.jobs[name], 201)


def _job(state: State, name: str, **_: Any) -> Answer:
    return Answer(state.jobs[name]) if name in state.jobs else refusal(404, f"Job {name} was not found.")


def _cancel(state: State, name: str, **_: Any) -> Answer:
    if name not in state.jobs:
        return refusal(404, f"Job {name} was not found.")
    state.jobs[name]["properties"]["status"] = "Canceled"
    return Answer(status=202, headers={"Location": f"{state.url}{ROOT}/jobs/{name}"})


def _run(state: State, name: str, **_: Any) -> Answer:
    job = state.jobs.get(name)
    if job is None:
        return refusal(404, f"Run {name} was not found.")
    looks = state.looks[name] = state.looks.get(name, 0) + 1
    if job["properties"]["status"] != "Canceled":
        job["properties"]["status"] = _STATES[min(looks, len(_STATES) - 1)]
    return Answer(
        {"runId": name, "status": job["properties"]["status"], "logFiles": _log(state, name, looks)}
    )


def _log(state: State, name: str, looks: int) -> dict[str, str]:
    path = f"ExperimentRun/dcid.{name}/user_logs/std_log.txt"
    text = "".join(f"line {number}\n" for number in range(1, looks + 1))
    state.storage.client().get_blob_client("artifacts", path).upload_blob(text, overwrite=True)
    return {"user_logs/std_log.txt": f"{state.storage.url}/artifacts/{path}?{state.signature('artifacts')}"}


def _run_data(state: State, *, body: Any, **_: Any) -> Answer:
    name = body["runId"]
    status = state.jobs[name]["properties"]["status"]
    return Answer({"runMetadata": {"runId": name, "status": status, "outputs": {}}})


Route = Callable[..., Answer]
_ASSET = rf"{ROOT}/(codes|environments|data|models|components)/([^/]+)"
_HISTORY = rf"/history/v1\.0{ROOT}"
ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("GET", "/metadata/endpoints", _cloud),
    ("GET", "/discovery", _discovery),
    ("GET", ROOT, _workspace),
    ("GET", rf"{ROOT}/datastores/([^/]+)", _store),
    ("POST", rf"{ROOT}/datastores/([^/]+)/listSecrets", _store_secrets),
    ("POST", rf"{_ASSET}/versions/([^/]+)/startPendingUpload", _upload_place),
    ("GET", rf"{_ASSET}/versions", _versions),
    ("PUT", rf"{_ASSET}/versions/([^/]+)", _put_version),
    ("GET", rf"{_ASSET}/versions/([^/]+)", _version),
    ("PUT", rf"{ROOT}/jobs/([^/]+)", _put_job),
    ("GET", rf"{ROOT}/jobs/([^/]+)", _job),
    ("POST", rf"{ROOT}/jobs/([^/]+)/cancel", _cancel),
    ("GET", rf"{_HISTORY}/.*runs/([^/]+)/details", _run),
    ("POST", rf"{_HISTORY}/.*rundata", _run_data),
)
