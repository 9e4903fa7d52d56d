"""The images that Joblens built, named by the hash of what they are made from; the engine keeps them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine import folders
from joblens.engine.backends.base import Note
from joblens.engine.backends.container import pulling, references
from joblens.errors import RunNotFoundError, UserError

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

_FORMAT = 1
"""Counted up when images are built in another way, so that old ones are left alone."""
_REPOSITORY = "joblens/environment"
KEY = "joblens.environment"
"""The label with an image's key."""
_ABOUT = f"{KEY}.about"
"""The label with all else; one, because each is a step of the build."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an image comes to be."""

    what: str
    """In words, for people."""
    bases: tuple[str, ...]
    """The images that it is built on."""
    parts: Mapping[str, Any]
    """All else that it is made from; equal for equal images."""
    build: Callable[[Mapping[str, str]], str]
    """Builds it with these labels, for its id."""

    @property
    def hash(self) -> str:
        """The hash of all that is known without an engine."""
        names = [name if name.startswith("sha256:") else references.normal(name) for name in self.bases]
        made_from = {"format": _FORMAT, "platform": references.platform(), "bases": names, **self.parts}
        return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Built:
    """An image that Joblens built."""

    key: str
    image: str
    """Its id at the engine."""
    what: str
    size: int
    """In bytes, with what it shares with other images."""
    created: str
    """As the engine says it, in ISO 8601."""


def ensure(client: DockerClient, recipe: Recipe, log: Path, note: Note) -> str:
    """The id of the recipe's image, built unless it is there."""
    bases = [pulling.local(client, name) for name in recipe.bases]
    if None in bases:
        if (kept := _without_its_bases(client, recipe)) is not None:
            return _used(kept, note)
        bases = [pulling.present(client, name, log, note) for name in recipe.bases]
    key = hashlib.sha256("\n".join([recipe.hash, *map(str, bases)]).encode()).hexdigest()[:20]
    found = _found(client, key)
    return _used(found, note) if found is not None else _made(client, recipe, key, note)


def with_notes(labels: Mapping[str, str], notes: Sequence[str]) -> dict[str, str]:
    """The labels with what every run in the image is to be told."""
    about = {**json.loads(labels[_ABOUT]), "notes": list(notes)}
    return {**labels, _ABOUT: json.dumps(about)}


def listed(client: DockerClient) -> list[Built]:
    """All that Joblens built and that is still there, the newest first."""
    return sorted(map(_built, _all(client)), key=lambda each: each.created, reverse=True)


def remove(client: DockerClient, key: str) -> Built:
    """Remove one; raises when it is not there, or in use by a container."""
    from docker.errors import APIError

    image = _found(client, key)
    if image is None:
        raise RunNotFoundError(
            f"There is no image for the environment {key}.", hint="See 'joblens env list' for what there is."
        )
    try:
        client.images.remove(f"{_REPOSITORY}:{key}")
    except APIError as error:
        raise UserError(
            f"The image of the environment {key} cannot be removed: {error.explanation or error}.",
            hint="End the run that uses it, or remove its container.",
        ) from error
    return _built(image)


def _made(client: DockerClient, recipe: Recipe, key: str, note: Note) -> str:
    """Build it, once for all who wait; only a whole image gets its name."""
    from filelock import FileLock, Timeout

    place = folders.cache() / "images"
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / f"{key}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        note(f"Another run builds the image {key}: waiting for it.")
        lock.acquire()
    try:
        found = _found(client, key)
        return _build(client, recipe, key, note) if found is None else _used(found, note)
    finally:
        lock.release()


def _build(client: DockerClient, recipe: Recipe, key: str, note: Note) -> str:
    note(f"Building the image {key}: {recipe.what} (kept for later runs).")
    began = time.monotonic()
    about = {"parts": recipe.hash, "what": recipe.what}
    image = recipe.build({KEY: key, _ABOUT: json.dumps(about)})
    for line in _about(client.images.get(image)).get("notes", ()):
        note(line)
    client.api.tag(image, _REPOSITORY, key)
    note(f"Image built in {time.monotonic() - began:.1f} s.")
    return image


def _found(client: DockerClient, key: str) -> Image | None:
    from docker.errors import ImageNotFound

    try:
        return client.images.get(f"{_REPOSITORY}:{key}")
    except ImageNotFound:
        return None


def _without_its_bases(client: DockerClient, recipe: Recipe) -> Image | None:
    """The newest image of the recipe, where what it was built on is gone meanwhile."""
    same = [image for image in _all(client) if _about(image).get("parts") == recipe.hash]
    return max(same, key=lambda image: str(image.attrs.get("Created")), default=None)


def _all(client: DockerClient) -> list[Image]:
    """What carries our label and our name: what people build on an image of ours inherits its labels."""
    found = client.images.list(filters={"label": KEY, "dangling": False})
    names = {image: f"{_REPOSITORY}:{_labels(image).get(KEY)}" for image in found}
    return [image for image, name in names.items() if any(tag.endswith(name) for tag in image.tags)]


def _used(image: Image, note: Note) -> str:
    for line in _about(image).get("notes", ()):
        note(line)
    return str(image.id)


def _built(image: Image) -> Built:
    return Built(
        _labels(image).get(KEY, ""),
        str(image.id),
        _about(image).get("what", ""),
        int(image.attrs.get("Size") or 0),
        str(image.attrs.get("Created") or ""),
    )


def _about(image: Image) -> dict[str, Any]:
    try:
        found = json.loads(_labels(image).get(_ABOUT, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _labels(image: Image) -> Mapping[str, str]:
    return (image.attrs.get("Config") or {}).get("Labels") or {}
