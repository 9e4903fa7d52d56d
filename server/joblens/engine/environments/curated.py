"""Stand-ins for Azure ML's curated environments: the packages that their names promise, from PyPI.

What else is in them is not known here, and they are built only for scripts that this Python cannot run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from joblens.engine.environments import imports, interpreters
from joblens.engine.environments.table import spelt
from joblens.errors import EnvironmentBuildError
from joblens.job.model import At, Environment
from joblens.text.document import Document
from joblens.text.nodes import Span

_NOWHERE = Span(0, 0)
# Named in https://learn.microsoft.com/azure/machine-learning/resource-curated-environments
_NAME = re.compile(
    r"(?:azureml-)?(?:acpt-)?(?P<family>sklearn|lightgbm|pytorch|tensorflow)-?(?P<version>\d+\.\d+)(?P<rest>.*)",
    re.IGNORECASE,
)
_PYTHON = re.compile(r"-py(?P<major>\d)(?P<minor>\d+)\b")
_COMMON = ("numpy", "pandas", "matplotlib", "mlflow-skinny", "azureml-mlflow")
_PACKAGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sklearn": ("scikit-learn", ("scipy", "joblib")),
    "lightgbm": ("lightgbm", ("scikit-learn", "scipy")),
    "pytorch": ("torch", ("torchvision", "tensorboard")),
    "tensorflow": ("tensorflow", ("scikit-learn", "tensorboard")),
}
"""The package that the name is about, and what comes with it."""
_OLD_SDK, _OLD_PACKAGES = "azureml", ("azureml-core", "importlib-resources", "setuptools<80")
"""What scripts of the SDK's first version import, and what brings it with what it needs without saying so."""
_OFFLINE = (
    "What a script logs by Run of azureml.core reaches MLflow, as on the cluster; there is no workspace "
    "behind it here, so run.experiment and what hangs on it are missing."
)


@dataclass(frozen=True, slots=True)
class Curated:
    """What stands here for a curated environment."""

    environment: Environment
    note: str


def for_scripts(
    environment: Environment | None, document: Document
) -> tuple[Environment | None, tuple[str, ...]]:
    """The environment, or what stands in for it, and what to say of packages that the scripts lack here.

    Only for one that cannot be made here, so that the Python running Joblens takes its place.
    """
    if environment is None or environment.conda is not None or environment.conda_file is not None:
        return environment, ()
    absent = imports.missing(document)
    if not absent:
        return environment, ()
    old = _OLD_SDK in absent
    more = _OLD_PACKAGES if old else ()
    found = stand_in(spelt(environment.reference.value)[-1], more) if environment.reference else None
    if found is not None:
        return found.environment, (found.note, *([_OFFLINE] if old else []))
    listed = ", ".join(f"'{name}'" for name in absent)
    return environment, (
        f"The script imports {listed}, which this Python does not have: name a conda_file, "
        "say in [environments] of joblens.toml what stands here for the name, or use the container backend.",
    )


def stand_in(name: str, besides: tuple[str, ...] = ()) -> Curated | None:
    """What stands for the environment of that name; None when it is no curated one that is known here.

    `besides` are packages that the scripts ask for and the name does not promise.

    The versions are the name's own; where its Python is not on this machine they are left open, and that is
    said.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    package, more = _PACKAGES[match["family"].lower()]
    more += besides
    pinned = f"{package}=={match['version']}.*"
    pin = _python(match["rest"])
    if pin is None or _is_here(pin):
        said = f"Python {pin.lstrip('=')}, {pinned}" if pin else pinned
        return _curated(name, pin, (pinned, *more), f"{said} and what comes with it")
    missing = pin.lstrip("=")
    said = f"this Python and today's {package}, for there is no Python {missing} here for {pinned}"
    return _curated(name, None, (package, *more), said)


def _python(rest: str) -> str | None:
    found = _PYTHON.search(rest)
    return f"={found['major']}.{found['minor']}" if found else None


def _is_here(pin: str) -> bool:
    try:
        interpreters.find(pin)
    except EnvironmentBuildError:
        return False
    return True


def _curated(name: str, pin: str | None, packages: tuple[str, ...], said: str) -> Curated:
    dependencies = [f"python{pin}"] if pin else []
    conda = {"dependencies": [*dependencies, "pip", {"pip": [*packages, *_COMMON]}]}
    note = f"The curated environment '{name}' is stood in for by packages from PyPI: {said}."
    return Curated(Environment(span=_NOWHERE, conda=At(conda, _NOWHERE)), note)
