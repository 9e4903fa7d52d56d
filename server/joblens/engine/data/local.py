"""What lies at a local path, held against what the input says it is; reads names only, never the data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_FOLDERS = frozenset({"uri_folder", "mltable", "mlflow_model"})


def problem(path: Path, kind: str) -> str | None:
    """What keeps the path from being an input of that type, to follow "Input 'x' is 'path', "."""
    try:
        there = path.exists()
    except OSError as error:
        return f"which cannot be looked at: {(error.strerror or str(error)).lower()}"
    if not there:
        if path.is_symlink():
            return f"a link to {path.readlink()}, where nothing is: {path}"
        return f"and there is no such file or folder: {path}"
    if kind == "uri_file" and path.is_dir():
        return f"a folder, but its type is uri_file: {path}"
    if kind in _FOLDERS and not path.is_dir():
        return f"a file, but its type is {kind}: {path}"
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        return f"which you may not read: {path}"
    return _table_problem(path) if kind == "mltable" else None


def empty(path: Path) -> bool:
    """Whether it is a folder with nothing in it."""
    if not path.is_dir():
        return False
    with os.scandir(path) as entries:
        return next(entries, None) is None


def _table_problem(folder: Path) -> str | None:
    file = folder / "MLTable"
    if not file.is_file():
        return f"an mltable without its file 'MLTable': {folder}"
    missing = [each for each in _table_paths(file) if not (folder / each).exists()]
    return f"whose file MLTable names what is not there: {', '.join(missing)}" if missing else None


def _table_paths(file: Path) -> Iterator[str]:
    """The files and folders beside an MLTable that it names one by one."""
    import yaml

    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, yaml.YAMLError):
        return
    paths = data.get("paths") if isinstance(data, dict) else None
    for each in paths if isinstance(paths, list) else ():
        for key in ("file", "folder"):
            written = each.get(key) if isinstance(each, dict) else None
            if isinstance(written, str) and "://" not in written and not written.startswith("azureml:"):
                yield written.removeprefix("file:")
