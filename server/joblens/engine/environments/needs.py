"""What a job's command needs installed, and its name: equal for equal needs, however they are written."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine import folders
from joblens.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from joblens.job.model import Environment

_FORMAT = 2
"""Counted up when environments are built in another way, so that old ones are left alone."""
THIS_PYTHON = "this-python"


@dataclass(frozen=True, slots=True)
class Needs:
    """What to install, and for which Python; without a pin, nothing is built."""

    python: str | None = None
    """A pin such as `=3.10`; None is the Python that runs Joblens, as it is."""
    requirements: tuple[str, ...] = ()
    """All that pip can install, conda packages by their name on PyPI."""
    packages: tuple[str, ...] = ()
    """The conda packages as they are written, for a channel of conda's."""
    pip: tuple[str, ...] = ()
    """What pip installs beside those."""
    channels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Conda packages that are not known to be on PyPI, as pip would write them."""
    left_out: tuple[str, ...] = ()
    """Conda packages that are no Python packages."""
    replaced: tuple[str, ...] = ()
    """What pip installs in place of conda's own, a line each."""
    beside: tuple[str, ...] = ()
    """What brings a program that the cluster's image has, should this machine have none."""
    drift: bool = False
    """The user lets the nearest Python and other versions take the place of those that cannot be had."""

    @property
    def this_python(self) -> bool:
        """The command runs with the Python that runs Joblens."""
        return self.python is None

    @property
    def key(self) -> str:
        """The name of what is asked for; whether drift is allowed does not change that."""
        from joblens.engine.environments import pip_settings, requirements

        made_from = {
            "format": _FORMAT,
            "machine": machine(),
            "python": self.python,
            "requirements": requirements.normalised(self.requirements),
            "missing": requirements.normalised(self.missing),
            "packages": sorted(" ".join(package.split()).lower() for package in self.packages),
            "channels": self.channels if self.missing or self.left_out else (),
            "local": requirements.local_contents(self.requirements),
            "from": pip_settings.identity(),
        }
        return digest(made_from)


def read(found: Mapping[str, Any]) -> Needs:
    """Needs that were kept as plain data."""
    values: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in found.items()
    }
    return Needs(**values)


def machine() -> list[str]:
    """What a built environment depends on besides its Python."""
    import platform

    return [sys.platform, platform.machine(), *platform.libc_ver()]


def digest(made_from: object) -> str:
    """A short name for what plain data say."""
    import hashlib

    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:20]


def place() -> Path:
    """Where all environments are."""
    return folders.cache() / "environments"


def needs(environment: Environment | None, folder: Path) -> tuple[Needs, tuple[str, ...]]:
    """What the environment of a job file in `folder` comes to on this machine, and what to say about it."""
    if environment is None:
        return Needs(), (f"The job names no environment: the command runs with {this_python()}.",)
    if environment.conda is not None or environment.conda_file is not None:
        made = _from_packages(environment, folder)
        return made, _unused_image(environment)
    if environment.reference is not None and environment.image is None:
        return Needs(), (
            f"Only a workspace knows the environment '{environment.reference.value}': the command runs with "
            f"{this_python()}. Say what it is under [environments] in joblens.toml to have it here.",
        )
    what = _container(environment)
    name = f" '{what}'" if what else ""
    return Needs(), (
        f"The environment{name} cannot be made without containers: the command runs with {this_python()}.",
    )


def _from_packages(environment: Environment, folder: Path) -> Needs:
    if environment.conda is not None:
        return _from_conda(environment.conda.value, folder)
    assert environment.conda_file is not None
    return from_file((folder / environment.conda_file.value.removeprefix("file:")).absolute())


def _unused_image(environment: Environment) -> tuple[str, ...]:
    """What is on the image and not among the packages is missing here: that must not surprise anybody."""
    what = _container(environment)
    if what is None:
        return ()
    return (
        f"The image '{what}' is not used: the command runs on this machine, with the packages of the "
        "conda file in a virtual environment.",
    )


def _container(environment: Environment) -> str | None:
    """What a container would be made from, by the word of the file that tells most."""
    if environment.image is not None:
        return environment.image.value
    context, dockerfile = environment.build_context, environment.dockerfile
    if context is not None and context.value.rstrip("/") not in ("", "."):  # the job file's own folder
        return context.value
    if dockerfile is not None:
        return dockerfile.value
    return "Dockerfile" if context is not None else None


def this_python() -> str:
    """The Python that runs Joblens, in words."""
    return f"this Python ({sys.version.split()[0]}, {sys.executable})"


def from_file(file: Path) -> Needs:
    """What a conda file, or a file of requirements, asks for."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentBuildError(
            f"The environment's file cannot be read: {file}.",
            hint="conda_file is the path of a text file (UTF-8), relative to the job file.",
        ) from error
    if file.suffix == ".txt":
        from joblens.engine.environments import interpreters, requirements

        lines = requirements.resolved(text.splitlines(), file.parent)
        return Needs(f"={interpreters.default_pin()}", lines, pip=lines)
    return _from_conda(_conda(text, file), file.parent)


def _conda(text: str, file: Path) -> Mapping[str, object]:
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}" if place else ""
        raise EnvironmentBuildError(
            f"The environment's file is not valid YAML: {file}{where}.",
            hint="Open it in the editor and mend it.",
        ) from error
    if not isinstance(found, Mapping):
        raise EnvironmentBuildError(
            f"The environment's file is no conda specification: {file}.",
            hint="It needs 'dependencies:', a list with 'python=3.10', 'pip' and 'pip: [...]'.",
        )
    return found


def _from_conda(found: Mapping[str, object], folder: Path) -> Needs:
    from joblens.engine.environments import conda, interpreters, requirements

    asked = conda.specification(found)
    return Needs(
        python=asked.python or f"={interpreters.default_pin()}",
        requirements=requirements.resolved(asked.requirements, folder),
        packages=asked.packages,
        pip=requirements.resolved(asked.pip, folder),
        channels=asked.channels,
        missing=asked.missing,
        left_out=asked.left_out,
        replaced=asked.notes,
    )
