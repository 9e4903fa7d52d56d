"""How a conda file's packages get into an image: the nearest way to the cluster's that it has inside."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.engine.backends.container.conda_files import PLACE, CondaFile
from joblens.engine.backends.container.inside import Inside, Python
from joblens.engine.environments import conda, interpreters
from joblens.engine.environments.conda import Specification
from joblens.errors import EnvironmentBuildError

_WITH_CONDA = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
_RATTLER = "py-rattler>=0.28,<0.29"
_RATTLER_PYTHON = (3, 10)
_PIP = f"-m pip install --no-cache-dir -r {PLACE}/requirements.txt -c {PLACE}/constraints.txt"


@dataclass(frozen=True, slots=True)
class Way:
    """What is run inside the image."""

    script: tuple[str, ...]
    """Lines for a shell, a step each, that make the environment at PREFIX."""
    notes: tuple[str, ...] = ()
    """Where the result differs from the cluster's, a line each."""
    lines: tuple[str, ...] = ()
    """What pip is to install besides what the file tells it to."""
    conda: bool = False
    """The environment is conda's, with libraries of its own."""


def nearest(found: Inside, file: CondaFile, prefix: str, image: str) -> Way:
    """The way for an image known as `image`; raises when there is none."""
    if found.tools:
        return _by_conda(*found.tools[0], prefix)
    wanted, why = _for_pip(file)
    if wanted is not None:
        for python in found.pythons:
            if interpreters.fits(python.version, wanted.python):
                return _by_venv(python, wanted, prefix, image)
        why = f"it asks for Python {(wanted.python or '').lstrip('=')}"
    for python in found.pythons:
        if python.version >= _RATTLER_PYTHON and "pip" in python.has:
            return _by_rattler(python, file, prefix, image)
    raise _no_way(found, why, image)


def _by_conda(tool: str, path: str, prefix: str) -> Way:
    create = f"{path} create -y" if tool == "micromamba" else f"{path} env create"
    steps = (
        f"{create} -p {prefix} -f {PLACE}/conda.yml",
        f"{path} clean -ay",
        'rm -rf "$HOME/.cache/pip"',
    )
    return Way((" && ".join(steps),), conda=True)


def _for_pip(file: CondaFile) -> tuple[Specification | None, str]:
    """What conda would install, as pip can; or why pip cannot."""
    try:
        found = conda.specification({"dependencies": list(file.packages)})
    except EnvironmentBuildError as error:
        return None, str(error).removesuffix(".")
    return (None, found.without_twins().removesuffix(".")) if found.missing else (found, "")


def _by_venv(python: Python, wanted: Specification, prefix: str, image: str) -> Way:
    drift = [note.removesuffix(".") for note in wanted.notes]
    pin = (wanted.python or "").lstrip("=").removesuffix(".*")
    if pin.replace(".", "").isdigit() and pin.count(".") == 2 and pin != python.text:
        drift.insert(0, f"Python {pin} is {python.text}")
    said = f"'{image}' has no conda: its Python {python.text} and pip install the conda file's packages"
    steps = (f"{python.path} -m venv {prefix}", f"{prefix}/bin/python {_PIP}")
    return Way(steps, (f"{'; '.join([said, *drift])}.",), wanted.requirements)


def _by_rattler(python: Python, file: CondaFile, prefix: str, image: str) -> Way:
    """A solver from PyPI takes the packages from the file's channels, into a prefix as conda makes it."""
    tool = "/tmp/rattler"
    steps = [
        f"{python.path} -m pip install --no-cache-dir --no-compile --target {tool} '{_RATTLER}'",
        f"PYTHONPATH={tool} {python.path} {PLACE}/rattler_install.py {PLACE}/packages.json {prefix}",
        f"rm -rf {tool}",
    ]
    if file.lines:
        steps.append(f"{prefix}/bin/python {_PIP}")
    said = f"'{image}' has no conda: rattler installs the conda file's packages from its channels."
    return Way((" && ".join(steps),), (said,), conda=True)


def _no_way(found: Inside, why: str, image: str) -> EnvironmentBuildError:
    pythons = ", ".join(dict.fromkeys(python.text for python in found.pythons))
    has = f"only Python {pythons}" if pythons else "no Python that makes virtual environments"
    return EnvironmentBuildError(
        f"The conda file's packages cannot be put into '{image}', which has no conda and {has}: {why}.",
        hint=f"Take an image with conda, such as {_WITH_CONDA}, or with that Python; or run the job with "
        "--backend process.",
    )
