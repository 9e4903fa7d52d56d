"""The file that a URI names."""

from __future__ import annotations

from pathlib import Path

from pygls import uris


def path_of(uri: str) -> Path | None:
    """The file of a `file:` URI; None for a document that lies elsewhere."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    return Path(path) if path else None
