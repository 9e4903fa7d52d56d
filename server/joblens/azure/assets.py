"""What single environments and data of a workspace, or of a registry, are: for a job that runs here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from joblens.azure.listings import Listings
from joblens.azure.resource_manager import (
    RefusedError,
    ResourceManager,
    ThrottledError,
    UnreachableError,
)
from joblens.azure.sign_in import SignedOutError
from joblens.azure.stores import Store
from joblens.azure.workspace import Workspace
from joblens.errors import CloudError
from joblens.job.asset_reference import Reference, reference
from joblens.job.known_assets import FoundData, FoundEnvironment
from joblens.job.known_names import Asset

T = TypeVar("T")
IN_STORE = re.compile(
    r"azureml://(?:subscriptions/(?P<subscription>[^/]+)/resource[gG]roups/(?P<group>[^/]+)"
    r"/(?:providers/[^/]+/)?workspaces/(?P<workspace>[^/]+)/)?datastores/(?P<store>[^/]+)/paths/(?P<path>.*)"
)


class WorkspaceAssets:
    """Asks for one thing at a time; after a failure to reach Azure it is not tried again."""

    def __init__(self, manager: ResourceManager, workspace: Workspace) -> None:
        self._manager, self._workspace = manager, workspace
        self._listings: dict[Workspace, Listings] = {}
        self._stores: dict[tuple[Workspace, str], Store] = {}
        self._failure: CloudError | None = None

    @property
    def where(self) -> str:
        """Who is asked, in words."""
        return _words(self._workspace)

    def environment(self, written: str) -> FoundEnvironment:
        """The environment that a reference names."""
        named = self._read(written, "environment")
        version, told = self._version("environment", named)
        build = told.get("build") or {}
        return FoundEnvironment(
            f"{named.name}:{version}",
            self._said(named),
            _text(told.get("image")),
            _text(told.get("condaFile")),
            _text(build.get("contextUri")),
        )

    def data(self, written: str, asset: Literal["data", "model"]) -> FoundData:
        """Where the data lie that a reference, or an address in a datastore, names."""
        if IN_STORE.fullmatch(written):
            return self._placed(written, "", self.where)
        named = self._read(written, asset)
        if named.registry:
            raise CloudError("Data of a registry can be read on the cluster only.")
        _, told = self._version(asset, named)
        uri = str(told.get("dataUri") or told.get("modelUri") or "")
        kind = str(told.get("dataType") or told.get("modelType") or "")
        return self._placed(uri, kind, self._said(named), self._home(named))

    def _placed(self, uri: str, kind: str, where: str, home: Workspace | None = None) -> FoundData:
        match = IN_STORE.fullmatch(uri)
        if match is None:
            if not uri.startswith(("https://", "http://", "wasbs://", "abfss://")):
                raise CloudError(f"The data lie at '{uri}', which cannot be read on this machine.")
            return FoundData(where, uri, kind)
        workspace = home or self._workspace
        if match["workspace"]:
            workspace = Workspace(match["subscription"], match["group"], match["workspace"])
        store = self._store(workspace, match["store"])
        path = match["path"]
        address = f"{store.address}/{path}" if path else store.address
        return FoundData(where, address, kind, store.permit)

    def _store(self, workspace: Workspace, name: str) -> Store:
        key = (workspace, name)
        if key not in self._stores:
            self._stores[key] = self._ask(lambda: Store.of(self._manager, self._of(workspace), name))
        return self._stores[key]

    def _read(self, written: str, asset: Asset) -> Reference:
        found = reference(written)
        if found is None or found.asset not in (None, asset):
            raise CloudError(f"'{written}' names no {asset}.")
        return found

    def _version(self, asset: Asset, named: Reference) -> tuple[str, Mapping[str, Any]]:
        """The version that is meant, and what is said of it."""
        listings = self._of(self._home(named))
        if named.label not in ("", "latest"):
            raise CloudError(f"The label '{named.label}' cannot be looked up; name a version.")

        def asked() -> tuple[str, Mapping[str, Any]]:
            version = named.version or _newest(listings, asset, named)
            return version, listings.version(asset, named.name, version, named.registry)

        return self._ask(asked)

    def _home(self, named: Reference) -> Workspace:
        return Workspace(*named.workspace.split("/")) if named.workspace else self._workspace

    def _of(self, workspace: Workspace) -> Listings:
        return self._listings.setdefault(workspace, Listings(self._manager, workspace))

    def _said(self, named: Reference) -> str:
        return f"registry '{named.registry}'" if named.registry else _words(self._home(named))

    def _ask(self, question: Callable[[], T]) -> T:
        if self._failure is not None:
            raise self._failure
        try:
            return question()
        except RefusedError as error:
            if error.status == 404:
                raise CloudError(str(error), hint="Check the name, the version and the workspace.") from error
            raise
        except (UnreachableError, ThrottledError, SignedOutError) as error:
            self._failure = error
            raise


def _newest(listings: Listings, asset: Asset, named: Reference) -> str:
    found = listings.versions(asset, named.name, named.registry).found
    if not found:
        raise RefusedError(404, f"There are no versions of '{named.name}'.")
    return found[0].name


def _words(workspace: Workspace) -> str:
    return f"workspace '{workspace.name}'"


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None
