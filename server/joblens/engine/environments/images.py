"""The image that a job's command runs in when it runs in a container, as the job file asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblens.errors import JobFileError
from joblens.job.model import Environment


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """What the image is made of, and how its container is started."""

    image: str | None = None
    """The name of an image to use as it is, or to build on."""
    dockerfile: str | None = None
    """A Dockerfile on this machine."""
    context: str | None = None
    """The folder that the Dockerfile is built in."""
    conda: str | None = None
    """The text of a conda specification whose packages are put into the image."""
    docker_args: tuple[str, ...] = ()
    """More words for `docker run`, as the job gives them."""
    shm_size: str | None = None
    """The size of the shared memory, as the job gives it."""


def image_spec(environment: Environment | None, folder: Path) -> ImageSpec | None:
    """The image of a job file in `folder`; None when its environment names none."""
    if environment is None or not names_image(environment):
        return None
    context = environment.build_context
    dockerfile = environment.dockerfile
    place = folder / _local(context.value) if context else folder
    return ImageSpec(
        image=environment.image.value if environment.image else None,
        dockerfile=str((place / (dockerfile.value if dockerfile else "Dockerfile")).absolute())
        if dockerfile or context
        else None,
        context=str(place.absolute()) if context else None,
        conda=_conda(environment, folder),
    )


def names_image(environment: Environment | None) -> bool:
    """Whether the environment is an image, or says how one is built."""
    return environment is not None and any(
        (environment.image, environment.build_context, environment.dockerfile)
    )


def read(found: Mapping[str, Any] | None) -> ImageSpec | None:
    """The image that was kept as plain data."""
    return ImageSpec(**{**found, "docker_args": tuple(found["docker_args"])}) if found else None


def _local(written: str) -> str:
    return written.removeprefix("file:")


def _conda(environment: Environment, folder: Path) -> str | None:
    if environment.conda is not None:
        import yaml

        return yaml.safe_dump(dict(environment.conda.value), sort_keys=False)
    if environment.conda_file is None:
        return None
    file = (folder / environment.conda_file.value).absolute()
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise JobFileError(
            f"The environment's file cannot be read: {file}.",
            hint="conda_file is the path of a text file (UTF-8), relative to the job file.",
        ) from error
