"""Where our own MLflow server keeps artifacts: on this disk, so that a file gets there without a request."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from joblens.engine import folders


def place_of(uri: str, artifacts: str) -> Path | None:
    """The folder behind a run's artifacts; None where another server has them."""
    from joblens.engine.tracking import server

    return _folder(artifacts) if server.is_ours(uri) else None


def keep(files: Iterable[tuple[Path, str]], place: Path) -> None:
    """Copy the files into the folder, each under its path."""
    made: set[Path] = set()
    for file, path in files:
        target = place / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        shutil.copyfile(file, target)


def logged(tracking: Mapping[str, str]) -> list[tuple[Path, str]]:
    """The folders of this disk with what a run logged, each with its path among the run's artifacts.

    MLflow >= 3 keeps models apart from their run, and lists them with it. None are here where another
    server has them.
    """
    if not tracking:
        return []
    places = [(tracking["artifacts"], ""), *_models(tracking["run_id"])]
    found = [(_folder(place), path) for place, path in places]
    return [(folder, path) for folder, path in found if folder is not None and folder.is_dir()]


def find(tracking: Mapping[str, str], path: str) -> Path | None:
    """Where on this disk an artifact of a run lies; None where there is none of that path."""
    for folder, below in logged(tracking):
        with contextlib.suppress(ValueError):  # it is not below this one
            place = folder / PurePosixPath(path).relative_to(below)
            if place.exists():
                return place
    return None


def _models(run_id: str) -> list[tuple[str, str]]:
    """The models that a run logged: address and name. Also of a server that was stopped."""
    import sqlite3

    query = "select artifact_location, name from logged_models where source_run_id = ? order by rowid"
    store = f"{(folders.home() / 'tracking' / 'mlflow.db').as_uri()}?mode=ro"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(store, uri=True)) as database:
        return database.execute(query, (run_id,)).fetchall()
    return []


def _folder(artifacts: str) -> Path | None:
    """The folder that our own server has behind such an address."""
    parts = PurePosixPath(urlsplit(artifacts).path.strip("/"))
    ours = artifacts.startswith("mlflow-artifacts:") and ".." not in parts.parts
    return folders.home() / "tracking" / "artifacts" / parts if ours else None
