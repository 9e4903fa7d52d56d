"""Names of a workspace on the disk, for the next start and for when there is no network."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from joblens.azure.listings import Found, Listing
from joblens.azure.workspace import Workspace

_FORMAT = 1
Key = tuple[str, str, str]
"""Registry, kind of asset, and the name whose versions are meant; empty for the names themselves."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A listing, and when it was asked for, by the clock on the wall."""

    listing: Listing
    at: float


def file_of(workspace: Workspace, folder: Path) -> Path:
    """Where the names of a workspace are kept."""
    address = f"{workspace.subscription_id}/{workspace.resource_group}/{workspace.name}".lower()
    return folder / f"{hashlib.sha256(address.encode()).hexdigest()[:20]}.json"


def read(file: Path) -> dict[Key, Kept]:
    """What was kept; nothing where that cannot be read."""
    try:
        told = json.loads(file.read_text("utf-8"))
        return dict(_read(told)) if told["format"] == _FORMAT else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write(file: Path, kept: Mapping[Key, Kept]) -> None:
    """Keep it, whole or not at all; a disk that takes nothing is no reason to stop."""
    entries = [
        [*key, one.at, one.listing.complete, [astuple(found) for found in one.listing.found]]
        for key, one in kept.items()
    ]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as new:
            json.dump({"format": _FORMAT, "entries": entries}, new)
        Path(new.name).replace(file)
    except OSError:
        return


def _read(told: Mapping[str, Any]) -> Iterator[tuple[Key, Kept]]:
    for registry, asset, name, at, complete, entries in told["entries"]:
        found = tuple(
            Found(one, newest, detail, tuple((a, b) for a, b in facts), archived)
            for one, newest, detail, facts, archived in entries
        )
        yield (registry, asset, name), Kept(Listing(found, complete), at)
