"""What the configuration says of uploads: `[azure] large_upload_mb` in the nearest `joblens.toml`."""

from __future__ import annotations

from pathlib import Path

from joblens.checks.configuration_file import FILES, Table, own_table, refuse_unknown, table_of, wrong

LARGE_UPLOAD = 300_000_000
"""Bytes from which an upload is worth a word: what Azure's own pages name as the most for a job's code."""
_KEY = "large_upload_mb"


def large_upload(folder: Path) -> int:
    """Bytes from which an upload from a place in this folder is large; raises a ConfigurationError."""
    for place in (folder, *folder.parents):
        for file in (place / name for name in FILES):
            table = own_table(file) if file.is_file() else None
            if table is not None:
                return _bytes(table, file)
        if (place / ".git").exists():
            break
    return LARGE_UPLOAD


def _bytes(own: Table, file: Path) -> int:
    table = table_of(own.get("azure", {}), "azure", file)
    refuse_unknown(table, (_KEY,), "key", file)
    value = table.get(_KEY, LARGE_UPLOAD / 1_000_000)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise wrong(f"'{_KEY}' under [azure] is a number of megabytes, not '{value}'", file)
    return int(value * 1_000_000)
