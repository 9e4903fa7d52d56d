"""Web inputs made present: downloaded once, and again only when they changed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from joblens.engine import folders
from joblens.errors import UserError


class DownloadError(UserError):
    """An input's address did not answer."""


def place(url: str) -> Path:
    """Where the file at an address is kept."""
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "data"
    return folders.cache() / "downloads" / hashlib.sha256(url.encode()).hexdigest()[:20] / name


def fetch(name: str, url: str, note: Callable[[str], None]) -> None:
    """Make the input present; the cached copy serves when it is unchanged or the server cannot be asked."""
    import urllib.error
    import urllib.request

    kept = place(url)
    kept.parent.mkdir(parents=True, exist_ok=True)
    mark = kept.parent / ".etag"
    request = urllib.request.Request(url)
    if kept.exists() and mark.exists():
        request.add_header("If-None-Match", mark.read_text(encoding="utf-8"))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            note(f"Downloading input '{name}' from {url}")
            part = kept.with_name(f".{kept.name}.{os.getpid()}")
            with part.open("wb") as file:
                shutil.copyfileobj(answer, file)
            part.replace(kept)
            mark.write_text(answer.headers.get("ETag") or "", encoding="utf-8")
    except urllib.error.HTTPError as error:
        if error.code != 304:  # unchanged
            raise _failed(name, url, error) from error
    except OSError as error:
        if not kept.exists():
            raise _failed(name, url, error) from error
        note(f"{url} cannot be reached; input '{name}' is the copy of an earlier download.")


def _failed(name: str, url: str, error: OSError) -> DownloadError:
    return DownloadError(
        f"Input '{name}' cannot be downloaded from {url}: {error}.",
        hint="Check the address, or give a local path.",
    )
