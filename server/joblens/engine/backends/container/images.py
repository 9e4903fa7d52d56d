"""The image of a plan made present at the engine: found there, pulled, or built and kept for later runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.backends.base import Note
from joblens.engine.backends.container import built, pulling
from joblens.engine.backends.container.api import Api, RefusedError
from joblens.engine.backends.container.built import Built
from joblens.engine.backends.container.engines import Engine
from joblens.engine.environments.images import ImageSpec
from joblens.engine.plan import Plan
from joblens.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from docker import DockerClient

__all__ = ["Built", "ensure", "listed", "remove"]

listed, remove = built.listed, built.remove


def ensure(api: Api, engine: Engine, plan: Plan, log: Path, note: Note) -> str:
    """The id of the image that the plan's command runs in; raises what keeps it from being there."""
    spec = plan.image
    if spec is None:
        raise EnvironmentBuildError("The job names no image.", hint="Give 'environment.image'.")
    if spec.image and spec.conda is None and (there := _there(api, spec.image)):
        return there
    from joblens.engine.backends.container.client import client

    return image_of(client(engine), spec, log, note)


def _there(api: Api, name: str) -> str | None:
    """The id of an image that the engine has by the name as it is written."""
    try:
        return str(api.get(f"/images/{name}/json")["Id"])
    except RefusedError:  # the library says it better
        return None


def image_of(client: DockerClient, spec: ImageSpec, log: Path, note: Note) -> str:
    """The id of the image that `spec` comes to."""
    image = spec.image or _of_dockerfile(client, spec, log, note)
    if spec.conda is None:
        return pulling.present(client, image, log, note)
    from joblens.engine.backends.container import conda_images

    called = spec.image or Path(spec.dockerfile or "").name
    return built.ensure(client, conda_images.recipe(client, image, called, spec.conda, log), log, note)


def _of_dockerfile(client: DockerClient, spec: ImageSpec, log: Path, note: Note) -> str:
    if spec.context is None or spec.dockerfile is None:
        raise EnvironmentBuildError("The job names no image.", hint="Give 'environment.image'.")
    from joblens.engine.backends.container import file_images

    recipe = file_images.recipe(client, Path(spec.context), Path(spec.dockerfile), log)
    return built.ensure(client, recipe, log, note)
