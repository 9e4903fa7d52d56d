"""What a job's command needs installed, and the cached environment that has it.

An environment is named by the hash of all it is made from; a second run with the same needs builds nothing.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import folders
from joblens.engine.environments import conda, interpreters, requirements
from joblens.errors import EnvironmentBuildError
from joblens.job.model import Environment

_FORMAT = 1
"""Counted up when environments are built in another way, so that old ones are left alone."""
THIS_PYTHON = "this-python"


@dataclass(frozen=True, slots=True)
class Needs:
    """What to install, and for which Python; without requirements and a pin, nothing is built."""

    python: str | None = None
    """A pin such as `=3.10`; None is the Python that runs Joblens, as it is."""
    requirements: tuple[str, ...] = ()

    @property
    def this_python(self) -> bool:
        """The command runs with the Python that runs Joblens."""
        return self.python is None

    @property
    def key(self) -> str:
        """The name of the environment: equal for equal needs, however they are written."""
        made_from = {
            "format": _FORMAT,
            "platform": [sys.platform, platform.machine(), *platform.libc_ver()],
            "python": self.python,
            "requirements": requirements.normalised(self.requirements),
            "local": requirements.local_contents(self.requirements),
        }
        text = json.dumps(made_from, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def folder(self) -> Path:
        """Where the environment is, once it is built."""
        return place() / self.key


def place() -> Path:
    """Where all environments are."""
    return folders.cache() / "environments"


def needs(environment: Environment | None, folder: Path) -> tuple[Needs, tuple[str, ...]]:
    """What the environment of a job file in `folder` comes to on this machine, and what to say about it."""
    if environment is None:
        return Needs(), (f"The job names no environment: the command runs with {_this()}.",)
    if environment.conda is not None or environment.conda_file is not None:
        made, notes = _from_packages(environment, folder)
        return made, (*_unused_image(environment), *notes)
    what = environment.image or environment.reference or environment.build_context or environment.dockerfile
    name = f" '{what.value}'" if what else ""
    return Needs(), (
        f"The environment{name} cannot be made without containers: the command runs with {_this()}.",
    )


def _from_packages(environment: Environment, folder: Path) -> tuple[Needs, tuple[str, ...]]:
    if environment.conda is not None:
        return _from_conda(environment.conda.value, folder)
    assert environment.conda_file is not None
    return _from_file((folder / environment.conda_file.value.removeprefix("file:")).absolute())


def _unused_image(environment: Environment) -> tuple[str, ...]:
    """What is on the image and not among the packages is missing here: that must not surprise anybody."""
    what = environment.image or environment.build_context or environment.dockerfile
    if what is None:
        return ()
    return (
        f"The image '{what.value}' is not used: the command runs on this machine, with the packages of the "
        "conda file in a virtual environment.",
    )


def _this() -> str:
    return f"this Python ({platform.python_version()}, {sys.executable})"


def _from_file(file: Path) -> tuple[Needs, tuple[str, ...]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentBuildError(
            f"The environment's file cannot be read: {file}.",
            hint="conda_file is the path of a text file (UTF-8), relative to the job file.",
        ) from error
    if file.suffix == ".txt":
        lines = requirements.resolved(text.splitlines(), file.parent)
        return Needs(f"={interpreters.default_pin()}", lines), ()
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


def _from_conda(found: Mapping[str, object], folder: Path) -> tuple[Needs, tuple[str, ...]]:
    specification = conda.specification(found)
    pin = specification.python or f"={interpreters.default_pin()}"
    return Needs(pin, requirements.resolved(specification.requirements, folder)), specification.notes
