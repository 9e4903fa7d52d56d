"""Folders in Azure's blob storage that everyone may list: their files, by the service's REST interface."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from joblens.engine.data import web

_VERSION = {"x-ms-version": "2021-08-06"}


@dataclass(frozen=True, slots=True)
class Blob:
    """A file in blob storage."""

    path: str
    """Below the folder that was listed."""
    url: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class _Folder:
    container: str
    """The container's address."""
    prefix: str
    query: str
    """The signature, where the address has one."""


def is_storage(url: str) -> bool:
    """Whether the address is one of blob storage, where folders can be listed."""
    host = urlsplit(url).hostname or ""
    return ".blob." in host or _by_path(host)


def listed(url: str) -> list[Blob]:
    """All files of the folder at an address; raises what the service says instead."""
    folder = _folder(url)
    return [blob for page in _pages(folder) for blob in _blobs(page, folder)]


def _by_path(host: str) -> bool:
    """Storage without a name of its own, an emulator, has its account in the path."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _folder(url: str) -> _Folder:
    parts = urlsplit(url)
    words = [unquote(word) for word in parts.path.split("/") if word]
    depth = 2 if _by_path(parts.hostname or "") else 1
    container = "/".join(quote(word) for word in words[:depth])
    prefix = "".join(f"{word}/" for word in words[depth:])
    return _Folder(urlunsplit((parts.scheme, parts.netloc, f"/{container}", "", "")), prefix, parts.query)


def _pages(folder: _Folder) -> Iterator[ET.Element]:
    marker: str | None = ""
    while marker is not None:
        asked = [*parse_qsl(folder.query), ("restype", "container"), ("comp", "list")]
        asked += [("prefix", folder.prefix)] if folder.prefix else []
        asked += [("marker", marker)] if marker else []
        with web.ask(f"{folder.container}?{urlencode(asked)}", _VERSION) as answer:
            page = ET.fromstring(_text(answer))
        yield page
        marker = page.findtext("NextMarker") or None


def _text(answer: object) -> bytes:
    parts = iter(lambda: web.read(answer, 1 << 20), b"")
    return b"".join(parts)


def _blobs(page: ET.Element, folder: _Folder) -> Iterator[Blob]:
    for one in page.iterfind("Blobs/Blob"):
        name = one.findtext("Name") or ""
        path = name.removeprefix(folder.prefix)
        if not path or path.endswith("/") or one.findtext("Properties/ResourceType") == "directory":
            continue  # a mark of a folder, no file
        if ".." in PurePosixPath(path).parts or path.startswith("/") or "\\" in path:
            raise web.RefusedError(f"the name of the file '{name}' leads out of the folder")
        url = f"{folder.container}/{quote(name)}" + (f"?{folder.query}" if folder.query else "")
        size = one.findtext("Properties/Content-Length") or "0"
        yield Blob(path, url, int(size), one.findtext("Properties/Etag") or "")
