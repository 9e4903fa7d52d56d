"""The image of a plan made present at the engine: found there, or pulled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.backends.base import Note
from joblens.engine.plan import Plan
from joblens.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from docker import DockerClient


def ensure(client: DockerClient, plan: Plan, log: Path, note: Note) -> str:
    """The id of the image that the plan's command runs in; raises what keeps it from being there."""
    import docker

    spec = plan.image
    if spec is None or spec.image is None:
        raise EnvironmentBuildError("The job names no image.", hint="Give 'environment.image'.")
    try:
        return str(client.images.get(spec.image).id)
    except docker.errors.ImageNotFound:
        return _pull(client, spec.image, log, note)


def _pull(client: DockerClient, image: str, log: Path, note: Note) -> str:
    """Fetch it from its registry; what the engine says of its progress goes to the log, a line per layer."""
    import docker

    note(f"Pulling the image {image} ...")
    name, _, tag = image.rpartition(":")
    if not name or "/" in tag or "@" in image:
        name, tag = image, "" if "@" in image else "latest"
    told: set[tuple[str, str]] = set()
    try:
        with log.open("a", encoding="utf-8") as lines:
            for step in client.api.pull(name, tag=tag or None, stream=True, decode=True):
                if "error" in step:
                    raise docker.errors.APIError(step["error"], explanation=step["error"])
                said = (step.get("id", ""), step.get("status", ""))
                if said not in told:  # a layer's progress comes ten times a second
                    told.add(said)
                    print(*filter(None, said), file=lines, flush=True)
        return str(client.images.get(image).id)
    except docker.errors.APIError as error:
        raise EnvironmentBuildError(
            f"The image '{image}' is not on this machine and cannot be pulled: {error.explanation or error}.",
            hint="Check its name; a registry that asks who you are wants 'docker login' first.",
        ) from error
