"""Whether what is installed here can submit: azure-ai-ml, what it needs, in versions that go together.

pip keeps to what a package asks for only when it installs that one: whatever is installed later may break it.
And older releases ask for less than they need.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from joblens.azure.refusal import INSTALL, UnusableClientError

_CLIENT = "azure-ai-ml"
_NEEDED = (_CLIENT, "azure-identity")
_CHECKED = (_CLIENT, "azure-identity", "azure-core", "azure-storage-blob", "azure-storage-file-datalake")
"""Whose own demands are looked at."""
_BROKEN = (
    ("1.26.3", "marshmallow", "4", "older releases of it do not know marshmallow 4"),
    ("1.23.1", "marshmallow", "3.24", "older releases of it use what marshmallow 3.24 took away"),
)
"""Before this release of azure-ai-ml, that package of this version or later breaks it, whatever it asks."""
_OLDEST = "1.23.1"
"""Of what came before, we do not know whether it sends what we mean."""
_PYTHON = "Python"

Find = Callable[[str], str]
Requirements = Callable[[str], list[str]]


@cache  # An error is not kept: what is installed meanwhile is found.
def check_versions() -> None:
    """Raise UnusableClientError if azure-ai-ml cannot be used as it is installed here."""
    importlib.invalidate_caches()
    found = next(troubles(_version, _requirements), None)
    if found is not None:
        raise UnusableClientError(*found)


def troubles(version: Find, requirements: Requirements) -> Iterator[tuple[str, str]]:
    """What is wrong, each with the next step.

    `version` gives a package's version, or "" where there is none; `requirements` what a package asks for.
    """
    for name in _NEEDED:
        if not version(name):
            yield f"Submitting needs {name}, which is not installed here.", INSTALL
            return
    ours = version(_CLIENT)
    for before, name, since, why in _BROKEN:
        other = version(name)
        if other and _release(ours) < _release(before) and _release(other) >= _release(since):
            yield (
                f"{_CLIENT} {ours} does not work with {name} {other}: {why}.",
                _install(f"{_CLIENT}>={before}"),
            )
    if _release(ours) < _release(_OLDEST):
        yield f"{_CLIENT} {ours} is too old to submit with.", _install(f"{_CLIENT}>={_OLDEST}")
    yield from _unmet(version, requirements)


def _unmet(version: Find, requirements: Requirements) -> Iterator[tuple[str, str]]:
    """What a package asks for, and is not so."""
    for name in _CHECKED:
        for wanted, bounds in filter(None, map(_parsed, requirements(name))):
            other = version(wanted)
            if not other:
                said = f"{name} {version(name)} needs {wanted}, which is not installed here."
                yield said, _install(f"{wanted}{bounds}")
            elif not bounds.contains(_release(other)):
                said = f"{name} {version(name)} does not work with {wanted} {other}: it needs {bounds}."
                other_python = f"Choose a Python {bounds} for Joblens, and install {_CLIENT} there."
                yield said, other_python if wanted == _PYTHON else _install(f"{wanted}{bounds}")


def _parsed(requirement: str) -> tuple[str, SpecifierSet] | None:
    """The package, and its bounds; None for what only an extra or another machine needs."""
    try:
        found = Requirement(requirement)
    except InvalidRequirement:  # pip is to judge
        return None
    if found.marker is not None and not found.marker.evaluate({"extra": ""}):
        return None
    return found.name, found.specifier


def _release(version: str) -> Version:
    """The version without what comes before or after a release: a candidate counts as the release."""
    try:
        return Version(Version(version).base_version)
    except InvalidVersion:
        return Version("0")


def _install(what: str) -> str:
    return f'Install it with: {sys.executable} -m pip install "{what}"'


def _version(name: str) -> str:
    if name == _PYTHON:
        return ".".join(map(str, sys.version_info[:3]))
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _requirements(name: str) -> list[str]:
    try:
        about = metadata.metadata(name)
        python = [f"{_PYTHON}{about['Requires-Python']}"] if "Requires-Python" in about else []
        return [*python, *(metadata.requires(name) or [])]
    except metadata.PackageNotFoundError:
        return []
