"""A client of the engine with all that the library knows, and what the engine says in our words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from joblens.engine.backends.container.api import AwayError, RefusedError
from joblens.engine.backends.container.engines import Engine
from joblens.errors import UserError

if TYPE_CHECKING:
    from docker import DockerClient


class LostEngineError(UserError):
    """The engine is gone, and how the command ended with it."""


def client(engine: Engine) -> DockerClient:
    """A client for one thread, for what is not done in every run; nothing is asked yet."""
    import docker

    return docker.DockerClient(base_url=engine.url, version=engine.api, timeout=300)


@contextmanager
def told(what: str) -> Iterator[None]:
    """What the engine refuses, or that it is gone, is told as the reason why `what` cannot be done."""
    try:
        yield
    except RefusedError as error:
        raise _refused(what, error.said) from error
    except AwayError as error:
        raise _lost(what) from error
    except Exception as error:
        if "docker" not in sys.modules:  # then nothing of its could be raised
            raise
        import docker
        import requests

        if isinstance(error, docker.errors.APIError):
            raise _refused(what, str(error.explanation or error)) from error
        if isinstance(error, requests.exceptions.RequestException):
            raise _lost(what) from error
        raise


def _refused(what: str, said: str) -> UserError:
    return UserError(f"{what}: the container engine says: {said.strip().rstrip('.')}.", hint="")


def _lost(what: str) -> LostEngineError:
    return LostEngineError(f"{what}: the container engine does not answer any more.", hint="Start it again.")
