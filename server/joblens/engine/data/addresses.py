"""Addresses of data: which are paths of this machine, which are on the web, where Azure's own are there."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit, urlunsplit

_BLOB_SCHEMES = {"wasbs": "https", "wasb": "http", "abfss": "https", "abfs": "http"}


def scheme(written: str) -> str:
    """The scheme of an address, in small letters; empty for a path."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", written)  # one letter is a drive of Windows
    return match[1].lower() if match else ""


def local(written: str) -> str:
    """The path that a path or a `file:` address means."""
    if written.lower().startswith("file://"):
        return unquote(urlsplit(written).path)
    return written.removeprefix("file:")


def on_the_web(written: str) -> str | None:
    """The web address to read it from; None for what is not on the web."""
    kind = scheme(written)
    if kind in {"http", "https"}:
        return written
    if kind not in _BLOB_SCHEMES:
        return None
    parts = urlsplit(written)
    container, _, host = parts.netloc.rpartition("@")
    host = re.sub(r"\.dfs\.", ".blob.", host, count=1)
    return urlunsplit((_BLOB_SCHEMES[kind], host, f"/{container}{parts.path}", parts.query, ""))


def shown(url: str) -> str:
    """The address without what may be a secret in it: a signature, a password."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
