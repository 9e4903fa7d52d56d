"""The services that know of a workspace's jobs: the resource manager, run history, data and models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joblens.azure import alike
from joblens.azure.jobs.patience import Patience
from joblens.azure.listings import Listings
from joblens.azure.resource_manager import RefusedError, ResourceManager
from joblens.azure.workspace import Workspace
from joblens.errors import CloudError

_VERSION = "2024-04-01"


class UnknownJobError(CloudError):
    """The workspace has no job of that name."""

    exit_code = 5


class JobService:
    """Asks the services of one workspace about its jobs; any thread may."""

    def __init__(self, manager: ResourceManager, workspace: Workspace) -> None:
        self.manager, self.workspace = manager, workspace
        self.listings = Listings(manager, workspace)
        self.root = (
            f"/subscriptions/{quote(workspace.subscription_id)}/resourceGroups/{quote(workspace.resource_group)}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{quote(workspace.name)}"
        )
        self._lock = threading.Lock()
        self._services = ""

    def at(self, path: str, **query: str) -> str:
        """The address of something that the resource manager keeps in the workspace."""
        asked = urlencode({"api-version": _VERSION} | query)
        return f"{self.manager.cloud.resource_manager}{self.root}/{path}?{asked}"

    def job_at(self, name: str, action: str = "") -> str:
        """The address of a job."""
        return self.at(f"jobs/{quote(name, safe='')}{action}")

    def run_at(self, name: str, action: str = "", **query: str) -> str:
        """The address of a job's run in run history."""
        return self.behind("history/v1.0", f"runs/{quote(name, safe='')}{action}", **query)

    def behind(self, service: str, path: str, **query: str) -> str:
        """The address of something in one of the services behind the workspace."""
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self._found()}/{service}{self.root}/{path}{asked}"

    def of(self, name: str, question: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What is answered about a job; a name that is not known is told as such."""
        try:
            return question()
        except RefusedError as error:
            if error.status != 404:
                raise
            raise self._unknown(name, error) from error

    def pages(self, url: str, patience: Patience) -> Iterator[Mapping[str, Any]]:
        """The entries of a list over its pages, each asked for when it is needed."""
        host = urlsplit(url).netloc
        following: str | None = url
        while following and urlsplit(following).netloc == host:  # The token goes nowhere else.
            address = following
            page = patience.ask(lambda address=address: self.manager.get(address))  # type: ignore[misc]
            yield from (one for one in page.get("value") or () if isinstance(one, dict))
            following = page.get("nextLink")
            if following == address:
                return

    def _found(self) -> str:
        """Where the services are, which the workspace says."""
        with self._lock:
            if not self._services:
                told = self.manager.get(self.at("").replace("/?", "?")).get("properties") or {}
                found = self.manager.told(str(told.get("discoveryUrl") or ""))
                api = str(found.get("api") or "").rstrip("/")
                if not api.startswith("https://"):
                    raise CloudError(
                        f"The workspace '{self.workspace.name}' does not say where its jobs are."
                    )
                self._services = api
            return self._services

    def _unknown(self, name: str, error: RefusedError) -> CloudError:
        """Told by the name only if the workspace itself is there."""
        try:
            listed = self.manager.get(self.at("jobs", listViewType="All")).get("value") or ()
        except CloudError:
            return error
        names = (str(one.get("name")) for one in listed if isinstance(one, dict))
        hint = alike.hint(name, names, "'joblens job list' shows the jobs that there are.")
        return UnknownJobError(f"The workspace '{self.workspace.name}' has no job '{name}'.", hint=hint)
