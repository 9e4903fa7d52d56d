"""A stand-in for Azure's control plane: resource manager, workspace, run history, managed identity.

It keeps what it is told in memory, records every call, and moves a job one state on with every look at
its run: Queued, Running, Running, Completed. Files go to a real blob storage.
"""

import base64
import datetime as dt
import json
import re
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.azure.azurite import Storage
from tests.azure.certificate import Certificate

SUBSCRIPTION, GROUP, WORKSPACE = "00000000-0000-0000-0000-000000000001", "tests-group", "tests-workspace"
ROOT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE}"
)
IDENTITY_SECRET = "tests-only"
_STATES = ("Queued", "Running", "Running", "Completed")
_STORES = {"workspaceblobstore": "blobstore", "workspaceartifactstore": "artifacts"}
_WHO = {"createdBy": "tests", "createdByType": "User", "createdAt": "2024-01-01T00:00:00Z"}


@dataclass(frozen=True)
class Call:
    """One request, with the answer's status."""

    method: str
    path: str
    body: Any
    status: int


@dataclass(frozen=True)
class Answer:
    """What a route answers."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ControlPlane:
    """The state behind the routes; tests read `calls` and `jobs`, and set `refuse` to be refused."""

    storage: Storage
    url: str = ""
    identity_url: str = ""
    calls: list[Call] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    assets: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    refuse: tuple[int, str] | None = None
    looks: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def environment(self) -> dict[str, str]:
        """The variables that lead a client here and sign it in, all of them documented ones."""
        return {
            "ARM_CLOUD_METADATA_URL": f"{self.url}/metadata/endpoints",
            "REQUESTS_CA_BUNDLE": str(self.storage.certificate.path),
            "IDENTITY_ENDPOINT": self.identity_url,
            "IDENTITY_HEADER": IDENTITY_SECRET,
        }

    def sent(self, what: str) -> list[Any]:
        """The bodies that were put to paths with this in them, in order."""
        return [call.body for call in self.calls if call.method == "PUT" and what in call.path]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, authorized: bool) -> Answer:
        """The answer to one request."""
        if self.refuse is not None and path.startswith(ROOT):
            return _refusal(*self.refuse)
        if path.startswith(ROOT) and not authorized:
            return _refusal(401, "The access token is missing.")
        for verb, pattern, route in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and verb in (method, "*"):
                with self.lock:
                    return route(self, *match.groups(), query=query, body=body)
        return _refusal(404, f"There is nothing at {path}.")

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


def _refusal(status: int, message: str) -> Answer:
    codes = {400: "BadRequest", 401: "Unauthorized", 403: "AuthorizationFailed", 404: "NotFound"}
    return Answer({"error": {"code": codes.get(status, "Error"), "message": message}}, status)


def _cloud(plane: ControlPlane, **_: Any) -> Answer:
    return Answer(
        [
            {
                "name": "TestsCloud",
                "portal": "https://portal.azure.com",
                "resourceManager": plane.url,
                "suffixes": {"storage": plane.storage.endpoint},
                "authentication": {"loginEndpoint": f"{plane.url}/login", "audiences": [plane.url]},
            }
        ]
    )


def _discovery(plane: ControlPlane, **_: Any) -> Answer:
    return Answer({"api": plane.url, "history": plane.url, "mlflow": plane.url})


def _workspace(plane: ControlPlane, **_: Any) -> Answer:
    properties = {
        "workspaceId": str(uuid.UUID(int=1)),
        "discoveryUrl": f"{plane.url}/discovery",
        "storageAccount": f"{ROOT}/storage",
        "provisioningState": "Succeeded",
    }
    return Answer(_resource(ROOT, properties))


def _store(plane: ControlPlane, name: str, **_: Any) -> Answer:
    if name not in _STORES:
        return _refusal(404, f"Datastore {name} was not found.")
    properties = {
        "datastoreType": "AzureBlob",
        "accountName": plane.storage.account,
        "containerName": _STORES[name],
        "endpoint": plane.storage.endpoint,
        "protocol": "https",
        "isDefault": name == "workspaceblobstore",
        "credentials": {"credentialsType": "AccountKey"},
    }
    return Answer(_resource(f"{ROOT}/datastores/{name}", properties))


def _store_secrets(plane: ControlPlane, _name: str, **_: Any) -> Answer:
    return Answer({"secretsType": "AccountKey", "key": plane.storage.key})


def _upload_place(plane: ControlPlane, _kind: str, _name: str, _version: str, **_: Any) -> Answer:
    container = f"upload-{uuid.uuid4().hex[:16]}"
    plane.storage.client().create_container(container)
    uri = f"{plane.storage.url}/{container}"
    reference = {
        "blobUri": uri,
        "storageAccountArmId": f"{ROOT}/storage",
        "credential": {"credentialType": "SAS", "sasUri": f"{uri}?{plane.signature(container)}"},
    }
    return Answer({"pendingUploadType": "TemporaryBlobReference", "blobReferenceForConsumption": reference})


def _versions(plane: ControlPlane, kind: str, _name: str, *, query: dict[str, str], **_: Any) -> Answer:
    found = [
        _resource(f"{ROOT}/{kind}/{name}/versions/{version}", properties)
        for (of_kind, name, version), properties in plane.assets.items()
        if of_kind == kind and _has_hash(properties, query.get("hash"))
    ]
    return Answer({"value": found})


def _has_hash(properties: dict[str, Any], digest: str | None) -> bool:
    return digest is not None and (properties.get("properties") or {}).get("hash_sha256") == digest


def _put_version(plane: ControlPlane, kind: str, name: str, version: str, *, body: Any, **_: Any) -> Answer:
    plane.assets[kind, name, version] = body["properties"]
    path = f"{ROOT}/{kind}/{name}/versions/{version}"
    return Answer(_resource(path, {**body["properties"], "provisioningState": "Succeeded"}), 201)


def _version(plane: ControlPlane, kind: str, name: str, version: str, **_: Any) -> Answer:
    properties = plane.assets.get((kind, name, version))
    if properties is None:
        return _refusal(404, f"{kind}/{name}:{version} was not found.")
    return Answer(_resource(f"{ROOT}/{kind}/{name}/versions/{version}", properties))


def _put_job(plane: ControlPlane, name: str, *, body: Any, **_: Any) -> Answer:
    properties = dict(body["properties"])
    if not isinstance(properties.get("command") or properties.get("trial"), str | dict):
        return _refusal(400, "The job has no command.")
    properties["status"] = _STATES[0]
    studio = {"jobServiceType": "Studio", "endpoint": f"https://ml.azure.com/runs/{name}"}
    properties["services"] = {"Studio": studio}
    plane.jobs[name] = _resource(f"{ROOT}/jobs/{name}", properties)
    return Answer(plane.jobs[name], 201)


def _job(plane: ControlPlane, name: str, **_: Any) -> Answer:
    return Answer(plane.jobs[name]) if name in plane.jobs else _refusal(404, f"Job {name} was not found.")


def _cancel(plane: ControlPlane, name: str, **_: Any) -> Answer:
    if name not in plane.jobs:
        return _refusal(404, f"Job {name} was not found.")
    plane.jobs[name]["properties"]["status"] = "Canceled"
    return Answer(status=202, headers={"Location": f"{plane.url}{ROOT}/jobs/{name}"})


def _run(plane: ControlPlane, name: str, **_: Any) -> Answer:
    job = plane.jobs.get(name)
    if job is None:
        return _refusal(404, f"Run {name} was not found.")
    looks = plane.looks[name] = plane.looks.get(name, 0) + 1
    if job["properties"]["status"] != "Canceled":
        job["properties"]["status"] = _STATES[min(looks, len(_STATES) - 1)]
    return Answer(
        {"runId": name, "status": job["properties"]["status"], "logFiles": _log(plane, name, looks)}
    )


def _log(plane: ControlPlane, name: str, looks: int) -> dict[str, str]:
    path = f"ExperimentRun/dcid.{name}/user_logs/std_log.txt"
    text = "".join(f"line {number}\n" for number in range(1, looks + 1))
    plane.storage.client().get_blob_client("artifacts", path).upload_blob(text, overwrite=True)
    return {"user_logs/std_log.txt": f"{plane.storage.url}/artifacts/{path}?{plane.signature('artifacts')}"}


def _run_data(plane: ControlPlane, *, body: Any, **_: Any) -> Answer:
    name = body["runId"]
    status = plane.jobs[name]["properties"]["status"]
    return Answer({"runMetadata": {"runId": name, "status": status, "outputs": {}}})


Route = Callable[..., Answer]
_ASSET = rf"{ROOT}/(codes|environments|data|models|components)/([^/]+)"
_HISTORY = rf"/history/v1\.0{ROOT}"
_ROUTES: tuple[tuple[str, str, Route], ...] = (
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


@contextmanager
def running(storage: Storage) -> Iterator[ControlPlane]:
    """The control plane over TLS, and the managed identity endpoint beside it."""
    for container in _STORES.values():
        storage.client().create_container(container)
    plane = ControlPlane(storage)
    with (
        _serving(_handler(plane), storage.certificate) as port,
        _serving(_IdentityHandler, None) as identity_port,
    ):
        plane.url = f"https://localhost:{port}"
        plane.identity_url = f"http://127.0.0.1:{identity_port}/msi/token"
        yield plane


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], certificate: Certificate | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(plane: ControlPlane) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def answer(self) -> None:
            address = urlsplit(self.path)
            path = unquote(address.path)
            query = {key: values[0] for key, values in parse_qs(address.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            authorized = (self.headers.get("Authorization") or "").startswith("Bearer ")
            answer = plane.answer(self.command, path, query, body, authorized)
            plane.calls.append(Call(self.command, path, body, answer.status))
            self.send(answer)

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        raise NotImplementedError

    def send(self, answer: Answer) -> None:
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.answer()

    do_PUT = do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


class _IdentityHandler(_Handler):
    """Gives tokens as the managed identity of an Azure host does: any process there may ask, by a header."""

    def answer(self) -> None:
        if self.headers.get("X-IDENTITY-HEADER") != IDENTITY_SECRET:
            self.send(Answer({"error": "wrong header"}, 401))
            return
        resource = parse_qs(urlsplit(self.path).query).get("resource", [""])[0]
        end = int((dt.datetime.now() + dt.timedelta(hours=8)).timestamp())
        token = {"access_token": _token(resource, end), "expires_on": str(end), "resource": resource}
        self.send(Answer({**token, "token_type": "Bearer"}))


def _token(audience: str, end: int) -> str:
    """A token in the shape of Azure's (header, claims, signature); nobody checks its signature here."""
    parts: tuple[dict[str, Any], ...] = (
        {"alg": "none", "typ": "JWT"},
        {"aud": audience, "exp": end, "oid": str(uuid.UUID(int=2))},
        {},
    )
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
