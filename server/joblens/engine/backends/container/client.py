"""A client of the engine, and what the engine says in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from joblens.engine.backends.container.engines import Engine
from joblens.errors import UserError

if TYPE_CHECKING:
    from docker import DockerClient


class LostEngineError(UserError):
    """The engine is gone, and how the command ended with it."""


def client(engine: Engine) -> DockerClient:
    """A client for one thread; nothing is asked yet."""
    import docker

    return docker.DockerClient(base_url=engine.url, version=engine.api, timeout=300)


@contextmanager
def told(what: str) -> Iterator[None]:
    """What the engine refuses, or that it is gone, is told as the reason why `what` cannot be done."""
    import docker
    import requests

    try:
        yield
    except docker.errors.APIError as error:
        said = str(error.explanation or error).strip().rstrip(".")
        raise UserError(f"{what}: the container engine says: {said}.", hint="") from error
    except requests.exceptions.RequestException as error:
        raise LostEngineError(
            f"{what}: the container engine does not answer any more.", hint="Start it again."
        ) from error
