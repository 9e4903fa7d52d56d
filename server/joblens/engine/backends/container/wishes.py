"""What a job asks of its image and its containers, checked while no engine is needed yet."""

from __future__ import annotations

from joblens.engine.backends.container import docker_args, references
from joblens.engine.environments.images import ImageSpec


def check(spec: ImageSpec) -> None:
    """Raise for what is wrong with it, as far as that is known without an engine."""
    if spec.image:
        references.parts(spec.image)
    docker_args.options(spec)
