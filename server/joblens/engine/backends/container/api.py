"""The engine's HTTP interface, for what every run asks of it: a library would take time to load."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joblens.engine.backends.container.engines import Engine

_PATIENCE = 300.0
"""Seconds that an answer may take, as for the library that does the rest."""
_NOT_FOUND = 404


class RefusedError(Exception):
    """The engine answered, and does not do it."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said

    @property
    def missing(self) -> bool:
        """Whether there is no such thing."""
        return self.status == _NOT_FOUND


class AwayError(Exception):
    """Nobody answered, or not to the end."""


class Api:
    """Requests to one engine, each on a connection of its own: threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def url(self) -> str:
        """Where the engine listens."""
        return self._engine.url

    def get(self, path: str, **query: object) -> Any:
        """What the engine has at `path`."""
        return self._asked("GET", path, query, None, _PATIENCE)

    def post(
        self, path: str, body: object = None, *, patience: float | None = _PATIENCE, **query: object
    ) -> Any:
        """Have something done; None for `patience` waits as long as it takes."""
        return self._asked("POST", path, query, body, patience)

    def delete(self, path: str, **query: object) -> Any:
        """Have something removed."""
        return self._asked("DELETE", path, query, None, _PATIENCE)

    def _asked(
        self, method: str, path: str, query: Mapping[str, object], body: object, patience: float | None
    ) -> Any:
        words = {name: _word(value) for name, value in query.items()}
        address = f"/v{self._engine.api}{quote(path)}{'?' if words else ''}{urlencode(words)}"
        connection = _Connection(self._engine.url, patience)
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, address, content, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise AwayError(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise RefusedError(answer.status, _message(said) or answer.reason)
        return json.loads(said) if said.strip() else None


class _Connection(http.client.HTTPConnection):
    """HTTP to wherever the engine listens."""

    def __init__(self, url: str, patience: float | None) -> None:
        super().__init__("localhost")
        self._url = url
        self._patience = patience

    def connect(self) -> None:
        """Open it."""
        url = urlsplit(self._url)
        if url.scheme == "npipe":
            from docker.transport import NpipeSocket

            pipe = NpipeSocket()
            pipe.settimeout(self._patience)
            pipe.connect(self._url.removeprefix("npipe://"))
            self.sock = pipe
        elif url.scheme == "unix":
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self._patience)
            self.sock.connect(url.path)
        else:
            place = (url.hostname or "localhost", url.port or 2375)
            self.sock = socket.create_connection(place, timeout=self._patience)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _message(said: bytes) -> str:
    """The words of a refusal."""
    try:
        return str(json.loads(said)["message"])
    except (ValueError, KeyError, TypeError):
        return said.decode(errors="replace").strip()
