"""The image that a job's command runs in when it runs in a container, as the job file asks for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.errors import JobFileError

if TYPE_CHECKING:
    from joblens.job.model import CommandJob, Environment

_REMOTE = ("http://", "https://", "git://", "git@", "ssh://", "azureml:", "azureml://")


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """What the image is made of, and how its container is started."""

    image: str | None = None
    """The name of an image to use as it is, or to build on."""
    dockerfile: str | None = None
    """A Dockerfile on this machine, inside the context."""
    context: str | None = None
    """The folder that the Dockerfile is built in."""
    conda: str | None = None
    """A conda specification whose packages are put into the image; its pip lines name no file but by its
    whole path."""
    docker_args: tuple[str, ...] = ()
    """More words for `docker run`, as the job gives them."""
    shm_size: str | None = None
    """The size of the shared memory, as the job gives it."""


def image_spec(environment: Environment | None, job: CommandJob, folder: Path) -> ImageSpec | None:
    """The image for a job of a file in `folder` with that environment; None when that names none.

    Raises for what is not there: a Dockerfile, its folder, a conda file.
    """
    if environment is None or not names_image(environment):
        return None
    context, dockerfile = (None, None) if environment.image else _build(environment, folder)
    return ImageSpec(
        image=environment.image.value.strip() if environment.image else None,
        dockerfile=dockerfile,
        context=context,
        conda=_conda(environment, folder),
        docker_args=tuple(each.value for each in job.docker_args),
        shm_size=job.shm_size.value if job.shm_size else None,
    )


def names_image(environment: Environment | None) -> bool:
    """Whether the environment is an image, or says how one is built."""
    return environment is not None and any(
        (environment.image, environment.build_context, environment.dockerfile)
    )


def read(found: Mapping[str, Any] | None) -> ImageSpec | None:
    """The image that was kept as plain data."""
    return ImageSpec(**{**found, "docker_args": tuple(found["docker_args"])}) if found else None


def _build(environment: Environment, folder: Path) -> tuple[str, str]:
    """The folder and the Dockerfile in it, both there."""
    written = environment.build_context.value if environment.build_context else "."
    if written.startswith(_REMOTE):
        raise JobFileError(
            f"The image's build folder is '{written}', which is not on this machine.",
            hint="Get a copy of that folder, and give its path: 'build: {path: FOLDER}'.",
        )
    context = Path(os.path.normpath(folder.absolute() / _local(written)))
    if not context.is_dir():
        raise JobFileError(
            f"There is no folder to build the image in: {context}.",
            hint="'build.path' is a folder, relative to the job file.",
        )
    name = environment.dockerfile.value if environment.dockerfile else "Dockerfile"
    dockerfile = Path(os.path.normpath(context / _local(name)))
    if not dockerfile.is_file() or not dockerfile.is_relative_to(context):
        raise JobFileError(
            f"There is no Dockerfile '{name}' in {context}.",
            hint="'build.dockerfile_path' is relative to 'build.path', and inside it.",
        )
    return str(context), str(dockerfile)


def _local(written: str) -> str:
    return written.removeprefix("file:")


def _conda(environment: Environment, folder: Path) -> str | None:
    import yaml

    if environment.conda is not None:
        return _dumped(dict(environment.conda.value), folder)
    if environment.conda_file is None:
        return None
    file = (folder / _local(environment.conda_file.value)).absolute()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise JobFileError(
            f"The environment's file cannot be read: {file}.",
            hint="conda_file is the path of a text file (UTF-8), relative to the job file.",
        ) from error
    if file.suffix == ".txt":
        return _dumped({"dependencies": ["pip", {"pip": text.splitlines()}]}, file.parent)
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _no_conda_file(file) from error
    if not isinstance(found, Mapping):
        raise _no_conda_file(file)
    return _dumped(dict(found), file.parent)


def _dumped(found: dict[str, Any], folder: Path) -> str:
    """The specification with what its pip lines name read in, as seen from its folder."""
    import yaml

    from joblens.engine.environments import requirements

    found["dependencies"] = [
        {**each, "pip": list(requirements.resolved(map(str, each["pip"] or ()), folder))}
        if isinstance(each, Mapping) and "pip" in each
        else each
        for each in found.get("dependencies") or ()
    ]
    return yaml.safe_dump(found, sort_keys=False)


def _no_conda_file(file: Path) -> JobFileError:
    return JobFileError(
        f"The environment's file is no conda specification: {file}.",
        hint="It needs 'dependencies:', a list with 'python=3.10', 'pip' and 'pip: [...]'.",
    )
