"""Images that are used as they are: found at the engine, or pulled with news of how far it is."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.backends.base import Note
from joblens.engine.backends.container import references, refusals

if TYPE_CHECKING:
    from docker import DockerClient

_STEP = 20
"""Percent between two lines about a pull."""
_UNTOLD = ("Pulling fs layer", "Waiting", "Verifying Checksum", "Download complete")
_DONE = ("Pull complete", "Already exists", "Download complete")


def present(client: DockerClient, name: str, log: Path, note: Note) -> str:
    """The id of the image, pulled where it is missing; raises what keeps it from being there."""
    return local(client, name) or _pull(client, name, log, note)


def local(client: DockerClient, name: str) -> str | None:
    """The id of the image if the engine has it; by its name as written, then by its whole name."""
    from docker.errors import ImageNotFound

    spellings = {name: None} if name.startswith("sha256:") else {name: None, references.normal(name): None}
    for spelling in spellings:
        with contextlib.suppress(ImageNotFound):
            return str(client.images.get(spelling).id)
    return None


def _pull(client: DockerClient, name: str, log: Path, note: Note) -> str:
    from docker.errors import APIError, DockerException

    repository, tag = references.parts(name)
    registry = repository.partition("/")[0]
    note(f"Pulling the image {name}, which is not here yet.")
    progress = Progress(name, note)
    try:
        with log.open("a", encoding="utf-8") as lines:
            for event in client.api.pull(
                repository, tag=tag, stream=True, decode=True, platform=references.platform()
            ):
                if "error" in event:
                    raise refusals.pull(name, registry, str(event["error"]))
                progress.see(event)
                if line := _line(event):
                    lines.write(f"{line}\n")
                    lines.flush()
    except APIError as error:
        raise refusals.pull(name, registry, str(error.explanation or error)) from error
    except refusals.losses() as error:
        raise refusals.lost(f"the image '{name}' was pulled", error) from error
    except DockerException as error:  # credentials that cannot be had
        raise refusals.pull(name, registry, str(error)) from error
    found = local(client, name)
    if found is None:
        raise refusals.pull(name, registry, "the engine says it is done, and has no such image")
    return found


class Progress:
    """How much of an image is here, told at every step of some percent."""

    def __init__(self, name: str, note: Note) -> None:
        self._name = name
        self._note = note
        self._layers: dict[str, float] = {}
        self._told = 0

    def see(self, event: Mapping[str, object]) -> None:
        """Take one of the engine's events in."""
        layer, status = str(event.get("id") or ""), str(event.get("status") or "")
        if not layer or status.startswith("Pulling from"):
            return
        part = _part(status, event.get("progressDetail"))
        self._layers[layer] = max(part, self._layers.get(layer, 0.0))
        percent = int(100 * sum(self._layers.values()) / len(self._layers))
        if percent >= self._told + _STEP and percent < 100:
            self._told = percent - percent % _STEP
            self._note(f"Pulling {self._name}: {self._told} %.")


def _part(status: str, detail: object) -> float:
    """How much of a layer is here, from 0 to 1."""
    if status.startswith(_DONE):
        return 1.0
    if status != "Downloading" or not isinstance(detail, Mapping):
        return 0.0
    total = detail.get("total") or 0
    return min(detail.get("current", 0) / total, 1.0) if total else 0.0


def _line(event: Mapping[str, object]) -> str:
    """A line for the log; none for the many that tell of a layer that is not there yet."""
    if event.get("progressDetail") or (event.get("id") and str(event.get("status")) in _UNTOLD):
        return ""
    return ": ".join(str(event[key]) for key in ("id", "status") if event.get(key))
