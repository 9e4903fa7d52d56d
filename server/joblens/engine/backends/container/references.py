"""Names of images, as docker reads them: `python` is `docker.io/library/python:latest`."""

from __future__ import annotations

import os
import re

from joblens.errors import JobFileError

_HUB = "docker.io"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(
    rf"(?P<place>[A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?)/(?P<path>{_PART}(?:/{_PART})*)"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def normal(name: str) -> str:
    """The whole name: registry, path, and a tag or a digest."""
    repository, tag = parts(name)
    return f"{repository}@{tag}" if _DIGEST.fullmatch(tag) else f"{repository}:{tag}"


def parts(name: str) -> tuple[str, str]:
    """The whole name without its tag, and the tag; or the digest, which comes before a tag."""
    written = name.strip()
    rest, _, digest = written.partition("@")
    head, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:  # the colon of a port
        head, tag = rest, "latest"
    repository = _with_registry(head)
    fine = _NAME.fullmatch(repository) and _TAG.fullmatch(tag)
    if not fine or ("@" in written and not _DIGEST.fullmatch(digest)):
        raise JobFileError(
            f"'{name}' is no name of an image.",
            hint="Write it as on docker's command line: python:3.11, or mcr.microsoft.com/azureml/NAME:TAG, "
            "in small letters.",
        )
    return repository, digest or tag


def platform() -> str | None:
    """The platform that the user wants images of, where that is not the engine's own."""
    return os.environ.get("DOCKER_DEFAULT_PLATFORM") or None


def _with_registry(name: str) -> str:
    first, slash, rest = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = _HUB, name
    if first == f"index.{_HUB}":
        first = _HUB
    return f"{first}/library/{rest}" if first == _HUB and "/" not in rest else f"{first}/{rest}"
