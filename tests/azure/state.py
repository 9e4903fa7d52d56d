"""What the stand-in for Azure's control plane keeps in memory, and the shapes that its answers have."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.azure.azurite import Storage

SUBSCRIPTION, GROUP, WORKSPACE = "00000000-0000-0000-0000-000000000001", "tests-group", "tests-workspace"
PROVIDER = "providers/Microsoft.MachineLearningServices"
ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/{PROVIDER}/workspaces/{WORKSPACE}"
STORES = {"workspaceblobstore": "blobstore", "workspaceartifactstore": "artifacts"}
KINDS = ("codes", "environments", "data", "models", "components")
_FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)


@dataclass(frozen=True)
class Answer:
    """What a route answers."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[..., Answer]
Routes = tuple[tuple[str, str, Route], ...]
"""The method, a pattern that the whole path matches, and what answers."""


@dataclass
class Version:
    """One version of an asset."""

    properties: dict[str, Any]
    created: str


@dataclass
class Shelf:
    """The assets of a workspace, or of a registry."""

    root: str
    """What their ids begin with."""
    versions: dict[tuple[str, str, str], Version] = field(default_factory=dict)
    """By kind, name and version; the newest last."""
    archived: set[tuple[str, str]] = field(default_factory=set)

    def put(self, kind: str, name: str, version: str, **properties: Any) -> None:
        """Keep a version, made a day after the one before."""
        created = _FIRST + dt.timedelta(days=len(self.versions))
        self.versions[kind, name, version] = Version(properties, f"{created:%Y-%m-%dT%H:%M:%SZ}")

    def of(self, kind: str, name: str) -> dict[str, Version]:
        """The versions of one asset, the newest first."""
        found = {key[2]: one for key, one in self.versions.items() if key[:2] == (kind, name)}
        return dict(reversed(found.items()))

    def assets(self, kind: str) -> dict[str, dict[str, Version]]:
        """The assets of a kind, each with its versions, the newest first."""
        found: dict[str, dict[str, Version]] = {}
        for (of_kind, name, version), one in self.versions.items():
            if of_kind == kind:
                found.setdefault(name, {})[version] = one
        return {name: dict(reversed(versions.items())) for name, versions in found.items()}


@dataclass
class State:
    """What the routes know."""

    storage: Storage | None = None
    url: str = ""
    page: int = 1000
    """Entries of a list that one answer holds."""
    workspace: Shelf = field(default_factory=lambda: Shelf(ROOT))
    registries: dict[str, Shelf] = field(default_factory=dict)
    computes: dict[str, dict[str, Any]] = field(default_factory=dict)
    stores: dict[str, dict[str, Any]] = field(default_factory=dict)
    workspaces: dict[str, tuple[str, ...]] = field(default_factory=lambda: {SUBSCRIPTION: (WORKSPACE,)})
    """The names of the workspaces of each subscription."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)
    """How often each job's run was asked for."""
    lines: dict[str, list[str]] = field(default_factory=dict)
    """What a job's log holds, where a test has decided that; else a line for each look."""
    changing: int = 0
    """How many looks at a compute's change find it under way."""
    failure: str = ""
    """Why changes of computes fail in the end, where they do."""
    changes: dict[str, int] = field(default_factory=dict)
    """How often each change of a compute was looked at."""
    held: set[str] = field(default_factory=set)
    """Jobs that do not end by themselves."""

    logs: dict[str, dict[str, list[bytes | None]]] = field(default_factory=dict)
    """The files of a job's log, where a test has decided that: what each look at them finds."""
    ends: dict[str, dict[str, Any]] = field(default_factory=dict)
    """How a job ends: `status`, `error` as run history words it, `after` so many looks."""
    children: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The runs below a job's, as run history tells of them."""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    """Where the named outputs of a job lie: addresses in datastores."""
    lasts: float = 3600.0
    """Seconds that a signature is good for."""
    through: bool = False
    """The storage is reached through the stand-in: what is asked of it is recorded, and may go wrong."""

    @property
    def storage_url(self) -> str:
        """The storage's address by path."""
        return f"{self.url}/{self.files.account}" if self.through else self.files.url

    @property
    def storage_endpoint(self) -> str:
        """What follows `ACCOUNT.blob.` in its address."""
        port = self.url.rpartition(":")[2]
        return f"core.localhost:{port}" if self.through else self.files.endpoint

    @property
    def files(self) -> Storage:
        """The storage; routes that need it are asked only where there is one."""
        assert self.storage is not None
        return self.storage

    def signature(self, container: str) -> str:
        """The query that lets its bearer read and write a container for an hour."""
        from azure.storage.blob import ContainerSasPermissions, generate_container_sas

        rights = ContainerSasPermissions(read=True, write=True, list=True, create=True, add=True)
        end = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=self.lasts)
        signature: str = generate_container_sas(
            self.files.account, container, self.files.key, permission=rights, expiry=end
        )
        return signature


def resource(path: str, properties: dict[str, Any], created: str = "", **more: Any) -> dict[str, Any]:
    """An entry as the resource manager shows it."""
    _, _, below = path.partition(f"/{PROVIDER}/")
    kind = "/".join(below.split("/")[0:4:2])
    made = created or f"{_FIRST:%Y-%m-%dT%H:%M:%SZ}"
    who = {"createdBy": "tests", "createdByType": "User", "createdAt": made, "lastModifiedAt": made}
    name = path.rsplit("/", 1)[1]
    type_ = f"Microsoft.MachineLearningServices/{kind}".rstrip("/")
    return {"id": path, "name": name, "type": type_, "systemData": who, "properties": properties, **more}


def listed(state: State, path: str, entries: list[dict[str, Any]], query: dict[str, str]) -> Answer:
    """The entries that fit in one answer, with the address of the next."""
    start = int(query.get("$skip", 0))
    size = min(state.page, int(query.get("$top", state.page)))
    body: dict[str, Any] = {"value": entries[start : start + size]}
    if start + size < len(entries) and "$top" not in query:
        body["nextLink"] = f"{state.url}{path}?{urlencode(query | {'$skip': start + size}, safe='$')}"
    return Answer(body)


def refusal(status: int, message: str, **headers: str) -> Answer:
    """An error as the resource manager words it."""
    codes = {400: "BadRequest", 401: "Unauthorized", 403: "AuthorizationFailed", 404: "NotFound"}
    codes |= {409: "Conflict", 429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable"}
    error = {"code": codes.get(status, "Error"), "message": message}
    return Answer(
        {"error": error}, status, {name.replace("_", "-"): value for name, value in headers.items()}
    )
