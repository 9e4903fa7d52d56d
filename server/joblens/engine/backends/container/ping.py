"""Asks whoever listens at an address whether it is a container engine."""

from __future__ import annotations

import socket
from dataclasses import dataclass

_QUESTION = b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of itself."""

    api: str
    podman: bool


def unix(path: str, patience: float) -> Answer:
    """Ask at a socket in the file system; raises an OSError that says why nothing came.

    Like the others it waits `patience` seconds for each part of the answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(patience)
        connection.connect(path)
        return _answer(_ask(connection))


def tcp(host: str, port: int, patience: float) -> Answer:
    """Ask at a port."""
    with socket.create_connection((host, port), timeout=patience) as connection:
        return _answer(_ask(connection))


def pipe(path: str) -> Answer:
    """Ask at a named pipe of Windows."""
    with open(path, "r+b", buffering=0) as connection:  # noqa: PTH123 - no path of a file system
        connection.write(_QUESTION)
        return _answer(connection.read(4096))


def _ask(connection: socket.socket) -> bytes:
    connection.sendall(_QUESTION)
    received = b""
    while b"\r\n\r\n" not in received and (part := connection.recv(4096)):
        received += part
    return received


def _answer(received: bytes) -> Answer:
    first, *lines = received.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    if " 200 " not in first or "api-version" not in fields:
        raise OSError("what listens there is no container engine")
    return Answer(
        fields["api-version"], "libpod" in fields.get("server", "") or "libpod-api-version" in fields
    )
