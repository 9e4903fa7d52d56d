"""Where our own MLflow server keeps artifacts: on this disk, so that a file gets there without a request."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from joblens.engine import folders


def place_of(uri: str, artifacts: str) -> Path | None:
    """The folder behind a run's artifacts; None where another server has them."""
    from joblens.engine.tracking import server

    parts = PurePosixPath(urlsplit(artifacts).path.strip("/"))
    root = folders.home() / "tracking" / "artifacts"
    ours = artifacts.startswith("mlflow-artifacts:") and ".." not in parts.parts and server.is_ours(uri)
    return root / parts if ours else None


def keep(files: Iterable[tuple[Path, str]], place: Path) -> None:
    """Copy the files into the folder, each under its path."""
    made: set[Path] = set()
    for file, path in files:
        target = place / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        shutil.copyfile(file, target)
