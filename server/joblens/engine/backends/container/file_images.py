"""An image that a Dockerfile and its folder make."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.backends.container import building, context, dockerfile
from joblens.engine.backends.container.building import Order
from joblens.engine.backends.container.built import Recipe

if TYPE_CHECKING:
    from docker import DockerClient


def recipe(client: DockerClient, folder: Path, file: Path, log: Path) -> Recipe:
    """How the image of `file`, a Dockerfile in `folder`, is made."""
    name = file.relative_to(folder).as_posix()

    def build(labels: Mapping[str, str]) -> str:
        return building.build(client, Order(folder, name, labels), log)

    bases = dockerfile.bases(file.read_text(encoding="utf-8-sig", errors="replace"))
    parts = {"dockerfile": name, "context": context.digest(folder, name)}
    return Recipe(f"{name} in {folder.name}{os.sep}", bases, parts, build)
