"""The files of a folder in a datastore: listed, and opened, by the interface of blob storage."""

from __future__ import annotations

import email.utils
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.etree import ElementTree as ET

import urllib3

from joblens.azure.assets import IN_STORE
from joblens.azure.jobs.patience import Patience
from joblens.azure.jobs.service import JobService
from joblens.azure.listings import Listings
from joblens.azure.resource_manager import RefusedError, UnreachableError
from joblens.azure.stores import Store
from joblens.azure.workspace import Workspace
from joblens.errors import CloudError

_VERSION = {"x-ms-version": "2021-08-06"}
_NOT_IN_NAMES = frozenset('<>:"|?*\\')
"""What no file's name may have in it on Windows."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file in the storage."""

    name: str
    """Its whole name there."""
    path: str
    """Below the folder that was listed."""
    size: int
    modified: float
    """Seconds since 1970."""
    md5: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of folders and file; none where they would lead out of the folder."""
        parts = tuple(part for part in self.path.split("/") if part not in ("", "."))
        unsafe = _NOT_IN_NAMES if os.name == "nt" else frozenset()
        bad = any(part == ".." or "\0" in part or unsafe & set(part) for part in parts)
        return () if bad else parts


class Folder:
    """A folder, or a file, at an address in a datastore; several threads may ask."""

    def __init__(self, uri: str, service: JobService, patience: Patience) -> None:
        match = IN_STORE.fullmatch(uri) or IN_STORE.fullmatch(_with_paths(uri))
        if match is None:
            raise CloudError(f"The files lie at '{uri}', which cannot be read from this machine.")
        home = service.workspace
        if match["workspace"]:
            home = Workspace(match["subscription"], match["group"], match["workspace"])
        self._manager, self._patience = service.manager, patience
        self._listings = service.listings if home == service.workspace else Listings(service.manager, home)
        self._store_name = match["store"]
        self.path = match["path"].strip("/")
        self._lock = threading.Lock()
        self._store: Store | None = None

    def blobs(self) -> list[Blob]:
        """All files; of an address that is a file's, that one."""
        found = [one for one in self._listed(f"{self.path}/" if self.path else "") if one.path]
        if found or not self.path:
            return found
        return [one for one in self._listed(self.path) if one.name == self.path]

    def open(self, name: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """An answer of the storage; should it not let us in, once more with a new permit."""
        return self._asked(quote(name), "", headers)

    def _listed(self, prefix: str) -> Iterator[Blob]:
        marker = ""
        while True:
            query = {"restype": "container", "comp": "list", "prefix": prefix, "marker": marker}
            asked = urlencode({key: value for key, value in query.items() if value})
            page = self._patience.ask(lambda asked=asked: self._page(asked))  # type: ignore[misc]
            yield from _blobs(page, prefix)
            marker = page.findtext("NextMarker") or ""
            if not marker:
                return

    def _page(self, query: str) -> ET.Element:
        answer = self._asked("", query, {})
        try:
            data = answer.read(decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise UnreachableError("The connection to the storage broke.") from error
        finally:
            answer.close()
        if answer.status != 200:
            raise refused(answer.status, self._store_name)
        try:
            return ET.fromstring(data)
        except ET.ParseError as error:
            raise UnreachableError("What answered for the storage was not Azure.") from error

    def _asked(self, name: str, query: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        store = self._permitted(None)
        answer = self._with(store, name, query, headers)
        if answer.status in (401, 403):
            answer.close()
            answer = self._with(self._permitted(store), name, query, headers)
        return answer

    def _permitted(self, old: Store | None) -> Store:
        """The datastore with a permit; another one than the old."""
        with self._lock:
            if self._store is None or self._store is old:
                name = self._store_name
                self._store = self._patience.ask(lambda: Store.of(self._manager, self._listings, name))
            return self._store

    def _with(
        self, store: Store, name: str, query: str, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        permit = store.permit
        asked = urlencode([*parse_qsl(query, keep_blank_values=True), *parse_qsl(permit.query)])
        url = store.address + (f"/{name}" if name else "") + (f"?{asked}" if asked else "")
        token = {"Authorization": f"Bearer {permit.token}"} if permit.token else {}
        return self._manager.fetch(url, {**_VERSION, **token, **headers})


def refused(status: int, what: str) -> RefusedError:
    """Why the storage gave nothing."""
    hint = "Look whether its network rules let this machine in, and for the role 'Storage Blob Data Reader'."
    hint = hint if status in (401, 403) else "Try again; what has come is kept."
    return RefusedError(status, f"The storage refused ({status}) to give '{what}'.", hint=hint)


def _with_paths(uri: str) -> str:
    """The form of addresses in which the service tells of default outputs: without the word `paths`."""
    before, found, after = uri.partition("datastores/")
    store, slash, path = after.partition("/")
    return f"{before}{found}{store}/paths/{path}" if found and slash else uri


def _blobs(page: ET.Element, prefix: str) -> Iterator[Blob]:
    for one in page.iterfind("Blobs/Blob"):
        said = one.find("Name")
        name = (said.text if said is not None else "") or ""
        if said is not None and said.get("Encoded") == "true":
            name = unquote(name)
        is_folder = (
            name.endswith("/")
            or one.findtext("Properties/ResourceType") == "directory"
            or one.findtext("Metadata/hdi_isfolder") == "true"
        )
        if is_folder:
            continue
        size = int(one.findtext("Properties/Content-Length") or 0)
        md5 = one.findtext("Properties/Content-MD5") or ""
        yield Blob(
            name, name.removeprefix(prefix), size, _seconds(one.findtext("Properties/Last-Modified")), md5
        )


def _seconds(date: str | None) -> float:
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return 0.0
