"""Builds an image from a packed folder: by the engine's own builder, or by BuildKit where one is needed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from joblens.engine.backends.container import buildkit, context, dockerfile, references, refusals
from joblens.engine.backends.container.steps import Steps

if TYPE_CHECKING:
    from docker import DockerClient


@dataclass(frozen=True, slots=True)
class Order:
    """What is built."""

    context: Path
    dockerfile: str
    """Its path in the context."""
    labels: Mapping[str, str]

    @property
    def text(self) -> str:
        """What the Dockerfile says."""
        return (self.context / self.dockerfile).read_text(encoding="utf-8-sig", errors="replace")


def build(client: DockerClient, order: Order, log: Path) -> str:
    """The id of the new image, which has no name yet; what the builder prints goes to `log` as it comes."""
    feature = dockerfile.needs_buildkit(order.text)
    builder = buildkit.builder(feature, order.dockerfile) if feature else None
    with log.open("a", encoding="utf-8", errors="replace") as lines, tempfile.TemporaryFile() as packed:
        context.archive(order.context, order.dockerfile, packed)
        steps = Steps(lines)
        if builder is not None:
            return builder.build(packed, order.dockerfile, order.labels, steps)
        return _by_engine(client, order, packed, steps)


def _by_engine(client: DockerClient, order: Order, packed: IO[bytes], steps: Steps) -> str:
    from docker.errors import APIError

    image = ""
    try:
        for event in client.api.build(
            fileobj=packed,
            custom_context=True,
            dockerfile=order.dockerfile,
            labels=dict(order.labels),
            rm=True,
            forcerm=True,
            decode=True,
            platform=references.platform(),
        ):
            if "error" in event:
                raise steps.failure(str(event["error"]))
            if isinstance(event.get("stream"), str):
                steps.see(event["stream"])
            image = (event.get("aux") or {}).get("ID") or image
    except APIError as error:
        raise steps.failure(str(error.explanation or error)) from error
    except refusals.losses() as error:
        raise refusals.lost("an image was built", error) from error
    if not (image or steps.image):  # a dead engine ends its answers quietly
        raise refusals.lost("an image was built", "its answer ended early")
    return str(client.images.get(image or steps.image).id)
